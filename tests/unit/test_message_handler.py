"""Frames of clients, from the gateway's event to its answer."""

import json
import logging
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.aws.callbacks import GoneError, Posted, UnknownConnectionError
from functions.domain.events import (
    ActivityRecorded,
    ConnectionLost,
    MessageRejected,
    TextMessageReceived,
    VoiceSessionEnded,
    VoiceSessionStarted,
)
from functions.domain.ids import lowest
from functions.domain.refusals import Unavailable
from functions.handlers.message import handler
from tests.fakes import MemoryLog, RecordingCallbacks
from tests.gateway_events import CONNECTED_AT, CONNECTION, fixture, identity, message, voice_data

OK = {"statusCode": 200}
EXP = (CONNECTED_AT // 1000 + 7_200) * 1000
"""The first millisecond at which the identity of the fixtures has expired."""
BROKEN = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "table/events"}}, "PutItem")


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def callbacks() -> RecordingCallbacks:
    return RecordingCallbacks()


def answer(event: object, log: MemoryLog) -> dict[str, Any]:
    """Return the one frame that a two-way route answers."""
    callbacks = RecordingCallbacks()
    response = handler(event, None, log, callbacks)  # type: ignore[arg-type]  # the gateway may send anything
    assert response["statusCode"] == 200
    assert response.keys() == {"statusCode", "body"}
    assert callbacks.posts == []
    frame: dict[str, Any] = json.loads(response["body"])
    return frame


def text(content: str = "hello", client_id: str | None = "m-1", **context: Any) -> dict[str, Any]:
    frame = {"type": "text_message", "id": client_id, "data": {"text": content}}
    return message({name: value for name, value in frame.items() if value is not None}, **context)


def start(**context: Any) -> dict[str, Any]:
    return message({"type": "voice_start", "id": "v-1"}, **context)


def end(session: str, last_seq: int = -1, **context: Any) -> dict[str, Any]:
    data = {"voiceSessionId": session, "lastSeq": last_seq}
    return message({"type": "voice_end", "id": "e-1", "data": data}, **context)


def at(seconds: float, request_id: str | None = None) -> dict[str, Any]:
    """Return the context of a request some seconds after the connect."""
    return {
        "requestTimeEpoch": CONNECTED_AT + int(seconds * 1000),
        "requestId": request_id or f"request-{seconds}",
    }


# --- Text ------------------------------------------------------------------------------------


def test_a_text_is_logged_and_acknowledged(log: MemoryLog) -> None:
    frame = answer(fixture("message"), log)

    (received,) = log.events
    assert received.fact == TextMessageReceived("hello")
    assert (received.user_id, received.session_id, received.connection_id) == ("alice", "s-1", CONNECTION)
    assert frame["type"] == "text_ack"
    assert frame["id"] == "m-1"
    assert frame["data"] == {"messageId": received.event_id}


def test_a_text_without_an_id_is_a_message_each_time(log: MemoryLog) -> None:
    first = answer(text(client_id=None, **at(1)), log)
    second = answer(text(client_id=None, **at(2)), log)

    assert first["data"]["messageId"] != second["data"]["messageId"]
    assert "id" not in first
    assert len(log.events) == 2


def test_the_same_id_again_gets_the_same_message(log: MemoryLog) -> None:
    first = answer(text(**at(1)), log)
    second = answer(text(**at(2)), log)

    assert first["data"] == second["data"]
    assert len(log.events) == 1


def test_an_id_is_remembered_by_a_session_across_connections(log: MemoryLog) -> None:
    first = answer(text(**at(1)), log)
    second = answer(text(connectionId="another", **at(2)), log)

    assert first["data"] == second["data"]


def test_another_session_may_use_the_same_id(log: MemoryLog) -> None:
    first = answer(text(**at(1)), log)
    second = answer(text(authorizer=identity(sessionId="s-2"), **at(2)), log)

    assert first["data"] != second["data"]


def test_an_id_is_free_again_after_a_day(log: MemoryLog) -> None:
    later = identity(exp=str(CONNECTED_AT))
    first = answer(text(**at(1)), log)
    within = answer(text(authorizer=later, **at(86_400)), log)
    after = answer(text(authorizer=later, **at(86_401)), log)

    assert first["data"] == within["data"] != after["data"]


