"""Signature Version 4 of a request whose body is a stream, and of each of its messages."""

import hashlib
import hmac
import re
from datetime import UTC, datetime
from typing import Final

from tests.nova.fake.frames import Message, encode_headers

STREAM: Final = "STREAMING-AWS4-HMAC-SHA256-EVENTS"
_AUTHORIZATION: Final = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8}/[\w-]+/bedrock/aws4_request), ?"
    r"SignedHeaders=([\w;:-]+), ?Signature=([0-9a-f]{64})"
)


class SignatureError(Exception):
    """Something is not signed as it must be."""


class Signatures:
    """The chain of signatures of a stream: each message signs the one before it.

    Parameters
    ----------
    secret
        Of the key that must have signed.
    headers
        Of the request, by their lower-case names; ``:method`` and ``:path`` are among them.
    """

    def __init__(self, secret: str, headers: dict[str, str]) -> None:
        found = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
        if found is None:
            raise SignatureError("the request is not signed")
        _, self._scope, signed, signature = found.groups()
        day, region, service, _ = self._scope.split("/")
        key = f"AWS4{secret}".encode()
        for part in (day, region, service, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        self._key = key
        self._prior = signature
        canonical = [headers[":method"], _encoded_again(headers[":path"]), ""]
        canonical += [f"{name}:{_value(headers, name)}" for name in signed.split(";")]
        canonical += ["", signed, headers.get("x-amz-content-sha256", STREAM)]
        expected = self._signature("AWS4-HMAC-SHA256", headers["x-amz-date"], "\n".join(canonical).encode())
        if expected != signature:
            raise SignatureError("the request's signature is wrong")

    def check(self, message: Message) -> None:
        """Hold a message against the one before it."""
        date, signature = message.headers.get(":date"), message.headers.get(":chunk-signature")
        if not isinstance(date, int) or not isinstance(signature, bytes):
            raise SignatureError("a message is not signed")
        at = datetime.fromtimestamp(date / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
        hashes = (encode_headers({":date": date}), message.payload)
        hashed = "\n".join(hashlib.sha256(each).hexdigest() for each in hashes)
        expected = self._hmac("\n".join(("AWS4-HMAC-SHA256-PAYLOAD", at, self._scope, self._prior, hashed)))
        if not hmac.compare_digest(expected, signature.hex()):
            raise SignatureError("a message's signature is wrong")
        self._prior = expected

    def _signature(self, algorithm: str, at: str, canonical: bytes) -> str:
        return self._hmac("\n".join((algorithm, at, self._scope, hashlib.sha256(canonical).hexdigest())))

    def _hmac(self, text: str) -> str:
        return hmac.digest(self._key, text.encode(), "sha256").hex()


def _encoded_again(path: str) -> str:
    """Return a path as it is signed: what is escaped in it is escaped once more, and there is no query."""
    return path.removesuffix("?").replace("%", "%25")


def _value(headers: dict[str, str], name: str) -> str:
    return headers.get(":authority", "") if name == "host" else " ".join(headers[name].split())
