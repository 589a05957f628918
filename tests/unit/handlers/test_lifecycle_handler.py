"""Connections as the gateway reports them."""

import json
import logging
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.domain.log.facts import ConnectionClosed, ConnectionFailed, ConnectionOpened, MessageRejected
from functions.domain.refusals import Unavailable
from tests.fakes import MemoryLog, RecordingCallbacks, Waiting
from tests.gateway_events import (
    CONNECTED_AT,
    CONNECTION,
    EXPIRES_AT,
    connect,
    disconnect,
    fixture,
    identity,
    message,
)
from tests.routes import lifecycle as handler
from tests.routes import message as message_handler
from tests.unit.aws.dynamodb import CONFLICT, NOTHING, Client, cancelled, failed, failure
from tests.unit.aws.dynamodb import log as patient

OK = {"statusCode": 200}
AWAY = Unavailable("ReadTimeoutError")
BROKEN = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "table/events"}}, "PutItem")


def handle(event: Any, log: MemoryLog) -> dict[str, Any]:
    return handler(event, None, log, RecordingCallbacks())


def test_a_connect_is_logged_with_what_the_gateway_knows(log: MemoryLog) -> None:
    assert handle(connect(), log) == OK

    (opened,) = log.events
    assert opened.fact == ConnectionOpened(
        "203.0.113.17", fixture("connect")["headers"]["User-Agent"], CONNECTED_AT // 1000 + 7_200
    )
    assert (opened.connection_id, opened.user_id, opened.session_id) == (CONNECTION, "alice", "s-1")
    assert (opened.connected_at, opened.expires_at) == (CONNECTED_AT, EXPIRES_AT)


def test_a_session_belongs_to_the_user_who_used_it_first(log: MemoryLog) -> None:
    handle(connect(), log)

    assert log.held == {"session#s-1": ("alice", EXPIRES_AT)}


def test_another_users_session_is_forbidden(log: MemoryLog) -> None:
    handle(connect(), log)
    response = handle(connect(authorizer=identity(userId="bob"), requestId="r-2", connectionId="c-2"), log)

    assert response == {"statusCode": 403}
    assert len(log.events) == 1


@pytest.mark.parametrize(("lasts", "status"), [(0, 200), (1, 403)])
def test_a_session_is_free_again_when_its_claim_has_expired(log: MemoryLog, lasts: int, status: int) -> None:
    now = fixture("connect")["requestContext"]["requestTimeEpoch"] // 1000
    log.held = {"session#s-1": ("bob", now + lasts)}

    assert handle(connect(), log) == {"statusCode": status}


def test_a_user_may_return_to_their_session(log: MemoryLog) -> None:
    handle(connect(), log)

    assert handle(connect(requestId="r-2", connectionId="c-2"), log) == OK
    assert len(log.events) == 2


def test_a_session_stays_its_owners_for_as_long_as_the_longest_of_their_connections(log: MemoryLog) -> None:
    longer = {"session#s-1": ("alice", EXPIRES_AT + 1)}
    log.held = dict(longer)

    assert handle(connect(), log) == OK

    assert log.held == longer
    assert len(log.events) == 1
    assert log.calls == 2


def test_both_appends_of_an_opening_share_the_three_seconds_of_one() -> None:
    waiting, held = Waiting(), failure("TransactionConflictException")
    own_for_longer = cancelled(NOTHING, failed("alice"))
    client = Client(*[cancelled(NOTHING, CONFLICT)] * 4, own_for_longer, *[held] * 5, {})

    assert handler(connect(), None, patient(client, waiting), RecordingCallbacks()) == {"statusCode": 503}

    assert waiting.pauses == [0.1, 0.2, 0.4, 0.8] * 2
    types = [sent["Item"]["type"]["S"] for called, sent in client.calls if called == "put_item"]
    assert types == ["ConnectionOpened"] * 5 + ["ConnectionFailed"]


def test_a_session_that_is_somebody_elses_for_longer_is_forbidden(log: MemoryLog) -> None:
    log.held = {"session#s-1": ("bob", EXPIRES_AT + 1)}

    assert handle(connect(), log) == {"statusCode": 403}
    assert log.calls == 1


def test_a_connection_without_a_session_claims_none(log: MemoryLog) -> None:
    assert handle(connect(authorizer=identity(sessionId=None)), log) == OK

    assert log.held == {}
    assert log.events[0].session_id is None


def test_a_connect_given_twice_is_logged_once(log: MemoryLog) -> None:
    assert handle(connect(), log) == handle(connect(), log) == OK

    assert len(log.events) == 1


def test_a_disconnect_that_cannot_be_appended_is_unavailable(log: MemoryLog) -> None:
    log.before = [AWAY]

    assert handle(disconnect(), log) == {"statusCode": 503}
    assert log.events == []


def test_a_connect_that_was_not_appended_is_refused_and_the_log_says_so(log: MemoryLog) -> None:
    log.before = [AWAY]

    assert handle(connect(), log) == {"statusCode": 503}
    assert log.facts == [ConnectionFailed()]
    assert log.held == {}


