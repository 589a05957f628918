"""What a client can cause wakes nobody."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.aws.gateway.callbacks import BusyError, GoneError, Posted
from functions.domain.limits import Limits, Speaking
from functions.domain.log.ids import lowest
from functions.domain.refusals import Contended
from tests.fakes import MemoryLog, RecordingCallbacks
from tests.gateway_events import CONNECTED_AT, EXPIRES_AT, connect, voice_data
from tests.gateway_events import message as frame
from tests.infra.program import signalling
from tests.routes import lifecycle, message
from tests.signals.alarms import fired, written
from tests.signals.patterns import matches
from tests.speaking import MemorySpeech, spoken

EXPIRED = CONNECTED_AT + 7_200_000
TEXT = {"type": "text_message", "id": "m-1", "data": {"text": "hello"}}
UNKNOWN = {"voiceSessionId": lowest(CONNECTED_AT), "lastSeq": 1}


def taken() -> MemoryLog:
    log = MemoryLog()
    log.held = {"session#s-1": ("bob", EXPIRES_AT)}
    return log


def crowded() -> MemoryLog:
    """Return a log whose next append meets others of the same user, as often as it is tried."""
    log = MemoryLog()
    log.before = [Contended("TransactionConflict of TransactWriteItems")]
    return log


@pytest.mark.parametrize("log", [taken, crowded])
def test_a_connect_that_is_refused_for_a_session_wakes_nobody_and_is_counted(
    log: Callable[[], MemoryLog],
) -> None:
    with written() as lines:
        lifecycle(connect(), None, log(), RecordingCallbacks())

    assert fired("lifecycle", lines) == set()
    (pattern,) = [
        each.inputs["pattern"]
        for each in signalling("prod").of_type("cloudwatch/logMetricFilter:LogMetricFilter")
        if each.inputs["name"].endswith("connects-refused")
    ]
    assert [matches(pattern, line) for line in lines] == [True]


def test_a_connect_that_succeeds_is_not_counted_as_refused() -> None:
    with written("DEBUG") as lines:
        lifecycle(connect(), None, MemoryLog(), RecordingCallbacks())

    assert lines
    assert not any('"client"' in line for line in lines)


def test_who_is_nobody_although_the_authorizer_is_asked_is_no_clients_doing() -> None:
    with written() as lines:
        lifecycle(connect(authorizer=None), None, MemoryLog(), RecordingCallbacks())
        message(frame("{}", authorizer=None), None, MemoryLog(), RecordingCallbacks())

    assert fired("lifecycle", lines[:1]) == {"lifecycle-faults"}
    assert fired("message", lines[1:]) == {"message-faults"}


@pytest.mark.parametrize(
    "event",
    [
        frame("{"),
        frame("[" * 100_000),
        frame(TEXT | {"data": {"text": "x" * 40_000}}),
        frame({"type": "ponder"}),
        frame({"type": "$connect"}),
        frame({"type": "voice_data"}),
        frame({"type": "voice_end", "id": "e", "data": UNKNOWN}),
        frame(TEXT) | {"isBase64Encoded": True},
        frame(TEXT, requestTimeEpoch=EXPIRED),
        frame(TEXT | {"id": "m-2"}),
        frame({"type": "voice_start"}),
        voice_data("no session", 0),
        voice_data(lowest(CONNECTED_AT), 6_000, requestTimeEpoch=CONNECTED_AT + 1_000),
        voice_data(lowest(CONNECTED_AT), 0, requestTimeEpoch=EXPIRED),
    ],
    ids=lambda event: str(event["body"])[:40],
)
def test_no_frame_wakes_anybody(event: dict[str, Any]) -> None:
    log, callbacks = MemoryLog(), RecordingCallbacks(Posted.BUSY)
    log.counts = dict.fromkeys([f"texts#alice#{CONNECTED_AT // 60_000 * 60}"], 1)
    callbacks.close_faults = [BusyError("LimitExceededException"), GoneError()]

    with written("DEBUG") as lines:
        spoken(event, MemorySpeech(log), callbacks, Limits(texts=1, spoken=Speaking(sessions=0)))

    assert lines
    assert fired("message", lines) == set()


def test_a_crowd_of_one_users_texts_wakes_nobody() -> None:
    with written("DEBUG") as lines:
        message(frame(TEXT), None, crowded(), RecordingCallbacks())

    assert [line for line in lines if '"unavailable"' in line]
    assert fired("message", lines) == set()
