"""Whether a token proves who somebody is, judged without the library that the authorizer relies on."""

import binascii
import json
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256

from tests.fuzz.keys import PUBLISHED, private_key
from tests.issuer import CLIENT, ISSUER

_SKEW_SECONDS: Final = 10
_NAME: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:@|+=-")
_LONGEST_NAME: Final = 128
_LONGEST: Final = 8_192


def names_somebody(name: object) -> bool:
    """Tell whether it may name a user or a session."""
    return isinstance(name, str) and 0 < len(name) <= _LONGEST_NAME and _NAME.issuperset(name)


def proves(token: str) -> dict[str, Any] | None:
    """Return the claims of a token that is exactly what the issuer signed and that holds now, else None."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > _LONGEST:
        return None
    try:
        header, claims = (json.loads(_bytes(part)) for part in parts[:2])
        signature = _bytes(parts[2])
        signed = ".".join(parts[:2]).encode("ascii")
    except (ValueError, RecursionError):
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    if header.get("alg") != "RS256" or header.get("kid") not in PUBLISHED or "crit" in header:
        return None
    try:
        key = private_key(header["kid"]).public_key()
        key.verify(signature, signed, padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        return None
    return claims if _hold(claims) else None


def means_another(name: object) -> bool:
    """Tell whether a parameter of the URL is one that the server knows, written in another way."""
    letters = [letter for letter in str(name).lower() if letter not in "_-"]
    known = {"sessionId", "ticket", "userId"}
    return name not in known and "".join(letters) in {each.lower() for each in known}


def _bytes(part: str) -> bytes:
    """Return what a part holds, if it is written as RFC 7515 wants it: no padding, and one way for each."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", part):
        raise ValueError(part)
    try:
        held = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error as problem:
        raise ValueError(part) from problem
    if urlsafe_b64encode(held).rstrip(b"=").decode() != part:
        raise ValueError(part)
    return held


def _hold(claims: dict[str, Any]) -> bool:
    now = time.time()
    try:
        # whoever has the issuer's key may write a number as text; what it says must hold all the same
        exp, iat, nbf = (float(claims[name]) for name in ("exp", "iat", "nbf" if "nbf" in claims else "iat"))
    except (KeyError, TypeError, ValueError, OverflowError):
        return False
    return (
        claims.get("iss") == ISSUER
        and claims.get("client_id") == CLIENT
        and claims.get("token_use") == "access"
        and names_somebody(claims.get("sub"))
        and exp > now
        and max(iat, nbf) <= now + _SKEW_SECONDS
    )
