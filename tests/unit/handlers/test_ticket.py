"""Who gets a ticket."""

import json
import logging
import time
from typing import Any

import pytest

from functions.aws.identity.tickets import Tickets
from functions.domain.identity.identity import Identity
from functions.domain.refusals import Unavailable
from functions.domain.times import iso
from functions.handlers.ticket import handler
from tests.gateway_events import fixture

EXPIRES_AT = 2**33


class Drawer(Tickets):
    """Tickets that are numbered, or a fault to raise."""

    def __init__(self, fault: Exception | None = None) -> None:
        super().__init__(None, "claims")
        self.issued: list[Identity] = []
        self._fault = fault

    def issue(self, identity: Identity, now: int) -> str:  # noqa: ARG002 - as the tickets have it
        if self._fault:
            raise self._fault
        self.issued.append(identity)
        return f"ticket-{len(self.issued)}"


def request(**claims: Any) -> dict[str, Any]:
    event = fixture("ticket")
    held = event["requestContext"]["authorizer"]["jwt"]["claims"]
    held.update({"exp": str(EXPIRES_AT), **claims})
    event["requestContext"]["authorizer"]["jwt"]["claims"] = {
        name: value for name, value in held.items() if value is not None
    }
    return event


def message(answer: dict[str, Any]) -> Any:
    return json.loads(answer["body"])["error"]["message"]


def code(answer: dict[str, Any]) -> str:
    return str(json.loads(answer["body"])["error"]["code"])


def test_an_access_token_gets_a_ticket_for_its_subject() -> None:
    drawer = Drawer()

    answer = handler(request(), None, drawer)

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"ticket": "ticket-1", "expiresIn": 30}
    assert answer["headers"] == {"content-type": "application/json", "cache-control": "no-store"}
    assert drawer.issued == [Identity("8f0c1a2e-2f3d-4c5b-9a6e-7d8c9b0a1f2e", EXPIRES_AT)]


def test_an_id_token_gets_one_only_where_the_setting_says_so() -> None:
    drawer = Drawer()

    refused = handler(request(token_use="id"), None, drawer)

    assert (refused["statusCode"], code(refused)) == (403, "unauthorized")
    assert message(refused) == "This token gets no ticket. Send the access token."
    assert drawer.issued == []
    assert handler(request(token_use="id"), None, drawer, "id")["statusCode"] == 200


@pytest.mark.parametrize(
    "claims", [{"token_use": None}, {"sub": None}, {"sub": "a b"}, {"exp": None}, {"exp": "never"}]
)
def test_a_token_that_names_nobody_gets_none(claims: dict[str, Any]) -> None:
    drawer = Drawer()

    assert handler(request(**claims), None, drawer)["statusCode"] == 403
    assert drawer.issued == []


def test_a_token_that_has_expired_since_gets_none() -> None:
    drawer = Drawer()

    expired_at = int(time.time()) - 1

    answer = handler(request(exp=str(expired_at)), None, drawer)

    assert (answer["statusCode"], code(answer)) == (401, "token_expired")
    assert message(answer) == f"The token expired at {iso(expired_at * 1000)}."
    assert drawer.issued == []


@pytest.mark.parametrize(
    ("fault", "status", "told"),
    [(Unavailable("ThrottlingException"), 503, "unavailable"), (RuntimeError("secret"), 500, "internal")],
)
def test_a_fault_gives_no_ticket_and_tells_nothing_of_itself(
    fault: Exception, status: int, told: str
) -> None:
    answer = handler(request(), None, Drawer(fault))

    assert (answer["statusCode"], code(answer)) == (status, told)
    assert "secret" not in answer["body"]
    assert "Throttling" not in answer["body"]


@pytest.mark.parametrize("event", [{}, {"requestContext": None}, {"requestContext": {"authorizer": {}}}, []])
def test_a_request_that_no_authorizer_saw_gets_none(event: Any) -> None:
    drawer = Drawer()

    assert handler(event, None, drawer)["statusCode"] == 500
    assert drawer.issued == []


def test_the_log_says_who_and_why_and_holds_neither_ticket_nor_token(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "airium")

    handler(request(), None, Drawer())
    handler(request(token_use="id"), None, Drawer())

    given, refused = (vars(record) for record in caplog.records)
    assert (given["message"], given["status"], given["user_id"]) == ("ticket", 200, request_subject())
    assert (refused["status"], refused["reason"], refused["user_id"]) == (403, "wrong_use", request_subject())
    assert given["correlation_id"] == fixture("ticket")["requestContext"]["requestId"]
    assert "ticket-1" not in str(given)
    assert "eyJ" not in f"{given}{refused}"


def request_subject() -> str:
    return str(request()["requestContext"]["authorizer"]["jwt"]["claims"]["sub"])
