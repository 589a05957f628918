"""Tokens to try: what the issuer signs, and what somebody makes of it without the key."""

import hashlib
import hmac
import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.fuzz.keys import key_set, private_key
from tests.issuer import CLIENT, ISSUER, SUBJECT
from tests.property.mutations import ODD_VALUES, bent, spliced

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


def _secrets() -> list[bytes]:
    public = private_key("key-1").public_key()
    formats = (PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1)
    pems = [public.public_bytes(Encoding.PEM, form) for form in formats]
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return [*pems, pems[0].strip(), der, key_set(), b"", b"\x00", b"key-1"]


def corpus() -> Iterator[tuple[str, str]]:
    """Yield what each token tries, and the token."""
    yield from _algorithms()
    yield from _keys()
    yield from _odd_members()
    yield from _claims_that_do_not_hold()
    yield from _spellings()


def _algorithms() -> Iterator[tuple[str, str]]:
    _, body, sign = signed().split(".")
    names = ("none", "None", "nOnE", "NONE", "", None, "RS256 ", "rs256", "RS512", "PS256", "ES256", "EdDSA")
    for alg in names:
        for signature in ("", sign, "AA"):
            yield f"alg {alg!r}", f"{encoded({**HEADER, 'alg': alg})}.{body}.{signature}"
    for alg, digest in (("HS256", "sha256"), ("HS384", "sha384"), ("HS512", "sha512"), ("RS256", "sha256")):
        for secret in _secrets():
            yield "the public key for a secret", keyed({**HEADER, "alg": alg}, secret=secret, digest=digest)


def _keys() -> Iterator[tuple[str, str]]:
    _, body, sign = signed().split(".")
    kids = ("key-2", "key-3", "", "../../dev/null", "key-1\x00", "' OR 1=1", "KEY-1", "key-1 ", "k" * 5_000)
    for kid in kids:
        yield f"kid {kid[:20]!r}", f"{encoded({**HEADER, 'kid': kid})}.{body}.{sign}"
        yield f"kid {kid[:20]!r}, signed", signed({**HEADER, "kid": kid}, by="mallory")
    own = {"jwk": {"kty": "oct", "k": "AA"}, "jku": "http://127.0.0.1:9/", "x5u": "http://127.0.0.1:9/"}
    odd = {**own, "x5c": ["AA"], "crit": ["exp"], "b64": False, "zip": "DEF", "cty": "JWT"}
    for name, value in odd.items():
        yield f"a header with {name}", signed({**HEADER, name: value}, by="mallory")
        yield f"a header with {name}, not signed anew", f"{encoded({**HEADER, name: value})}.{body}.{sign}"
    yield "crit, signed by the issuer", signed({**HEADER, "crit": ["x"], "x": 1})


def _odd_members() -> Iterator[tuple[str, str]]:
    head, body, sign = signed().split(".")
    for value in ODD_VALUES:
        yield "a header that is none", f"{encoded(value)}.{body}.{sign}"
        yield "claims that are none", f"{head}.{encoded(value)}.{sign}"
        for name in HEADER:
            yield f"an odd {name}", f"{encoded({**HEADER, name: value})}.{body}.{sign}"
        for claim in (*CLAIMS, "nbf", "aud"):
            yield f"an odd {claim}, signed", signed(claims={**CLAIMS, claim: value})
    for deep in (100, 1_000, 3_000):
        nested = '{"x":' * deep
        yield "a header that nests", f"{encoded('[' * deep)}.{body}.{sign}"
        yield "claims that nest", f"{head}.{encoded(nested)}.{sign}"


def _claims_that_do_not_hold() -> Iterator[tuple[str, str]]:
    for claim, value in {"exp": LONG_AGO, "nbf": LONG_HENCE, "iat": LONG_HENCE, "client_id": "other"}.items():
        yield f"{claim} is {value}", signed(claims={**CLAIMS, claim: value})
    for claim in CLAIMS:
        yield f"no {claim}", signed(claims={name: held for name, held in CLAIMS.items() if name != claim})


def _spellings() -> Iterator[tuple[str, str]]:
    good = signed()
    head, body, sign = good.split(".")
    twice = '{"alg":"none","alg":"RS256","kid":"key-1"}'
    parts = [
        *("", ".", "..", "...", head, f"{head}.", f"{head}.{body}", f"{head}.{body}.", f".{body}.{sign}"),
        *(
            f"{head}..{sign}",
            f"{good}.",
            f".{good}",
            f"{good}.{sign}",
            f"{body}.{head}.{sign}",
            f"{good}.{good}",
        ),
        *(
            f"{head}.{body}.{sign}.{sign}.{sign}",
            f"{sign}.{body}.{head}",
            good + "=",
            good + "==",
            good + "A",
        ),
        *(f"{head}=.{body}.{sign}", f"{head}.{body}=.{sign}", f"{good}\n", f"\u200b{good}", good.swapcase()),
        *(
            good[:-1] + "_",
            good[:-1] + "B",
            good[:-1],
            f"{good}!",
            f"{head}.{body}.!{sign}",
            "\ud800",
            "\x00",
        ),
        *(f"{head}.{body}.{sign[:9]} {sign[9:]}", f"{good}%3D", f"{good},{good}", "a" * 9_000),
        f"{head}.{body}.{b64encode(_raw(sign)).decode()}",
        f"{head}.{encoded({**CLAIMS, 'sub': 'bob'})}.{sign}",
        f"{encoded(json.dumps(HEADER, indent=1))}.{body}.{sign}",
        f"{encoded(twice)}.{body}.{sign}",
        f"{encoded(bytes([255, 254]))}.{body}.{sign}",
    ]
    for part in parts:
        yield "parts that are missing, doubled, swapped or written otherwise", part


def _raw(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


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
                {**HEADER, "alg": "HS256"}, draw(_bent_claims), secret=draw(st.sampled_from(_secrets()))
            )
        case "foreign":
            return signed(draw(_headers), draw(_bent_claims), by="mallory")
        case _:
            return signed(draw(_headers | st.just(HEADER)), draw(_bent_claims))