def test_another_text_under_an_id_is_a_conflict(log: MemoryLog) -> None:
    answer(text(**at(1)), log)
    frame = answer(text("other", **at(2)), log)

    assert (frame["data"]["code"], frame["id"]) == ("conflict", "m-1")
    assert log.facts == [TextMessageReceived("hello"), MessageRejected("conflict")]


def test_a_retry_under_the_same_request_id_changes_nothing(log: MemoryLog) -> None:
    first = answer(text(**at(1)), log)
    second = answer(text(**at(1)), log)

    assert first["data"] == second["data"]
    assert len(log.events) == 1


def test_a_retry_after_a_lost_answer_gives_what_was_lost(log: MemoryLog) -> None:
    log.after = [Unavailable("ReadTimeoutError")]
    lost = answer(text(**at(1)), log)
    again = answer(text(**at(1)), log)

    assert lost["data"]["code"] == "unavailable"
    assert again["data"] == {"messageId": log.events[0].event_id}
    assert len(log.events) == 1


# --- Voice -----------------------------------------------------------------------------------


def test_a_voice_session_is_opened_and_ended(log: MemoryLog) -> None:
    ready = answer(start(**at(1)), log)
    session = ready["data"]["voiceSessionId"]
    ended = answer(end(session, 299, **at(31)), log)

    assert (ready["type"], ready["id"]) == ("voice_ready", "v-1")
    assert (ended["type"], ended["id"]) == ("voice_ended", "e-1")
    assert ended["data"] == {"voiceSessionId": session, "frames": 300, "seconds": 30, "reason": "client"}
    assert log.facts == [
        VoiceSessionStarted(16000, "lpcm"),
        VoiceSessionEnded(session, 300, 30, "client"),
    ]
    assert log.events[0].event_id == session


def test_one_voice_session_at_a_time(log: MemoryLog) -> None:
    answer(start(**at(1)), log)
    frame = answer(start(**at(2)), log)

    assert (frame["data"]["code"], frame["id"]) == ("conflict", "v-1")


def test_each_connection_has_a_voice_session_of_its_own(log: MemoryLog) -> None:
    answer(start(**at(1)), log)
    frame = answer(start(connectionId="another", **at(2)), log)

    assert frame["type"] == "voice_ready"


def test_an_ended_voice_session_makes_room_for_the_next(log: MemoryLog) -> None:
    session = answer(start(**at(1)), log)["data"]["voiceSessionId"]
    answer(end(session, **at(2)), log)
    frame = answer(start(**at(3)), log)

    assert frame["type"] == "voice_ready"
    assert frame["data"]["voiceSessionId"] != session


def test_a_voice_session_may_be_taken_over_after_15_minutes(log: MemoryLog) -> None:
    first = answer(start(**at(1)), log)["data"]["voiceSessionId"]
    early = answer(start(**at(901)), log)
    late = answer(start(**at(901.001)), log)

    assert early["data"]["code"] == "conflict"
    assert late["type"] == "voice_ready"
    assert answer(end(first, **at(902)), log)["data"]["code"] == "not_found"


def test_a_retried_start_and_end_answer_as_before(log: MemoryLog) -> None:
    ready = answer(start(**at(1)), log)
    session = ready["data"]["voiceSessionId"]
    ended = answer(end(session, **at(2)), log)

    assert answer(end(session, **at(2)), log)["data"] == ended["data"]
    assert answer(start(**at(1)), log)["data"] == ready["data"]
    assert len(log.events) == 2
    assert log.held == {}


def test_a_voice_session_ends_once(log: MemoryLog) -> None:
    session = answer(start(**at(1)), log)["data"]["voiceSessionId"]
    answer(end(session, **at(2)), log)
    frame = answer(end(session, **at(3)), log)

    assert (frame["data"]["code"], frame["id"]) == ("not_found", "e-1")


def test_nobody_ends_the_voice_session_of_another_connection(log: MemoryLog) -> None:
    session = answer(start(**at(1)), log)["data"]["voiceSessionId"]
    frame = answer(end(session, connectionId="another", **at(2)), log)

    assert frame["data"]["code"] == "not_found"
    assert answer(end(session, **at(3)), log)["type"] == "voice_ended"


