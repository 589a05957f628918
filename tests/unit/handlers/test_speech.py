"""Speech, on its one-way route."""

import json

import pytest

from functions.aws.gateway.callbacks import Posted
from functions.domain.connections.connection import Connection, join
from functions.domain.log.facts import ActivityRecorded, ConnectionLost, MessageRejected
from functions.domain.log.ids import lowest
from functions.domain.refusals import Unavailable
from tests.fakes import MemoryLog, RecordingCallbacks
from tests.gateway_events import CONNECTED_AT, CONNECTION, voice_data
from tests.routes import message as handler
from tests.unit.handlers.frames import OK, at


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
        "message": "Speech is ahead of its time: at most 100 frames, and 50 more each second.",
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


def test_a_connection_that_was_found_gone_is_over_and_not_revived_by_the_frame_that_found_it(
    log: MemoryLog, callbacks: RecordingCallbacks
) -> None:
    callbacks.outcome = Posted.GONE
    handler(voice_data(lowest(CONNECTED_AT), 5_000, **at(30)), None, log, callbacks)

    row = join(Connection(CONNECTION), log.events)

    assert (row.status, row.ended_at) == ("DISCONNECTED", CONNECTED_AT + 30_001)


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
