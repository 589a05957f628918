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

from functions.aws.identity.keys import Keys
from functions.aws.identity.tokens import Tokens
from functions.domain.identity.denials import Denial
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


def refused(tokens: Tokens, signed: str) -> Denial:
    return refusal(tokens, signed).denial


def refusal(tokens: Tokens, signed: str) -> Unidentified:
    with pytest.raises(Unidentified) as caught:
        identify(tokens, signed)
    return caught.value


def encoded(part: object) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def test_a_token_names_its_subject_and_says_until_when(tokens: Tokens) -> None:
    expires_at = int(time.time()) + 600

    assert identify(tokens, token(exp=expires_at)) == Identity(SUBJECT, expires_at)


@pytest.mark.parametrize("client", [CLIENT, "client-2"])
def test_each_of_the_clients_may_send_its_tokens(tokens: Tokens, client: str) -> None:
    assert identify(tokens, token(client_id=client)).user_id == SUBJECT


@pytest.mark.parametrize(
    ("changes", "denial"),
    [
        ({"iss": ISSUER + "x"}, Denial.WRONG_ISSUER),
        ({"iss": None}, Denial.MISSING_CLAIM),
        ({"client_id": "client-3"}, Denial.WRONG_CLIENT),
        ({"client_id": None, "aud": CLIENT}, Denial.WRONG_CLIENT),
        ({"client_id": [CLIENT]}, Denial.WRONG_CLIENT),
        ({"token_use": "id", "aud": CLIENT}, Denial.WRONG_USE),
        ({"token_use": None}, Denial.MISSING_CLAIM),
        ({"exp": Ahead(-1)}, Denial.TOKEN_EXPIRED),
        ({"exp": Ahead(-HOUR)}, Denial.TOKEN_EXPIRED),
        ({"exp": None}, Denial.MISSING_CLAIM),
        ({"exp": "never"}, Denial.MALFORMED_CLAIM),
        ({"exp": 1e400}, Denial.MALFORMED_CLAIM),
        ({"nbf": Ahead(+HOUR)}, Denial.TOKEN_NOT_YET_VALID),
        ({"iat": Ahead(+HOUR)}, Denial.TOKEN_NOT_YET_VALID),
        ({"sub": None}, Denial.MISSING_CLAIM),
        ({"sub": ""}, Denial.MALFORMED_CLAIM),
        ({"sub": "a b"}, Denial.MALFORMED_CLAIM),
        ({"sub": "a\n"}, Denial.MALFORMED_CLAIM),
        ({"sub": "\u0430lice"}, Denial.MALFORMED_CLAIM),
        ({"sub": "x" * 129}, Denial.MALFORMED_CLAIM),
    ],
)
def test_a_token_that_says_anything_else_is_refused(
    tokens: Tokens, changes: dict[str, Any], denial: Denial
) -> None:
    told: dict[str, Any] = {
        name: value.time if isinstance(value, Ahead) else value for name, value in changes.items()
    }

    assert refused(tokens, token(**told)) is denial


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_the_issuers_clock_may_be_a_little_ahead(tokens: Tokens, claim: str) -> None:
    assert identify(tokens, token(**dict[str, Any]({claim: int(time.time()) + 5}))).user_id == SUBJECT


def test_an_id_token_is_taken_where_the_setting_says_so(issuer: Issuer, clock: Clock) -> None:
    tokens = taking(issuer, clock, "id")

    assert identify(tokens, token(token_use="id", client_id=None, aud=CLIENT)).user_id == SUBJECT
    assert refused(tokens, token(token_use="id", client_id=None, aud="client-3")) is Denial.WRONG_CLIENT
    assert refused(tokens, token(token_use="id", client_id=CLIENT)) is Denial.WRONG_CLIENT
    assert refused(tokens, token()) is Denial.WRONG_USE


def test_a_signature_by_another_key_is_refused(tokens: Tokens) -> None:
    assert refused(tokens, token(signed_by="stolen")) is Denial.WRONG_SIGNATURE


def test_claims_that_were_changed_are_refused(tokens: Tokens) -> None:
    header, _, signature = token().split(".")

    assert refused(tokens, f"{header}.{encoded(claims(sub='root'))}.{signature}") is Denial.WRONG_SIGNATURE


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "RS512", "ES256", ""])
def test_a_token_does_not_choose_its_algorithm(tokens: Tokens, algorithm: str) -> None:
    header = encoded({"alg": algorithm, "kid": "key-1", "typ": "JWT"})
    public = private_key("key-1").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = f"{header}.{encoded(claims())}"
    # signed with the public key as if it were a secret, the oldest of tricks
    forged = urlsafe_b64encode(hmac(public, body.encode(), sha256).digest()).rstrip(b"=").decode()

    assert refused(tokens, f"{body}.{forged}") in {Denial.WRONG_ALGORITHM, Denial.MALFORMED_TOKEN}
    assert refused(tokens, f"{body}.")


def test_a_token_does_not_bring_its_own_key(tokens: Tokens, issuer: Issuer) -> None:
    own = jwt.algorithms.RSAAlgorithm.to_jwk(private_key("mine").public_key(), as_dict=True)
    headers = {"kid": "key-1", "jwk": own, "jku": "http://127.0.0.1:9/mine.json"}
    forged = jwt.encode(claims(), private_key("mine"), algorithm="RS256", headers=headers)

    assert refused(tokens, forged) is Denial.WRONG_SIGNATURE
    assert issuer.requests == 1


