"""Which tokens are taken, and how rarely the keys are fetched."""

import json
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from hmac import new as hmac
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from functions.aws.identity.tokens import Keys, Tokens
from functions.domain.identity.identity import Identity, Unidentified
from tests.issuer import CLIENT, ISSUER, SUBJECT, Issuer, claims, issuing, private_key, token

HOUR = 3_600


@dataclass(frozen=True)
class Ahead:
    """A time so many seconds ahead of the test."""

    seconds: int

    @property
    def time(self) -> int:
        return int(time.time()) + self.seconds


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as issuer:
        yield issuer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(issuer: Issuer, clock: Clock) -> Tokens:
    return taking(issuer, clock)


def taking(issuer: Issuer, clock: Clock, use: str = "access") -> Tokens:
    keys = Keys(issuer.url, clock)
    return Tokens(keys, issuer=ISSUER, clients=frozenset({CLIENT, "client-2"}), use=use)


def identify(tokens: Tokens, signed: str) -> Identity:
    return tokens.identify(signed, time.time_ns() // 1_000_000)


def refused(tokens: Tokens, signed: str) -> str:
    with pytest.raises(Unidentified) as caught:
        identify(tokens, signed)
    return str(caught.value)


def encoded(part: object) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def test_a_token_names_its_subject_and_says_until_when(tokens: Tokens) -> None:
    expires_at = int(time.time()) + 600

    assert identify(tokens, token(exp=expires_at)) == Identity(SUBJECT, expires_at)


@pytest.mark.parametrize("client", [CLIENT, "client-2"])
def test_each_of_the_clients_may_send_its_tokens(tokens: Tokens, client: str) -> None:
    assert identify(tokens, token(client_id=client)).user_id == SUBJECT


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": ISSUER + "x"}, "InvalidIssuerError"),
        ({"iss": None}, "MissingRequiredClaimError"),
        ({"client_id": "client-3"}, "the token is for another client"),
        ({"client_id": None, "aud": CLIENT}, "the token is for another client"),
        ({"client_id": [CLIENT]}, "the token is for another client"),
        ({"token_use": "id", "aud": CLIENT}, "token_use is not access"),
        ({"token_use": None}, "MissingRequiredClaimError"),
        ({"exp": Ahead(-1)}, "the token has expired"),
        ({"exp": Ahead(-HOUR)}, "ExpiredSignatureError"),
        ({"exp": None}, "MissingRequiredClaimError"),
        ({"exp": "never"}, "DecodeError"),
        ({"exp": 1e400}, "DecodeError"),
        ({"nbf": Ahead(+HOUR)}, "ImmatureSignatureError"),
        ({"iat": Ahead(+HOUR)}, "ImmatureSignatureError"),
        ({"sub": None}, "MissingRequiredClaimError"),
        ({"sub": ""}, "sub is missing or malformed"),
        ({"sub": "a b"}, "sub is missing or malformed"),
        ({"sub": "a\n"}, "sub is missing or malformed"),
        ({"sub": "\u0430lice"}, "sub is missing or malformed"),
        ({"sub": "x" * 129}, "sub is missing or malformed"),
    ],
)
def test_a_token_that_says_anything_else_is_refused(
    tokens: Tokens, changes: dict[str, Any], reason: str
) -> None:
    told: dict[str, Any] = {
        name: value.time if isinstance(value, Ahead) else value for name, value in changes.items()
    }

    assert refused(tokens, token(**told)) == reason


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_the_issuers_clock_may_be_a_little_ahead(tokens: Tokens, claim: str) -> None:
    assert identify(tokens, token(**dict[str, Any]({claim: int(time.time()) + 5}))).user_id == SUBJECT


def test_an_id_token_is_taken_where_the_setting_says_so(issuer: Issuer, clock: Clock) -> None:
    tokens = taking(issuer, clock, "id")

    assert identify(tokens, token(token_use="id", client_id=None, aud=CLIENT)).user_id == SUBJECT
    assert refused(tokens, token(token_use="id", client_id=None, aud="client-3")).endswith("another client")
    assert refused(tokens, token(token_use="id", client_id=CLIENT)).endswith("another client")
    assert refused(tokens, token()) == "token_use is not id"


def test_a_signature_by_another_key_is_refused(tokens: Tokens) -> None:
    assert refused(tokens, token(signed_by="stolen")) == "InvalidSignatureError"


def test_claims_that_were_changed_are_refused(tokens: Tokens) -> None:
    header, _, signature = token().split(".")

    assert refused(tokens, f"{header}.{encoded(claims(sub='root'))}.{signature}") == "InvalidSignatureError"


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "RS512", "ES256", ""])
def test_a_token_does_not_choose_its_algorithm(tokens: Tokens, algorithm: str) -> None:
    header = encoded({"alg": algorithm, "kid": "key-1", "typ": "JWT"})
    public = private_key("key-1").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = f"{header}.{encoded(claims())}"
    # signed with the public key as if it were a secret, the oldest of tricks
    forged = urlsafe_b64encode(hmac(public, body.encode(), sha256).digest()).rstrip(b"=").decode()

    assert refused(tokens, f"{body}.{forged}") in {"InvalidAlgorithmError", "InvalidTokenError"}
    assert refused(tokens, f"{body}.")


