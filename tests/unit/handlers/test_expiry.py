"""Connections whose identity has expired."""

import json
from typing import Any

import pytest

from functions.aws.gateway.callbacks import GoneError, Posted, UnknownConnectionError
from functions.domain.log.facts import ConnectionLost, MessageRejected
from functions.domain.log.ids import lowest
from functions.domain.refusals import Unavailable
from functions.domain.times import iso
from tests.fakes import MemoryLog, RecordingCallbacks
from tests.gateway_events import CONNECTED_AT, CONNECTION, message, voice_data
from tests.routes import lifecycle
from tests.routes import message as handler
from tests.unit.handlers.frames import EXP, OK, answer, text


@pytest.mark.parametrize("event", [text(), voice_data(lowest(CONNECTED_AT), 7)])
def test_an_expired_identity_is_told_so_and_its_connection_closed(
    log: MemoryLog, callbacks: RecordingCallbacks, event: dict[str, Any]
) -> None:
    event["requestContext"]["requestTimeEpoch"] = EXP

    assert handler(event, None, log, callbacks) == OK

    ((connection_id, frame),) = callbacks.posts
    assert connection_id == CONNECTION
    told = json.loads(frame)["data"]
    assert told["code"] == "token_expired"
    assert told["message"] == f"The identity of this connection expired at {iso(EXP)}. Connect again."
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


def test_a_frame_on_a_lifecycle_route_is_refused_there_and_expels_nobody(
    log: MemoryLog, callbacks: RecordingCallbacks
) -> None:
    event = message({"type": "$connect"}, route="$connect", requestTimeEpoch=EXP)

    assert lifecycle(event, None, log, callbacks) == OK

    ((_, frame),) = callbacks.posts
    assert json.loads(frame)["data"]["code"] == "invalid_message"
    assert callbacks.closed == []
