"""Tokens that somebody thought of, by what they try: the oracle says which of them prove anything."""

import json
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Iterator

from tests.fuzz.tokens import CLAIMS, HEADER, LONG_AGO, LONG_HENCE, encoded, keyed, secrets, signed
from tests.property.mutations import ODD_VALUES

MISSPELT = ("sessionid", "session_id", "SESSION-ID", "userid", "User_Id", "TICKET")
"""Parameters of the URL that mean something, and are not written as that is."""


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
        for secret in secrets():
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