def test_a_token_does_not_bring_its_own_key(tokens: Tokens, issuer: Issuer) -> None:
    own = jwt.algorithms.RSAAlgorithm.to_jwk(private_key("mine").public_key(), as_dict=True)
    headers = {"kid": "key-1", "jwk": own, "jku": "http://127.0.0.1:9/mine.json"}
    forged = jwt.encode(claims(), private_key("mine"), algorithm="RS256", headers=headers)

    assert refused(tokens, forged) == "InvalidSignatureError"
    assert issuer.requests == 1


@pytest.mark.parametrize("kid", [None, "", "key-2", "../../etc/passwd", "key-1 "])
def test_a_key_that_is_not_published_is_no_key(tokens: Tokens, kid: str | None) -> None:
    headers = {} if kid is None else {"kid": kid}
    signed = jwt.encode(claims(), private_key("key-1"), algorithm="RS256", headers=headers)

    assert refused(tokens, signed) == "PyJWKClientError"


@pytest.mark.parametrize(
    "respell",
    [
        lambda token: f"{token}!",
        lambda token: f"{token}==",
        lambda token: f"{token[:-9]}\n{token[-9:]}",
        lambda token: f"{token[:-1]}{chr(ord(token[-1]) + 1)}",  # bits that no byte of the signature has
        lambda token: f"{token[:-9]}\ud800{token[-9:]}",
    ],
)
def test_a_token_has_one_spelling(tokens: Tokens, respell: Callable[[str], str]) -> None:
    good = token()

    assert identify(tokens, good)
    assert refused(tokens, respell(good)) == "the token is malformed"


@pytest.mark.parametrize(
    "text", ["", ".", "..", "a.b.c", "Bearer", "\x00", "é.é.é", "x" * 8_193, token() + ".", token()[:-4]]
)
def test_what_is_no_token_is_refused(tokens: Tokens, text: str) -> None:
    assert refused(tokens, text)


# --- The keys --------------------------------------------------------------------------------


def test_many_tokens_fetch_the_keys_once(tokens: Tokens, issuer: Issuer) -> None:
    for _ in range(20):
        identify(tokens, token())

    assert issuer.requests == 1


def test_random_keys_fetch_nothing_more_until_half_a_minute_has_passed(
    tokens: Tokens, issuer: Issuer, clock: Clock
) -> None:
    identify(tokens, token())
    for _ in range(200):
        refused(tokens, token(str(uuid.uuid4()), signed_by="key-1"))
    assert issuer.requests == 1

    clock.seconds += 31
    for _ in range(200):
        refused(tokens, token(str(uuid.uuid4()), signed_by="key-1"))
    assert issuer.requests == 2


def test_a_key_that_is_new_is_found_once_the_rest_is_over(
    tokens: Tokens, issuer: Issuer, clock: Clock
) -> None:
    identify(tokens, token())
    issuer.kids = ["key-1", "key-2"]
    assert refused(tokens, token("key-2")) == "PyJWKClientError"

    clock.seconds += 31

    assert identify(tokens, token("key-2")).user_id == SUBJECT
    assert identify(tokens, token("key-1")).user_id == SUBJECT
    assert issuer.requests == 2


def test_a_key_that_was_withdrawn_is_trusted_for_an_hour_at_most(
    tokens: Tokens, issuer: Issuer, clock: Clock
) -> None:
    identify(tokens, token())
    issuer.kids = ["key-2"]

    clock.seconds += HOUR + 1

    assert refused(tokens, token("key-1")) == "PyJWKClientError"
    assert identify(tokens, token("key-2")).user_id == SUBJECT


def test_an_outage_leaves_the_keys_at_hand_for_six_hours_and_then_nobody_gets_in(
    tokens: Tokens, issuer: Issuer, clock: Clock
) -> None:
    identify(tokens, token())
    issuer.status = 500

    clock.seconds += 5 * HOUR
    assert identify(tokens, token()).user_id == SUBJECT
    clock.seconds += HOUR + 1
    assert refused(tokens, token()) in {"PyJWKClientConnectionError", "PyJWKClientError"}


def test_an_outage_from_the_start_is_asked_about_rarely_and_lets_nobody_in(
    tokens: Tokens, issuer: Issuer, clock: Clock
) -> None:
    issuer.status = 503

    reasons = {refused(tokens, token(str(uuid.uuid4()), signed_by="key-1")) for _ in range(50)}
    assert issuer.requests == 1
    assert reasons == {"PyJWKClientConnectionError", "PyJWKClientError"}

    issuer.status = 200
    clock.seconds += 31
    assert identify(tokens, token()).user_id == SUBJECT


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b'{"keys": []}', b'{"keys": [{"kid": "key-1"}]}']
)
def test_an_endpoint_without_keys_lets_nobody_in(tokens: Tokens, issuer: Issuer, body: bytes) -> None:
    issuer.body = body

    assert refused(tokens, token())


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"[]", b'{"keys": []}', b"\xff"])
def test_an_endpoint_that_has_lost_its_keys_leaves_those_at_hand(
    tokens: Tokens, issuer: Issuer, clock: Clock, body: bytes
) -> None:
    identify(tokens, token())
    issuer.body = body

    clock.seconds += HOUR + 1

    assert identify(tokens, token()).user_id == SUBJECT
    assert issuer.requests == 2


def test_an_endpoint_that_breaks_off_leaves_the_keys_at_hand(
    tokens: Tokens, issuer: Issuer, clock: Clock
) -> None:
    identify(tokens, token())
    issuer.resets = True

    clock.seconds += HOUR + 1

    assert identify(tokens, token()).user_id == SUBJECT
    assert issuer.requests == 2
