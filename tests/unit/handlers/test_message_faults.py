"""Frames while something of our own fails."""

import json
import logging
from typing import Any

import pytest

from functions.domain.log.ids import lowest
from functions.domain.refusals import Unavailable
from tests.fakes import MemoryLog, RecordingCallbacks
from tests.gateway_events import CONNECTED_AT, CONNECTION, message, voice_data
from tests.routes import message as handler
from tests.speaking import MemorySpeech, spoken
from tests.unit.handlers.frames import BROKEN, answer, start, text


def minute_of_speech() -> dict[str, Any]:
    """Return a frame that is an event, in a voice session that is open."""
    return voice_data(lowest(CONNECTED_AT), 600, requestTimeEpoch=CONNECTED_AT + 60_000)


@pytest.mark.parametrize("event", [text(), text(client_id=None), start()])
def test_what_cannot_be_appended_is_unavailable(log: MemoryLog, event: dict[str, Any]) -> None:
    log.before = [Unavailable("ThrottlingException of PutItem")]

    response = spoken(event, MemorySpeech(log), RecordingCallbacks())

    frame = json.loads(response["body"])
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
    assert vars(line)["correlation_id"] == "request-1"
    assert vars(line)["connection_id"] == CONNECTION


def test_a_fault_on_the_one_way_route_is_told_by_callback(
    log: MemoryLog, callbacks: RecordingCallbacks
) -> None:
    log.before = [BROKEN]

    answered = handler(minute_of_speech(), None, log, callbacks)

    assert answered == {"statusCode": 200}
    ((connection_id, frame),) = callbacks.posts
    assert connection_id == CONNECTION
    assert json.loads(frame)["data"]["code"] == "internal"


def test_a_fault_that_cannot_even_be_told_ends_in_the_log(
    log: MemoryLog, callbacks: RecordingCallbacks, caplog: pytest.LogCaptureFixture
) -> None:
    log.before = [BROKEN]
    callbacks.post_faults = [BROKEN]

    assert handler(minute_of_speech(), None, log, callbacks) == {"statusCode": 200}
    assert [line.message for line in caplog.records] == ["internal", "answer_not_delivered"]
    assert len({vars(line)["correlation_id"] for line in caplog.records}) == 1


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