def test_an_end_that_claims_more_than_there_was_time_for_is_refused(log: MemoryLog) -> None:
    session = answer(start(**at(1)), log)["data"]["voiceSessionId"]
    frame = answer(end(session, 1_000, **at(2)), log)

    assert frame["data"]["code"] == "rate_limited"
    assert frame["data"]["retryAfter"] == 17
    assert answer(end(session, 1_000, **at(19)), log)["type"] == "voice_ended"


# --- Speech, one-way -------------------------------------------------------------------------


def test_speech_gets_no_answer_and_writes_nothing(log: MemoryLog, callbacks: RecordingCallbacks) -> None:
    event = voice_data(lowest(CONNECTED_AT), 7)

    assert handler(event, None, log, callbacks) == OK

    assert (log.calls, callbacks.posts) == (0, [])


def test_a_minute_of_speech_is_one_activity(log: MemoryLog, callbacks: RecordingCallbacks) -> None:
    session = lowest(CONNECTED_AT)

    for seq in (599, 600, 601):
        assert handler(voice_data(session, seq, **at(60 + seq / 10_000)), None, log, callbacks) == OK

    assert log.facts == [ActivityRecorded(session, 601)]
    assert callbacks.posts == []


def test_a_refusal_of_speech_goes_by_callback(log: MemoryLog, callbacks: RecordingCallbacks) -> None:
    event = voice_data(lowest(CONNECTED_AT), 500, **at(1, "request-1"))

    assert handler(event, None, log, callbacks) == OK

    ((connection_id, frame),) = callbacks.posts
    assert connection_id == CONNECTION
    assert json.loads(frame)["data"] == {
        "code": "rate_limited",
        "message": "Speech is ahead of its time.",
        "correlationId": "request-1",
        "retryAfter": 7,
    }
    assert log.facts == [MessageRejected("rate_limited")]


def test_speech_after_the_end_of_its_connection_loses_it(
    log: MemoryLog, callbacks: RecordingCallbacks
) -> None:
    callbacks.outcome = Posted.GONE

    assert handler(voice_data(lowest(CONNECTED_AT), 5_000, **at(30)), None, log, callbacks) == OK

    assert log.facts == [MessageRejected("rate_limited"), ConnectionLost("post")]


def test_a_connection_younger_than_30_seconds_is_not_lost(
    log: MemoryLog, callbacks: RecordingCallbacks
) -> None:
    callbacks.outcome = Posted.GONE

    assert handler(voice_data(lowest(CONNECTED_AT), 5_000, **at(29.999)), None, log, callbacks) == OK

    assert log.facts == [MessageRejected("rate_limited")]


@pytest.mark.parametrize("outcome", [Posted.BUSY, Posted.UNKNOWN])
def test_what_is_not_gone_is_not_lost(log: MemoryLog, outcome: Posted) -> None:
    callbacks = RecordingCallbacks(outcome)

    assert handler(voice_data(lowest(CONNECTED_AT), 5_000, **at(40)), None, log, callbacks) == OK

    assert log.facts == [MessageRejected("rate_limited")]


def test_a_callback_that_fails_fails_nothing_else(log: MemoryLog, callbacks: RecordingCallbacks) -> None:
    callbacks.post_faults = [Unavailable("ReadTimeoutError")]

    assert handler(voice_data(lowest(CONNECTED_AT), 5_000, **at(40)), None, log, callbacks) == OK

    assert log.facts == [MessageRejected("rate_limited")]


def test_speech_that_breaks_the_handler_breaks_no_connection(
    log: MemoryLog, callbacks: RecordingCallbacks
) -> None:
    log.before = [BROKEN]

    assert handler(voice_data(lowest(CONNECTED_AT), 600, **at(60)), None, log, callbacks) == OK

    assert callbacks.posts == []


# --- Refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "invalid_json"),
        ("", "invalid_json"),
        ('{"type": "ping", "x": NaN}', "invalid_json"),
        ('{"type": "ping", "x": ' + "[" * 60_000 + "]" * 60_000 + "}", "invalid_json"),
        ('{"type": "text_message", "data": {"text": "\\ud800"}}', "invalid_json"),
        ("[]", "invalid_message"),
        ('{"type": "$connect"}', "invalid_message"),
        ('{"type": "voice_end"}', "invalid_message"),
        ('{"type": "ponder"}', "unknown_type"),
        (json.dumps({"type": "text_message", "data": {"text": "x" * 8_001}}), "too_large"),
        (" " * 131_073, "too_large"),
    ],
)
def test_a_refused_frame_changes_nothing_but_for_the_event_that_says_so(
    log: MemoryLog, body: str, code: str
) -> None:
    frame = answer(message(body, requestId="request-1"), log)

    assert (frame["type"], frame["data"]["code"]) == ("error", code)
    assert frame["data"]["correlationId"] == "request-1"
    assert log.facts == [MessageRejected(code)]
    assert log.held == {}


