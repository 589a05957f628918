"""What each thing uses is what the code asks for: units as DynamoDB would charge them, and requests."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

import pytest

from benchmarks.accounting import spending
from cost import counts
from functions.aws.archive.arrivals import Arrivals
from functions.aws.archive.objects import Objects
from functions.aws.feeds.subscribers import Subscribers
from functions.aws.log.event_log import EventLog
from functions.aws.read_models.connection_items import Stored, encode
from functions.domain.archive.hours import HOUR, hour_of
from functions.domain.connections.connection import Connection, join
from functions.domain.limits import Allowance
from functions.domain.log.events import event
from functions.domain.log.facts import (
    ConnectionClosed,
    ConnectionOpened,
    ReplyCompleted,
    TextMessageReceived,
)
from functions.domain.replies.pieces import Ended, StopReason, Usage
from functions.domain.replies.questions import question_of
from functions.domain.replies.settling import settles
from functions.handlers import lifecycle
from functions.names import ARRIVAL_SHARDS, CONNECTIONS_ACTIVE_KEY, SESSIONS_BY_ACTIVITY_KEY
from functions.operations.archive.archiving import Archiver
from functions.operations.projection.batches import project_batch
from tests.bucket import Bucket
from tests.contract import engines
from tests.feeds.scene import Scene
from tests.gateway_events import (
    CONNECTED_AT,
    CONNECTION,
    cause,
    connect,
    disconnect,
    identity,
)
from tests.gateway_events import message as frame
from tests.replies.scene import Answered, Said, saying
from tests.routes import message
from tests.stage import Stage, make_stage
from tests.standin.records import records_of

ALONE = identity(sessionId=None)
TEXT = {"type": "text_message", "data": {"text": "x" * 200}}
APPEND = counts.TRANSACTION * counts.EVENT


class Used(NamedTuple):
    """Write units of the tables themselves, and items that the projection reads."""

    appended: int
    projected: int = 0
    read: int = 0


class Backend:
    """The handlers and the projector on tables of their own."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._log = EventLog(stage.client, stage.tables.events, stage.tables.claims)
        self.subscribers = Subscribers(stage.client, stage.tables.feeds)
        self.lifecycle = partial(lifecycle.handler, subscribers=self.subscribers)
        self._projected: set[str] = set()

    def take(self, handler: Callable[..., Any], request: dict[str, Any]) -> tuple[Any, Used]:
        """Hand a request to a handler, and what it appended to the projector, as a batch of its own."""
        with spending(self._stage.client) as appending:
            answer = handler(request, None, self._log)
        items = [each for each in self._log.items(CONNECTION) if each["event_id"]["S"] not in self._projected]
        self._projected.update(each["event_id"]["S"] for each in items)
        read = Counter[str]()

        def count(params: dict[str, Any], **_: Any) -> None:
            read.update({name: len(keys["Keys"]) for name, keys in params["RequestItems"].items()})

        events = self._stage.client.meta.events
        events.register("provide-client-params.dynamodb.BatchGetItem", count, unique_id="read")
        with spending(self._stage.client) as projecting:
            project_batch(list(records_of(items)), self._stage.model, self._log, CONNECTED_AT + HOUR)
        events.unregister("provide-client-params.dynamodb.BatchGetItem", unique_id="read")
        return answer, Used(appending.write_units, projecting.write_units, read.total())

    def sends(
        self,
        body: dict[str, Any],
        request: str,
        after: int = 1_000,
        authorizer: Mapping[str, str] = ALONE,
    ) -> tuple[Any, Used]:
        """Send a frame, so many milliseconds after the connection was opened."""
        sent = frame(body, authorizer=authorizer, requestTimeEpoch=CONNECTED_AT + after, requestId=request)
        return self.take(message, sent)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with engines.moto() as make_client:
        yield make_stage(make_client(), "cost")


@pytest.fixture
def backend(stage: Stage) -> Backend:
    return Backend(stage)


@pytest.fixture
def connected(backend: Backend) -> Backend:
    backend.take(backend.lifecycle, connect(authorizer=ALONE))
    return backend


def row(indexed: int = 0) -> int:
    return counts.TRANSACTION * (counts.ROW + indexed)


OPENED = row() + counts.TRANSACTION * counts.COUNTERS_OF_CONNECTION


def test_an_opening_and_an_end_are_an_event_each_and_a_row_with_its_counters(backend: Backend) -> None:
    _, opened = backend.take(backend.lifecycle, connect(authorizer=ALONE))
    _, closed = backend.take(
        backend.lifecycle, disconnect(authorizer=ALONE, requestTimeEpoch=CONNECTED_AT + 9_000)
    )

    assert opened == closed == Used(counts.EVENT + counts.SUBSCRIBERS, OPENED, counts.READS)


def test_an_opening_with_a_session_has_a_claim_in_a_transaction(backend: Backend) -> None:
    _, opened = backend.take(backend.lifecycle, connect())

    assert opened.appended == APPEND + counts.TRANSACTION * counts.CLAIM + counts.SUBSCRIBERS


def test_a_text_is_an_event_a_claim_and_a_count_and_then_a_message(connected: Backend) -> None:
    _, used = connected.sends({**TEXT, "id": "t"}, "r")

    appended = APPEND + counts.TRANSACTION * (counts.CLAIM + counts.COUNT)
    projected = row() + counts.TRANSACTION * (counts.MESSAGE + counts.COUNTERS_OF_TEXT)
    assert used == Used(appended, projected, counts.READS + counts.READS_OF_MESSAGE)


