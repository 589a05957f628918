"""What a batch of the projector tells of what it changed, and that it is never held up by it for long."""

import json
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event as Signal
from typing import Any

import pytest

from functions.aws.log.event_items import encode
from functions.aws.read_models.transactions import Write
from functions.domain.connections.connection import Connection, join
from functions.domain.live.channels import OPERATORS, channel_of
from functions.domain.log.events import Event
from functions.domain.log.facts import ConnectionClosed, ConnectionOpened, TextMessageReceived
from functions.domain.refusals import Unavailable
from functions.operations.live.telling import Changes, Telling
from functions.operations.projection.batches import BatchFailedError, project_batch
from tests.contract.engines import moto
from tests.stage import NOW, Stage, error, happened, make_stage, raising
from tests.standin.records import records_of

OPENED = happened("c1", ConnectionOpened(), session_id="s-1")
TEXT = happened("c1", TextMessageReceived("hello"), 1_000, session_id="s-1")
CLOSED = happened("c1", ConnectionClosed(), 20_000, session_id="s-1")
ALICE = channel_of("alice")
SECONDS = 0.5


class Channels:
    """Takes what is published, in order, or does what it is told instead."""

    def __init__(self) -> None:
        self.published: list[tuple[str, list[dict[str, Any]]]] = []
        self.asked = 0
        self.refusing: Exception | None = None

    def publish(self, channel: str, events: Sequence[bytes], *, once: bool) -> None:
        assert once
        self.asked += 1
        if self.refusing:
            raise self.refusing
        self.published.append((channel, [json.loads(event) for event in events]))

    def on(self, channel: str) -> list[dict[str, Any]]:
        return [event for each, events in self.published if each == channel for event in events]