def test_a_connect_that_was_appended_without_an_answer_is_taken(log: MemoryLog) -> None:
    log.after = [AWAY]

    assert handle(connect(), log) == OK
    assert [type(fact) for fact in log.facts] == [ConnectionOpened]


def test_an_opening_that_arrives_after_its_failure_is_not_appended(log: MemoryLog) -> None:
    log.before = [AWAY]
    handle(connect(), log)

    handle(connect(), log)

    assert log.facts == [ConnectionFailed()]


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        ([AWAY, AWAY], [], []),
        ([None, AWAY], [AWAY], [ConnectionOpened]),
        ([AWAY], [AWAY], [ConnectionFailed]),
    ],
)
def test_a_connect_of_which_nothing_is_known_is_refused(
    log: MemoryLog,
    caplog: pytest.LogCaptureFixture,
    before: list[BaseException | None],
    after: list[BaseException],
    kept: list[type],
) -> None:
    log.before, log.after = before.copy(), after.copy()

    assert handle(connect(), log) == {"statusCode": 503}

    assert [type(fact) for fact in log.facts] == kept
    unknown, line = caplog.records
    assert (unknown.levelno, unknown.message) == (logging.WARNING, "opening_unknown")
    said = vars(unknown)
    assert (said["connection_id"], said["problem"]) == (CONNECTION, AWAY.problem)
    assert vars(line)["status"] == 503


@pytest.mark.parametrize("event", [connect(authorizer=None), disconnect(authorizer=None)])
def test_nobody_is_forbidden(log: MemoryLog, event: dict[str, Any]) -> None:
    assert handle(event, log) == {"statusCode": 403}
    assert log.calls == 0


@pytest.mark.parametrize("event", [connect(), disconnect()])
def test_a_fault_of_our_own_is_an_error_of_the_integration(
    log: MemoryLog, event: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    log.before = [BROKEN]

    assert handle(event, log) == {"statusCode": 500}
    assert [line.levelno for line in caplog.records] == [logging.ERROR]


def test_a_disconnect_is_logged_with_its_reason(log: MemoryLog) -> None:
    assert handle(disconnect(), log) == OK

    assert log.facts == [ConnectionClosed(1001, "Going away")]


@pytest.mark.parametrize("reason", [None, ""])
def test_a_disconnect_may_have_no_reason(log: MemoryLog, reason: str | None) -> None:
    event = disconnect(disconnectStatusCode=None, disconnectReason=reason)

    assert handle(event, log) == OK

    assert log.facts == [ConnectionClosed(None, None)]


def test_what_a_client_says_of_itself_is_kept_short(log: MemoryLog) -> None:
    handle(connect(identity={"userAgent": "x" * 600}), log)
    handle(disconnect(disconnectReason="y" * 600), log)

    opened, closed = log.facts
    assert opened.user_agent == "x" * 512
    assert opened.ip_address is None
    assert closed.reason == "y" * 512


def test_control_characters_of_a_client_are_not_kept(log: MemoryLog) -> None:
    handle(connect(identity={"userAgent": "a\r\nb\x1b[31m\x00\u2028\ud800 é 世"}), log)
    handle(disconnect(disconnectReason="\x9b\udfff"), log)

    opened, closed = log.facts
    assert opened.user_agent == "a\ufffd\ufffdb\ufffd[31m\ufffd\ufffd\ufffd é 世"
    assert closed.reason == "\ufffd\ufffd"


@pytest.mark.parametrize("route", ["$connect", "$disconnect"])
def test_a_frame_that_names_a_lifecycle_route_is_only_a_frame(log: MemoryLog, route: str) -> None:
    callbacks = RecordingCallbacks()

    assert handler(message({"type": route, "id": "m-1"}, route=route), None, log, callbacks) == OK

    ((connection_id, frame),) = callbacks.posts
    assert connection_id == CONNECTION
    assert json.loads(frame)["data"]["code"] == "invalid_message"
    assert json.loads(frame)["id"] == "m-1"
    assert log.facts == [MessageRejected("invalid_message")]


def test_a_connect_on_another_route_is_a_connect_all_the_same(log: MemoryLog) -> None:
    handle(connect(routeKey="$disconnect"), log)

    assert isinstance(log.facts[0], ConnectionOpened)


@pytest.mark.parametrize(
    "event", [None, {}, [], connect(eventType="RECONNECT"), connect(requestTimeEpoch=None)]
)
def test_an_event_that_no_gateway_sends_is_an_error_of_the_integration(event: Any, log: MemoryLog) -> None:
    assert handle(event, log) == {"statusCode": 500}
    assert log.calls == 0


def test_events_carry_the_root_id_of_the_invocations_trace(
    log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    root_id = "1-69229a20-5bd2f1a63e07c4d812f09b7a"
    monkeypatch.setenv("_X_AMZN_TRACE_ID", f"Root={root_id};Parent=53995c3f42cd8ad8;Sampled=1")

    handle(connect(), log)
    message_handler(fixture("message"), None, log, RecordingCallbacks())

    assert [event.trace_id for event in log.events] == [root_id] * 2