SHARED = counts.TRANSACTION * counts.SESSION


def test_a_text_in_a_session_is_added_to_it(backend: Backend) -> None:
    backend.take(backend.lifecycle, connect())
    _, said = backend.sends(TEXT, "r", authorizer=identity())

    text = row() + counts.TRANSACTION * (counts.MESSAGE + counts.COUNTERS_OF_TEXT)
    alone = counts.READS + counts.READS_OF_MESSAGE
    assert (said.projected, said.read) == (text + SHARED, alone + counts.READS_OF_SESSION)


def test_a_session_moves_in_its_index_with_what_is_said(stage: Stage) -> None:
    text = event(cause(), TextMessageReceived("hello"))
    stage.project(text)
    [first] = stage.items(stage.tables.sessions)
    stage.project(event(cause(at=CONNECTED_AT + 9_000), ReplyCompleted(text.event_id, "hi")))
    [replied] = stage.items(stage.tables.sessions)
    stage.project(event(cause(at=CONNECTED_AT + 12_000), TextMessageReceived("hello?")))
    [last] = stage.items(stage.tables.sessions)

    moved = [tuple(item[name] for name in SESSIONS_BY_ACTIVITY_KEY) for item in (first, replied, last)]
    assert moved[0] == moved[1] != moved[2]


def test_a_text_without_an_id_has_no_claim(connected: Backend) -> None:
    _, used = connected.sends(TEXT, "r")

    assert used.appended == APPEND + counts.TRANSACTION * counts.COUNT


def test_a_text_that_is_answered_reserves_twice_and_its_outcome_corrects_as_much() -> None:
    scene = Answered()
    with spending(scene.client) as asking:
        told = scene.say_to("x" * 200, Allowance(2, 10_000, 1_000))
    text, settling = scene.said(told), counts.TRANSACTION * counts.RESERVATIONS
    question = question_of(text)
    assert question is not None
    fact = ReplyCompleted(text.event_id, "Good.", "end_turn", 100, 20)
    with spending(scene.client) as answering:
        scene.log.append(question.outcome(fact, scene.now), settles(question, fact, 1_000))

    assert asking.write_units == APPEND + counts.TRANSACTION * counts.COUNT + settling
    assert answering.write_units == APPEND + settling


def test_a_delivery_is_a_number_and_three_reads() -> None:
    scene = Scene()
    scene.subscribe()
    said = scene.append("x" * 200)

    with spending(scene.client) as spent:
        scene.deliver(said)

    assert (spent.write_units, spent.read_units) == (counts.NUMBER, counts.READS_OF_DELIVERY)


def test_a_reply_is_a_lease_an_event_and_two_numbers_beside_the_questions_delivery() -> None:
    scene = Answered(Said(saying("x" * 1_000, end=Ended(StopReason.END_TURN, Usage(100, 250)))))
    scene.subscribe()
    said = scene.append("x" * 200)

    with spending(scene.client) as spent:
        scene.answer(said)

    # moto counts no index
    outcome = counts.TRANSACTION * (counts.REPLY + counts.RESERVATIONS)
    written = counts.LEASE + outcome + counts.NUMBER + counts.NUMBER_KEPT
    assert spent.write_units == written + counts.NUMBER
    # the history of the scene is no table
    assert spent.read_units + 1 == counts.READS_OF_ANSWER + counts.READS_OF_DELIVERY


def test_a_users_connections_are_counted_in_one_read() -> None:
    scene = Scene()
    for number in range(9):
        scene.subscribe(f"c-{number}")

    with spending(scene.client) as spent:
        scene.stores.subscribers.of_user("alice", scene.now)

    assert spent.read_units == counts.READS_OF_COUNT


def test_a_row_leaves_the_indexes_of_the_active_ones_when_it_ends() -> None:
    opened = event(cause(at=CONNECTED_AT), ConnectionOpened())
    active = encode(Stored(join(Connection(CONNECTION), [opened]), 1, 1))
    ended = encode(Stored(join(Connection(CONNECTION), [opened, event(cause(), ConnectionClosed())]), 1, 1))

    left = {name for name in CONNECTIONS_ACTIVE_KEY if name in active and name not in ended}
    assert left == set(CONNECTIONS_ACTIVE_KEY)
    assert counts.ROWS_KEPT == 1 + counts.ALL_INDEXES - 1


def test_the_archiver_asks_for_an_hour_and_for_one_of_a_day_ago(stage: Stage) -> None:
    asked = Counter[str]()

    class Counted(Bucket):
        def get_object(self, **request: Any) -> dict[str, Any]:
            asked["read"] += 1
            return super().get_object(**request)

    bucket = Counted()
    now = hour_of(CONNECTED_AT) + 20 * 60_000

    def runs(at: int) -> None:
        Archiver(Arrivals(stage.client, stage.tables.events), Objects(bucket, "archive"), lambda: True).run(
            at, 3 * 86_400
        )

    runs(now)
    written = len(bucket.writes)
    asked.clear()
    with spending(stage.client) as spent:
        runs(now + HOUR)

    assert spent.operations == ["Query"] * counts.ARCHIVE_QUERIES * ARRIVAL_SHARDS
    assert len(bucket.writes) - written == counts.ARCHIVE_WRITES
    assert asked["read"] == counts.ARCHIVE_READS
