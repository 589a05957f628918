"""Tokens to try: what the issuer signs, and what somebody makes of it without the key."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.fuzz.keys import key_set, private_key
from tests.issuer import CLIENT, ISSUER, SUBJECT
from tests.property.mutations import bent, spliced

LONG_AGO: Final = 1_500_000_000
LONG_HENCE: Final = 4_102_444_800
"""2100-01-01: no clock is needed to say whether a token holds."""
HEADER: Final = {"alg": "RS256", "kid": "key-1", "typ": "JWT"}
CLAIMS: Final = {
    "sub": SUBJECT,
    "iss": ISSUER,
    "client_id": CLIENT,
    "token_use": "access",
    "iat": LONG_AGO,
    "exp": LONG_HENCE,
    "jti": "b3f0",
    "username": "ada",
}


def encoded(value: Any) -> str:
    """Return a part of a token: of bytes as they are, of text, or else of JSON."""
    match value:
        case bytes():
            raw = value
        case str():
            raw = value.encode(errors="surrogatepass")
        case _:
            raw = json.dumps(value).encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@cache
def _signature(signed: str, kid: str) -> str:
    return encoded(private_key(kid).sign(signed.encode(), padding.PKCS1v15(), SHA256()))


def signed(header: Any = HEADER, claims: Any = CLAIMS, *, by: str = "key-1") -> str:
    """Return a token with the signature that a key gives it, whatever its header says."""
    text = f"{encoded(header)}.{encoded(claims)}"
    return f"{text}.{_signature(text, by)}"


def keyed(header: Any, claims: Any = CLAIMS, *, secret: bytes, digest: str = "sha256") -> str:
    """Return a token signed with a secret that everybody knows, such as the public key."""
    text = f"{encoded(header)}.{encoded(claims)}"
    return f"{text}.{encoded(hmac.new(secret, text.encode(), getattr(hashlib, digest)).digest())}"


def secrets() -> list[bytes]:
    public = private_key("key-1").public_key()
    formats = (PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1)
    pems = [public.public_bytes(Encoding.PEM, form) for form in formats]
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return [*pems, pems[0].strip(), der, key_set(), b"", b"\x00", b"key-1"]


# --- Strategies ------------------------------------------------------------------------------

_CLAIMS: Final = [CLAIMS, {**CLAIMS, "sub": "ada"}, {**CLAIMS, "nbf": LONG_AGO}, {**CLAIMS, "scope": "a b"}]


def _valid() -> SearchStrategy[str]:
    return st.builds(
        lambda claims, kid: signed({**HEADER, "kid": kid}, claims, by=kid),
        st.sampled_from(_CLAIMS),
        st.sampled_from(["key-1", "key-2"]),
    )


valid: Final = _valid()
_headers = bent(st.just(HEADER))
_bent_claims = bent(st.sampled_from(_CLAIMS))


@st.composite
def bent_tokens(draw: DrawFn) -> str:
    """Draw a token that nobody should believe; by chance it may still be one that holds."""
    token = draw(valid)
    head, body, sign = token.split(".")
    match draw(
        st.sampled_from(["letters", "header", "claims", "parts", "keyed", "foreign", "issued", "both"])
    ):
        case "letters":
            return draw(spliced(token))
        case "header":
            return f"{encoded(draw(_headers))}.{body}.{draw(st.sampled_from([sign, '']))}"
        case "claims":
            return f"{head}.{encoded(draw(_bent_claims))}.{sign}"
        case "both":
            return f"{encoded(draw(_headers))}.{encoded(draw(_bent_claims))}.{sign}"
        case "parts":
            pieces = st.sampled_from([head, body, sign, "", "e30", encoded({"alg": "none"})])
            return ".".join(draw(st.lists(pieces, min_size=1, max_size=5)))
        case "keyed":
            return keyed(
                {**HEADER, "alg": "HS256"}, draw(_bent_claims), secret=draw(st.sampled_from(secrets()))
            )
        case "foreign":
            return signed(draw(_headers), draw(_bent_claims), by="mallory")
        case _:
            return signed(draw(_headers | st.just(HEADER)), draw(_bent_claims))