def test_a_refusal_repeats_the_clients_id(log: MemoryLog) -> None:
    assert answer(message({"type": "ponder", "id": "m-7"}), log)["id"] == "m-7"


def test_refusals_of_a_minute_are_one_event_for_each_code(log: MemoryLog) -> None:
    for number in range(20):
        answer(message("{", **at(50 + number / 10, f"request-{number}")), log)
        answer(message("[]", **at(50 + number / 10, f"request-{number}")), log)

    assert log.facts == [MessageRejected("invalid_json"), MessageRejected("invalid_message")]


def test_a_frame_without_a_body_is_invalid_json(log: MemoryLog) -> None:
    event = fixture("message")
    del event["body"]

    assert answer(event, log)["data"]["code"] == "invalid_json"


def test_speech_that_misses_its_one_way_route_is_not_left_without_an_answer(log: MemoryLog) -> None:
    frame = answer(voice_data(lowest(CONNECTED_AT), 7, routeKey="$default"), log)

    assert frame["data"]["code"] == "invalid_message"
    assert frame["data"]["message"] == "Speech has a route of its own."
    assert log.facts == [MessageRejected("invalid_message")]


def test_a_binary_frame_is_invalid_json(log: MemoryLog) -> None:
    frame = answer({**fixture("message"), "isBase64Encoded": True}, log)

    assert frame["data"]["code"] == "invalid_json"
    assert frame["data"]["message"] == "A frame is text, not binary."


def test_a_ping_that_misses_its_route_is_answered_all_the_same(log: MemoryLog) -> None:
    assert answer(message({"type": "ping"}), log) == {"type": "pong"}
    assert log.calls == 0


def test_who_is_whom_the_gateway_names(log: MemoryLog) -> None:
    body = {"type": "text_message", "userId": "mallory", "data": {"text": "hi", "userId": "mallory"}}

    answer(message({**body, "requestContext": {"authorizer": {"userId": "mallory"}}}), log)

    assert log.events[0].user_id == "alice"


def test_a_frame_of_nobody_is_unauthorized(log: MemoryLog) -> None:
    event = message({"type": "ping"})
    del event["requestContext"]["authorizer"]

    frame = answer(event, log)

    assert frame["data"]["code"] == "unauthorized"
    assert log.calls == 0


def test_speech_of_nobody_is_unauthorized(log: MemoryLog, callbacks: RecordingCallbacks) -> None:
    event = voice_data(lowest(CONNECTED_AT), 7, authorizer=None)

    assert handler(event, None, log, callbacks) == OK

    ((_, frame),) = callbacks.posts
    assert json.loads(frame)["data"]["code"] == "unauthorized"
    assert log.calls == 0


# --- Expiry of the identity ------------------------------------------------------------------


@pytest.mark.parametrize("event", [text(), voice_data(lowest(CONNECTED_AT), 7)])
def test_an_expired_identity_is_told_so_and_its_connection_closed(
    log: MemoryLog, callbacks: RecordingCallbacks, event: dict[str, Any]
) -> None:
    event["requestContext"]["requestTimeEpoch"] = EXP

    assert handler(event, None, log, callbacks) == OK

    ((connection_id, frame),) = callbacks.posts
    assert connection_id == CONNECTION
    assert json.loads(frame)["data"]["code"] == "token_expired"
    assert callbacks.closed == [CONNECTION]
    assert log.facts == [MessageRejected("token_expired")]


def test_an_identity_holds_to_its_last_millisecond(log: MemoryLog) -> None:
    assert answer(text(requestTimeEpoch=EXP - 1), log)["type"] == "text_ack"


