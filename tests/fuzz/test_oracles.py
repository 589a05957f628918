"""The oracles that fuzzing relies on, on cases that leave no doubt."""

import json

import jwt
import pytest

from functions.domain.frames.protocol import MAX_DEPTH
from tests.fuzz.keys import PUBLISHED, private_key
from tests.fuzz.proof import names_somebody, proves
from tests.fuzz.tokens import CLAIMS, HEADER, LONG_AGO, signed
from tests.issuer import private_key as issuers_key
from tests.property.schema import depth, repeats_a_name, satisfies


def test_the_library_and_the_oracle_believe_the_same_token() -> None:
    token = signed()

    assert proves(token) == CLAIMS
    assert jwt.decode(token, private_key("key-1").public_key(), ["RS256"], options={"verify_aud": False})


@pytest.mark.parametrize(
    "token",
    [
        signed(by="mallory"),
        signed({**HEADER, "alg": "none"}),
        signed({**HEADER, "crit": ["x"]}),
        signed(claims={**CLAIMS, "exp": LONG_AGO}),
        signed(claims={**CLAIMS, "client_id": "other"}),
        signed(claims={**CLAIMS, "sub": "a#b"}),
        signed() + "=",
        signed()[:-1],
        "a.b",
    ],
)
def test_the_oracle_believes_no_other(token: str) -> None:
    assert proves(token) is None


def test_the_keys_are_the_same_in_every_run_and_nobody_elses() -> None:
    numbers = private_key(PUBLISHED[0]).public_key().public_numbers()

    assert numbers.n.bit_length() == 2_048
    assert numbers.n % 1_000_003 == 785644
    assert numbers != issuers_key(PUBLISHED[0]).public_key().public_numbers()


@pytest.mark.parametrize("name", ["", "a" * 129, "a b", "a#b", "\u0430", None, 1])
def test_a_name_is_of_few_letters(name: object) -> None:
    assert names_somebody("ada@example.com")
    assert not names_somebody(name)


@pytest.mark.parametrize("levels", [0, 1, MAX_DEPTH - 1])
def test_depth_is_counted_from_one(levels: int) -> None:
    body = json.dumps({"type": "ping", "x": json.loads("[" * levels + "]" * levels) if levels else 0})

    assert depth(json.loads(body)) == levels + 1
    assert satisfies(body)


@pytest.mark.parametrize(
    "body",
    [
        '{"type": "ping", "x": ' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "}",
        '{"type": "ping", "x": "\\ud800"}',
        '{"type": "ping", "timestamp": 1e17}',
        json.dumps({"type": "text_message", "data": {"text": "\ufb2c" * 2_667}}),
        json.dumps({"type": "ping", "x": "\u00e9" * 65_536}, ensure_ascii=False),
    ],
)
def test_what_a_schema_cannot_say_forbids_too(body: str) -> None:
    assert not satisfies(body)


def test_a_name_twice_is_noticed_at_any_depth() -> None:
    assert repeats_a_name('{"x": [{"y": 1, "y": 2}]}')
    assert not repeats_a_name('{"x": [{"y": 1}, {"y": 2}]}')
