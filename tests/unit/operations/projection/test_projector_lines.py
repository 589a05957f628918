"""The line of a batch: for how long its events waited, and how far it moved the counters."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from functions.aws.log.arrivals import stamp
from functions.aws.log.event_items import encode
from functions.domain.log.events import Event
from functions.domain.log.facts import (
    ConnectionClosed,
    ConnectionLost,
    ConnectionOpened,
    ReplyCompleted,
    TextMessageReceived,
    VoiceSessionEnded,
    VoiceSessionStarted,
)
from functions.handlers import projector
from functions.names import COUNTED
from functions.operations.projection.batches import project_batch
from tests.contract.engines import moto
from tests.stage import NOW, Stage, error, happened, make_stage
from tests.standin.records import records_of

OPENED = happened("c1", ConnectionOpened())
TEXT = happened("c1", TextMessageReceived("hello"), 1_000)
REPLY = happened("c1", ReplyCompleted(TEXT.event_id, "hello yourself"), 2_000)
VOICE = happened("c1", VoiceSessionStarted(16_000, "lpcm"), 3_000)
VOICE_ENDED = happened("c1", VoiceSessionEnded(VOICE.event_id, 70, 7, "client"), 10_000)
LOST = happened("c1", ConnectionLost("sweeper"), 20_000)
CLOSED = happened("c1", ConnectionClosed(), 20_000)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with moto() as make_client:
        yield make_stage(make_client(), "t")


@pytest.fixture(autouse=True)
def _lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "airium")


def line(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    """Return the fields of the newest line."""
    assert caplog.records[-1].message == "project"
    return vars(caplog.records[-1])


def moved(caplog: pytest.LogCaptureFixture) -> dict[str, int]:
    return {name: value for name, value in line(caplog).items() if name in {*COUNTED, "active"}}


def arrived(event: Event, at: int) -> dict[str, Any]:
    return encode(event) | stamp(event.event_id, at)


def test_a_batch_tells_how_far_it_moved_each_counter(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.project(OPENED, TEXT, REPLY, VOICE, VOICE_ENDED, happened("c2", ConnectionOpened()))

    assert moved(caplog) == {"opened": 2, "texts": 1, "replies": 1, "voice_sessions": 1, "voice_seconds": 7}


def test_a_redelivered_batch_moves_nothing(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.project(OPENED, TEXT)

    stage.project(OPENED, TEXT)

    assert moved(caplog) == {}


def test_what_is_taken_back_is_moved_back(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.project(OPENED, LOST)

    stage.project(CLOSED)

    assert moved(caplog) == {"closed": 1, "lost": -1}


def test_what_a_new_generation_counts_again_moves_nothing_again(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.happen(OPENED, TEXT)
    stage.begin_generation(2)
    stage.append(CLOSED)

    stage.project(CLOSED)
    assert moved(caplog) == {}

    stage.project(happened("c1", TextMessageReceived("more"), 2_000))
    assert moved(caplog) == {"texts": 1}


def test_what_another_wrote_meanwhile_is_moved_by_one_of_the_two(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.project(OPENED)
    stage.requests.at_next("TransactWriteItems", lambda: stage.project(TEXT, CLOSED))

    stage.project(TEXT, LOST)

    sums = [{name: vars(each).get(name) for name in ("texts", "closed")} for each in caplog.records[1:]]
    assert sums == [{"texts": 1, "closed": 1}, {"texts": None, "closed": None}]


def test_what_could_not_be_written_moves_nothing(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.requests.at_next("TransactWriteItems", _refuse)

    stage.project(TEXT, happened("c2", ConnectionOpened()))

    assert moved(caplog) == {"texts": 1, "opened": 1}


def _refuse() -> None:
    raise error("TransactionCanceledException", reasons=["ConditionalCheckFailed"])


def test_the_lag_is_that_of_the_first_to_arrive_until_all_is_projected(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    records = list(records_of([arrived(TEXT, NOW - 200), arrived(OPENED, NOW - 1_500), encode(REPLY)]))

    project_batch(records, stage.model, stage.log, NOW, clock=lambda: NOW + 300)

    assert line(caplog)["lag_ms"] == 1_800


def test_the_projector_takes_the_time_once_more_when_it_is_done(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    times = iter([NOW, NOW + 2_000])
    batch = {"Records": list(records_of([arrived(OPENED, NOW)]))}

    projector.handler(batch, None, stage.log, stage.model, lambda: next(times))

    assert line(caplog)["lag_ms"] == 2_000


def test_what_seems_to_come_from_the_future_was_not_late(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.deliver(list(records_of([arrived(OPENED, NOW + 90)])))

    assert line(caplog)["lag_ms"] == 0


@pytest.mark.parametrize("stamped", [{}, {"arrived_at": {"N": "soon"}}, {"arrived_at": {"S": "1"}}])
def test_an_item_that_was_put_by_hand_has_no_lag(
    stage: Stage, stamped: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    stage.deliver(list(records_of([encode(OPENED) | stamped])))

    assert line(caplog)["lag_ms"] is None
    assert moved(caplog) == {"opened": 1}
