"""Who may connect where the URL alone names a user."""

import json
import logging
from typing import Any

import pytest

from functions.handlers.query_authorizer import handler
from tests.fakes import crowd
from tests.gateway_events import CONNECTED_AT, CONNECTION, EXPIRES_AT, authorize, fixture

WIDEST = "Az09_.:@|+=-" + "x" * 116


def effect(event: dict[str, Any]) -> str:
    (statement,) = handler(event, None, crowd())["policyDocument"]["Statement"]
    return str(statement["Effect"])


def test_a_user_is_allowed_and_named_for_every_later_frame() -> None:
    assert handler(fixture("authorize"), None, crowd()) == {
        "principalId": "alice",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow",
                    "Resource": fixture("authorize")["methodArn"],
                }
            ],
        },
        "context": {
            "userId": "alice",
            "sessionId": "s-1",
            "connectedAt": str(CONNECTED_AT),
            "exp": str(CONNECTED_AT // 1000 + 7_200),
            "expiresAt": str(EXPIRES_AT),
        },
    }


def test_a_session_is_optional() -> None:
    context = handler(authorize(userId="alice"), None, crowd())["context"]

    assert context.keys() == {"userId", "connectedAt", "exp", "expiresAt"}


def test_a_refusal_names_nobody_and_gives_no_reason() -> None:
    answer = handler(authorize(), None, crowd())

    assert answer["principalId"] == "nobody"
    assert answer["context"] == {}
    assert answer["policyDocument"]["Statement"][0]["Effect"] == "Deny"


@pytest.mark.parametrize("user_id", ["a", "0", WIDEST, "auth0|5f7c", "alice@example.com"])
def test_a_name_of_the_allowed_characters_may_connect(user_id: str) -> None:
    assert effect(authorize(userId=user_id)) == "Allow"
    assert effect(authorize(userId="alice", sessionId=user_id)) == "Allow"


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "a b",
        "a\n",
        "\na",
        "ä",
        "\u0430lice",
        "a\u200b",
        "a/b",
        "a#b",
        "a*",
        "a\x00",
        WIDEST + "x",
        ["alice"],
        7,
        {},
    ],
)
def test_any_other_name_may_not(name: object) -> None:
    assert effect(authorize(userId=name)) == "Deny"
    assert effect(authorize(userId="alice", sessionId=name)) == "Deny"


def test_a_connection_without_a_name_may_not() -> None:
    event = fixture("authorize")
    del event["queryStringParameters"]

    assert effect(event) == "Deny"
    assert effect(authorize()) == "Deny"
    assert effect(authorize(sessionId="s-1")) == "Deny"


def test_the_longest_context_is_flat_text_of_less_than_8_kb() -> None:
    context = handler(authorize(userId="u" * 128, sessionId="s" * 128), None, crowd())["context"]

    assert {type(value) for value in context.values()} == {str}
    assert len(json.dumps(context)) < 8 * 1024


def test_a_refusals_reason_is_in_the_log_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "airium")

    answer = handler(authorize(userId="a b"), None, crowd())

    (line,) = caplog.records
    said = vars(line)
    assert (line.message, said["effect"], said["user_id"]) == ("authorize", "Deny", None)
    assert said["reason"] == "malformed_user_id"
    assert said["connection_id"] == CONNECTION
    assert said["correlation_id"] == fixture("authorize")["requestContext"]["requestId"]
    assert "malformed" not in json.dumps(answer)


def test_a_refused_session_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "airium")

    handler(authorize(userId="alice", sessionId="a b"), None, crowd())

    (line,) = caplog.records
    assert vars(line)["reason"] == "malformed_session_id"


def test_an_allowance_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "airium")

    handler(fixture("authorize"), None, crowd())

    (line,) = caplog.records
    assert (vars(line)["effect"], vars(line)["user_id"], vars(line)["reason"]) == ("Allow", "alice", None)
