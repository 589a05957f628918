"""Frames that are refused, and what remains of them."""

import json

import pytest

from functions.domain.log.facts import MessageRejected
from functions.domain.log.ids import lowest
from tests.fakes import MemoryLog, RecordingCallbacks
from tests.gateway_events import CONNECTED_AT, CONNECTION, fixture, message, voice_data
from tests.routes import message as handler
from tests.unit.handlers.frames import OK, answer, at


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "invalid_json"),
        ("", "invalid_json"),
        ('{"type": "ping", "x": NaN}', "invalid_json"),
        ('{"type": "ping", "x": ' + "[" * 15_000 + "]" * 15_000 + "}", "invalid_json"),
        ('{"type": "text_message", "data": {"text": "\\ud800"}}', "invalid_json"),
        ("[]", "invalid_message"),
        ('{"type": "$connect"}', "invalid_message"),
        ('{"type": "voice_end"}', "invalid_message"),
        ('{"type": "ponder"}', "unknown_type"),
        (json.dumps({"type": "text_message", "data": {"text": "x" * 8_001}}), "too_large"),
        (" " * 32_769, "too_large"),
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
    event = voice_data(lowest(CONNECTED_AT), 7, routeKey="$default")
    event["body"] = json.dumps({**json.loads(event["body"]), "id": "m-7"})

    frame = answer(event, log)

    assert frame["id"] == "m-7"
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

    ((connection_id, frame),) = callbacks.posts
    told = json.loads(frame)["data"]
    assert connection_id == CONNECTION
    assert (told["code"], told["correlationId"]) == ("unauthorized", event["requestContext"]["requestId"])
    assert log.calls == 0
