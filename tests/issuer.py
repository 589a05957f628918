"""An issuer of tokens as Cognito is one: keys, tokens, and the address where the keys are published."""

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

ISSUER: Final = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_TESTS0000"
CLIENT: Final = "client-1"
SUBJECT: Final = "8f0c1a2e-2f3d-4c5b-9a6e-7d8c9b0a1f2e"


@cache
def private_key(kid: str) -> RSAPrivateKey:
    """Return the key of that id, the same for a whole run: to make one takes a while."""
    del kid
    return generate_private_key(public_exponent=65537, key_size=2048)


def claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of an access token that is good for an hour; None leaves a claim out."""
    now = int(time.time())
    usual = {
        "sub": SUBJECT,
        "iss": ISSUER,
        "client_id": CLIENT,
        "token_use": "access",
        "iat": now,
        "exp": now + 3_600,
        "jti": "b3f0",
        "username": "ada",
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def token(kid: str = "key-1", *, signed_by: str | None = None, **changes: Any) -> str:
    """Return an access token with other claims; ``signed_by`` may be another key than the header names."""
    key = private_key(signed_by or kid)
    return jwt.encode(claims(**changes), key, algorithm="RS256", headers={"kid": kid})


class Issuer:
    """Publishes keys on loopback.

    Attributes
    ----------
    url
        Where.
    kids
        The keys that are published.
    requests
        How often they were asked for.
    status
        What is answered; anything but 200 has no keys in it.
    body
        What is answered in place of the keys.
    resets
        Whether the connection breaks before the body.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.kids = ["key-1"]
        self.requests = 0
        self.status = 200
        self.body: bytes | None = None
        self.resets = False

    def answer(self) -> tuple[int, bytes]:
        """Return what a request gets."""
        self.requests += 1
        return self.status, self.body if self.body is not None else self._keys()

    def _keys(self) -> bytes:
        keys = [
            {
                **RSAAlgorithm.to_jwk(private_key(kid).public_key(), as_dict=True),
                "kid": kid,
                "use": "sig",
                "alg": "RS256",
            }
            for kid in self.kids
        ]
        return json.dumps({"keys": keys}).encode()


@contextmanager
def issuing() -> Iterator[Issuer]:
    """An issuer for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = issuer.answer()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            if issuer.resets:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                return
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer = Issuer(f"http://127.0.0.1:{server.server_port}/jwks.json")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()
