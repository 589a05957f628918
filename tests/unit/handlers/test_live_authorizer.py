"""Who may connect and subscribe to changes as they happen, and that nobody publishes by a token."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.aws.identity.keys import Keys
from functions.aws.identity.tokens import Tokens
from functions.domain.live.channels import OPERATORS, channel_of
from functions.handlers.live_authorizer import handler
from tests.issuer import CLIENT, ISSUER, SUBJECT, Issuer, issuing, token
from tests.signals.alarms import written

OWN = channel_of(SUBJECT)
SIGNED = "AWS4-HMAC-SHA256 Credential=test/20261127/us-east-1/appsync/aws4_request, Signature=0"
BY_HTTP = {"x-amz-date": "20261127T000000Z"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with issuing() as issuer:
        yield issuer


@pytest.fixture
def tokens(issuer: Issuer) -> Tokens:
    return Tokens(Keys(issuer.url), issuer=ISSUER, clients=frozenset({CLIENT}), use="access")


def asked(operation: str, proof: str, channel: str | None = None, **headers: str) -> dict[str, Any]:
    context = {
        "apiId": "a1b2",
        "accountId": "123456789012",
        "requestId": "request-1",
        "operation": f"EVENT_{operation}",
        "channelNamespaceName": "live" if channel else None,
        "channel": channel,
    }
    return {"authorizationToken": proof, "requestContext": context, "requestHeaders": headers}


def lets(tokens: Tokens, event: Any, *, emulated: bool = False) -> bool:
    answer = handler(event, None, tokens, "operators", emulated=emulated)
    assert answer.keys() == {"isAuthorized"}
    return answer["isAuthorized"]


def grouped(groups: object) -> str:
    claims: dict[str, Any] = {"cognito:groups": groups}
    return token(**claims)


def member() -> str:
    return grouped(["writers", "operators"])


@pytest.mark.parametrize("scheme", ["", "Bearer "])
def test_a_user_connects_and_reads_their_own(tokens: Tokens, scheme: str) -> None:
    assert lets(tokens, asked("CONNECT", scheme + token()))
    assert lets(tokens, asked("SUBSCRIBE", scheme + token(), OWN))


def test_a_member_of_the_group_reads_the_operators_channel(tokens: Tokens) -> None:
    assert lets(tokens, asked("SUBSCRIBE", member(), OPERATORS))


@pytest.mark.parametrize("groups", [None, [], ["operator"], "operators", [7], {"operators": True}])
def test_nobody_else_reads_it(tokens: Tokens, groups: object) -> None:
    assert not lets(tokens, asked("SUBSCRIBE", grouped(groups), OPERATORS))


@pytest.mark.parametrize(
    ("operation", "channel"),
    [
        ("SUBSCRIBE", channel_of("another")),
        ("SUBSCRIBE", f"{OWN}0"),
        ("SUBSCRIBE", "/live/u/*"),
        ("SUBSCRIBE", None),
        ("PUBLISH", OWN),
        ("PUBLISH", OPERATORS),
        ("WHATEVER", OWN),
    ],
)
def test_a_token_is_good_for_nothing_else(tokens: Tokens, operation: str, channel: str | None) -> None:
    with written("DEBUG") as lines:
        assert not lets(tokens, asked(operation, member(), channel))

    said = json.loads(lines[-1])
    assert (said["effect"], said["reason"], said["fault"]) == ("Deny", "foreign_channel", "client")
    assert (said["user_id"], said["channel"], said["correlation_id"]) == (SUBJECT, channel, "request-1")


@pytest.mark.parametrize("proof", ["", "x", "Basic YTpi", "a.b.c", SIGNED])
@pytest.mark.parametrize("operation", ["CONNECT", "SUBSCRIBE"])
def test_who_proves_nothing_is_denied(tokens: Tokens, operation: str, proof: str) -> None:
    assert not lets(tokens, asked(operation, proof, OWN, **BY_HTTP), emulated=True)


def test_a_token_that_has_expired_is_denied(tokens: Tokens) -> None:
    assert not lets(tokens, asked("CONNECT", token(exp=1)))


def test_only_on_an_emulator_and_by_http_is_a_signature_enough_to_publish(tokens: Tokens) -> None:
    by_http = asked("PUBLISH", SIGNED, OWN, **BY_HTTP)

    assert lets(tokens, by_http, emulated=True)
    assert not lets(tokens, by_http)
    assert not lets(tokens, asked("PUBLISH", SIGNED, OWN), emulated=True)


@pytest.mark.parametrize("event", [{}, None, [], {"authorizationToken": 7, "requestContext": {}}])
def test_what_appsync_did_not_ask_is_denied(tokens: Tokens, event: Any) -> None:
    with written("DEBUG") as lines:
        assert not lets(tokens, event)

    assert json.loads(lines[-1])["reason"] == "unasked"


def test_what_nobody_foresaw_lets_nobody_in() -> None:
    with written("DEBUG") as lines:
        assert not lets(None, asked("CONNECT", token()))  # type: ignore[arg-type]  # to break it

    said = json.loads(lines[-1])
    assert (said["reason"], said["fault"]) == ("internal", "server")