class AtOnce(ThreadPoolExecutor):
    """Calls what it is given in the thread that gives it: one after the other."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as problem:  # noqa: BLE001 - it is the future's
            future.set_exception(problem)
        return future


@pytest.fixture
def stage() -> Iterator[Stage]:
    with moto() as make_client:
        yield make_stage(make_client(), "t")


@pytest.fixture
def channels() -> Channels:
    return Channels()


def project(stage: Stage, telling: Telling, *events: Event) -> object:
    return project_batch(
        list(records_of(map(encode, events))), stage.model, stage.log, NOW, lambda _: None, telling=telling
    )


def told(channels: Channels) -> Telling:
    return Telling(channels.publish, SECONDS, AtOnce())


def test_a_user_is_told_of_their_own_and_operators_of_all(stage: Stage, channels: Channels) -> None:
    project(stage, told(channels), OPENED, TEXT, happened("c2", ConnectionOpened(), user_id="bob"))

    own = [(each["kind"], each.get("connectionId")) for each in channels.on(ALICE)]
    assert own == [("connection", "c1"), ("session", None)]
    assert [each["connectionId"] for each in channels.on(channel_of("bob"))] == ["c2"]
    assert [each["kind"] for each in channels.on(OPERATORS)] == [
        *("connection", "connection", "session", "counters")
    ]
    assert channels.on(OPERATORS)[-1]["moved"] == {"opened": 2, "texts": 1}
    assert [
        channels.on(each)[-2 if each == OPERATORS else -1]["session"]["texts"] for each in (ALICE, OPERATORS)
    ] == [*(1, 1)]
    assert "hello" in str(channels.on(ALICE))
    assert "hello" not in str(channels.on(OPERATORS))


def test_a_redelivered_batch_tells_nothing(stage: Stage, channels: Channels) -> None:
    project(stage, told(channels), OPENED, TEXT)
    channels.published.clear()

    project(stage, told(channels), OPENED, TEXT)

    assert channels.published == []


def test_what_was_written_of_a_batch_that_comes_again_is_told_once(stage: Stage, channels: Channels) -> None:
    broken = {"eventName": "INSERT", "dynamodb": {"NewImage": {}, "SequenceNumber": "9"}}

    records = [*records_of([encode(OPENED)]), broken]
    answer = project_batch(records, stage.model, stage.log, NOW, lambda _: None, telling=told(channels))

    assert answer == {"batchItemFailures": [{"itemIdentifier": "9"}]}
    assert [each["change"] for each in channels.on(ALICE)] == ["opened"]


def test_what_a_new_generation_counts_again_is_not_told_again(stage: Stage, channels: Channels) -> None:
    stage.happen(OPENED, TEXT)
    stage.begin_generation(2)
    stage.append(CLOSED)

    project(stage, told(channels), CLOSED)

    assert "connection" not in {each["kind"] for each in channels.on(ALICE)}


def test_what_could_not_be_written_is_not_told(stage: Stage, channels: Channels) -> None:
    stage.requests.at_next("TransactWriteItems", raising(error("ValidationException")))

    with pytest.raises(BatchFailedError):
        project(stage, told(channels), OPENED)

    assert channels.published == []


def test_a_request_has_five_events_at_most(stage: Stage, channels: Channels) -> None:
    project(stage, told(channels), *(happened(f"c{each}", ConnectionOpened()) for each in range(12)))

    assert [len(events) for channel, events in channels.published if channel == ALICE] == [5, 5, 2]


def test_what_is_lost_is_counted_in_the_batchs_line_and_fails_nothing(
    stage: Stage, channels: Channels, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "airium")
    channels.refusing = Unavailable("503 of Publish")

    answer = project(stage, told(channels), OPENED)

    assert answer == {"batchItemFailures": []}
    line = vars(caplog.records[-1])
    assert (line["published"], line["unpublished"]) == (0, 3)


def test_after_an_outage_nobody_is_asked_for_a_while(channels: Channels, stage: Stage) -> None:
    time = [100.0]
    telling = Telling(channels.publish, SECONDS, AtOnce(), lambda: time[0])
    channels.refusing = Unavailable("503 of Publish")
    project(stage, telling, OPENED)
    asked, channels.refusing = channels.asked, None

    project(stage, telling, TEXT)
    time[0] += 4.9
    project(stage, telling, CLOSED)
    assert channels.asked == asked

    time[0] += 0.2
    project(stage, telling, happened("c2", ConnectionOpened()))
    assert [each["change"] for each in channels.on(ALICE)] == ["opened"]


def test_a_service_that_does_not_answer_holds_up_nothing_for_longer_than_that(stage: Stage) -> None:
    answered = Signal()

    def hang(channel: str, events: Sequence[bytes], *, once: bool) -> None:
        assert (channel, len(events), once) == (OPERATORS, 1, True)
        answered.wait(10)

    with ThreadPoolExecutor(1) as threads:
        telling = Telling(hang, 0.01, threads)
        changes = telling.begin()
        stage.project(OPENED)
        counted = telling.tell(changes, {"opened": 7}, NOW)
        answered.set()

    assert counted == {"published": 0, "unpublished": 1}


def test_with_the_first_that_is_not_taken_the_rest_is_given_up() -> None:
    asked: list[str] = []
    answered = Signal()

    def fail_then_hang(channel: str, events: Sequence[bytes], *, once: bool) -> None:
        asked.append(channel)
        if len(asked) == 1:
            problem = f"503 of Publish, {len(events)} events, {once=}"
            raise Unavailable(problem)
        answered.wait(10)

    with ThreadPoolExecutor(1) as threads:
        telling = Telling(fail_then_hang, 30, threads)
        changes = telling.begin()
        users = [happened(f"c{each}", ConnectionOpened(), user_id=f"u{each}") for each in range(4)]
        changes.watch([_turned(each) for each in users], ())
        counted = telling.tell(changes, {}, NOW)
        answered.set()

    assert counted == {"published": 0, "unpublished": 8}
    assert len(asked) <= 2


def _turned(event: Event) -> Write:
    before = Connection(event.connection_id)
    return Write(event.connection_id, {}, {}, turn=(before, join(before, [event])))


def test_what_nobody_foresaw_fails_no_batch(channels: Channels) -> None:
    class Broken(Changes):
        def told(self, now: int) -> Iterator[Any]:
            raise ZeroDivisionError(now)

    assert told(channels).tell(Broken(), {}, NOW) == {}


def test_a_batch_that_changes_nothing_asks_nobody(channels: Channels) -> None:
    assert told(channels).tell(Changes(), {"opened": 0}, NOW) == {}
    assert channels.asked == 0