@pytest.mark.parametrize("fault", [GoneError(), UnknownConnectionError(), Unavailable("ReadTimeoutError")])
def test_an_expired_connection_that_cannot_be_closed_is_left_to_the_sweeper(
    log: MemoryLog, callbacks: RecordingCallbacks, fault: Exception
) -> None:
    callbacks.close_faults = [fault]

    assert handler(text(requestTimeEpoch=EXP), None, log, callbacks) == OK


def test_an_expired_connection_that_cannot_be_told_is_closed_all_the_same(
    log: MemoryLog, callbacks: RecordingCallbacks
) -> None:
    callbacks.post_faults = [Unavailable("ReadTimeoutError")]

    assert handler(text(requestTimeEpoch=EXP), None, log, callbacks) == OK

    assert callbacks.closed == [CONNECTION]


def test_an_expired_connection_that_is_gone_is_lost(log: MemoryLog, callbacks: RecordingCallbacks) -> None:
    callbacks.outcome = Posted.GONE

    assert handler(text(requestTimeEpoch=EXP), None, log, callbacks) == OK

    assert log.facts == [MessageRejected("token_expired"), ConnectionLost("post")]


# --- Faults ----------------------------------------------------------------------------------


@pytest.mark.parametrize("event", [text(), text(client_id=None), start(), end(lowest(CONNECTED_AT))])
def test_what_cannot_be_appended_is_unavailable(log: MemoryLog, event: dict[str, Any]) -> None:
    log.before = [Unavailable("ThrottlingException of PutItem")]

    frame = answer(event, log)

    assert frame["data"]["code"] == "unavailable"
    assert frame["data"]["retryAfter"] == 1
    assert frame.get("id") == json.loads(event["body"]).get("id")
    assert "Throttling" not in json.dumps(frame)
    assert (log.calls, log.events) == (1, [])


def test_a_refusal_that_cannot_be_recorded_is_told_all_the_same(log: MemoryLog) -> None:
    log.before = [Unavailable("ThrottlingException of PutItem")]

    assert answer(message("{"), log)["data"]["code"] == "invalid_json"
    assert log.events == []


def test_a_fault_of_our_own_is_internal_and_tells_nothing(
    log: MemoryLog, caplog: pytest.LogCaptureFixture
) -> None:
    log.before = [BROKEN]

    frame = answer(text(requestId="request-1"), log)

    assert frame["data"] == {
        "code": "internal",
        "message": "Something went wrong on our side.",
        "correlationId": "request-1",
    }
    (line,) = caplog.records
    assert line.levelno == logging.ERROR
    assert line.exc_info is not None


@pytest.mark.parametrize(
    "event", [None, [], "{}", {}, {"requestContext": None}, {"requestContext": []}, {"requestContext": {}}]
)
def test_an_event_that_no_gateway_sends_is_an_error_of_the_integration(event: Any, log: MemoryLog) -> None:
    assert handler(event, None, log, RecordingCallbacks()) == {"statusCode": 500}


@pytest.mark.parametrize("request_id", [None, 7, "\ud800", {"a": 1}])
def test_a_frame_that_cannot_be_read_is_internal(log: MemoryLog, request_id: object) -> None:
    frame = answer(message("{}", requestId=request_id, requestTimeEpoch="noon"), log)

    assert frame["data"]["code"] == "internal"
    assert log.calls == 0


# --- Log lines -------------------------------------------------------------------------------


def test_a_frame_is_one_line_that_its_correlation_id_finds(
    log: MemoryLog, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "airium")

    answer(message({"type": "ponder"}, requestId="request-1"), log)

    (line,) = caplog.records
    assert (line.levelno, line.message) == (logging.INFO, "frame")
    said = vars(line)
    assert said["correlation_id"] == "request-1"
    assert (said["connection_id"], said["user_id"]) == (CONNECTION, "alice")
    assert (said["route"], said["refused"]) == ("$default", "unknown_type")


def test_speech_is_logged_for_debugging_only(
    log: MemoryLog, callbacks: RecordingCallbacks, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "airium")

    handler(voice_data(lowest(CONNECTED_AT), 7), None, log, callbacks)

    (line,) = caplog.records
    assert (line.levelno, line.message) == (logging.DEBUG, "frame")
    assert vars(line)["refused"] is None


def test_no_line_repeats_what_was_said(log: MemoryLog, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "airium")

    answer(text("my secret"), log)

    assert "my secret" not in str([vars(line) for line in caplog.records])