@pytest.mark.parametrize("kid", [None, "", "key-2", "../../etc/passwd", "key-1 "])
def test_a_key_that_is_not_published_is_no_key(tokens: Tokens, kid: str | None) -> None:
    headers = {} if kid is None else {"kid": kid}
    signed = jwt.encode(claims(), private_key("key-1"), algorithm="RS256", headers=headers)

    assert refused(tokens, signed) is Denial.UNKNOWN_KEY


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
    assert refused(tokens, respell(good)) is Denial.MALFORMED_TOKEN


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
    assert refused(tokens, token("key-2")) is Denial.UNKNOWN_KEY

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

    assert refused(tokens, token("key-1")) is Denial.UNKNOWN_KEY
    assert identify(tokens, token("key-2")).user_id == SUBJECT


def test_an_outage_leaves_the_keys_at_hand_for_six_hours_and_then_nobody_gets_in(
    tokens: Tokens, issuer: Issuer, clock: Clock
) -> None:
    identify(tokens, token())
    issuer.status = 500

    clock.seconds += 5 * HOUR
    assert identify(tokens, token()).user_id == SUBJECT
    clock.seconds += HOUR + 1
    assert refused(tokens, token()) is Denial.KEYS_UNAVAILABLE


def test_a_fetch_that_fails_while_the_keys_still_hold_is_a_line_that_alarms_count(
    tokens: Tokens, issuer: Issuer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    identify(tokens, token())
    issuer.status = 500
    clock.seconds += 2 * HOUR

    for _ in range(3):  # within the rest after a failed fetch
        identify(tokens, token())

    [line] = [record for record in caplog.records if record.message == "keys_not_refreshed"]
    assert (line.levelname, vars(line)["fault"], vars(line)["age_seconds"]) == ("WARNING", "server", 2 * HOUR)


def test_an_outage_from_the_start_is_asked_about_rarely_and_lets_nobody_in(
    tokens: Tokens, issuer: Issuer, clock: Clock
) -> None:
    issuer.status = 503

    reasons = {refused(tokens, token(str(uuid.uuid4()), signed_by="key-1")) for _ in range(50)}
    assert issuer.requests == 1
    assert reasons == {Denial.KEYS_UNAVAILABLE}

    issuer.status = 200
    clock.seconds += 31
    assert identify(tokens, token()).user_id == SUBJECT


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b'{"keys": []}', b'{"keys": [{"kid": "key-1"}]}']
)
def test_an_endpoint_without_keys_lets_nobody_in(tokens: Tokens, issuer: Issuer, body: bytes) -> None:
    issuer.body = body

    assert refused(tokens, token()) is Denial.KEYS_UNAVAILABLE


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


def test_while_the_keys_do_not_come_every_refusal_says_so_and_none_that_a_key_is_unknown(
    tokens: Tokens, issuer: Issuer, clock: Clock
) -> None:
    identify(tokens, token())
    issuer.status = 503
    clock.seconds += 31

    denials = [refused(tokens, token("key-2")) for _ in range(3)]

    assert denials == [Denial.KEYS_UNAVAILABLE] * 3
    assert identify(tokens, token()).user_id == SUBJECT


def test_once_the_keys_have_come_again_a_key_that_is_not_among_them_is_unknown(
    tokens: Tokens, issuer: Issuer, clock: Clock
) -> None:
    issuer.status = 503
    refused(tokens, token("key-2"))
    issuer.status = 200

    clock.seconds += 31

    assert [refused(tokens, token("key-2")) for _ in range(3)] == [Denial.UNKNOWN_KEY] * 3


def test_the_problem_of_keys_that_do_not_come_is_told(tokens: Tokens, issuer: Issuer) -> None:
    issuer.status = 503

    first, second = (refusal(tokens, token()).problem for _ in range(2))

    assert "503" in str(first)
    assert second == "the keys did not come a moment ago"


# --- Who was refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": Ahead(-1)},
        {"exp": Ahead(-HOUR)},
        {"exp": "never"},
        {"iat": Ahead(+HOUR)},
        {"iss": ISSUER + "x"},
        {"iss": None},
        {"client_id": "client-3"},
        {"token_use": "id"},
    ],
)
def test_whoever_comes_with_a_signed_token_is_known_whatever_else_is_wrong_with_it(
    tokens: Tokens, changes: dict[str, Any]
) -> None:
    told: dict[str, Any] = {
        name: value.time if isinstance(value, Ahead) else value for name, value in changes.items()
    }

    assert refusal(tokens, token(**told)).user_id == SUBJECT


@pytest.mark.parametrize("subject", [None, "", "a b", "x" * 129])
def test_what_cannot_be_a_user_is_not_told_as_one(tokens: Tokens, subject: str | None) -> None:
    assert refusal(tokens, token(sub=subject, exp=int(time.time()) - HOUR)).user_id is None


def test_a_name_that_nobody_signed_is_not_told(tokens: Tokens) -> None:
    header, _, signature = token().split(".")
    expired = encoded(claims(sub="root", exp=1))

    for forged in (
        token(signed_by="stolen"),
        token("key-2"),
        f"{header}.{expired}.{signature}",
        token(signed_by="stolen", exp=int(time.time()) - HOUR),
    ):
        assert refusal(tokens, forged).user_id is None


@pytest.mark.parametrize(
    "signed", [token("my-secret-key"), token(iss="my-secret-issuer"), token(signed_by="my-secret-key")]
)
def test_a_problem_repeats_nothing_of_what_a_client_sent(tokens: Tokens, clock: Clock, signed: str) -> None:
    identify(tokens, token())
    clock.seconds += 31

    assert "my-secret" not in str(refusal(tokens, signed).problem)
