"""The projector under what the stream's mapping does: every delivery ends in the fold of the log."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from functions.aws.log.event_items import encode
from functions.aws.log.event_log import EventLog
from functions.aws.read_models.read_model import ReadModel
from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import ConnectionOpened, TextMessageReceived
from functions.handlers.projector import handler
from functions.operations.projection.batches import project_batch
from tests.contract import engines
from tests.contract.contents import contents, due
from tests.standin.histories import AT, EXPIRES_AT, history
from tests.standin.mapping import Mapping, Settings
from tests.standin.records import FIRST_NUMBER, Record, Shard, records_of, split
from tests.standin.turns import Turns
from tests.tables import Tables, create_tables

SEEDS = range(4)
LATER = AT + 86_400_000


class Projector:
    """A projector on tables of its own, its invocations and requests noted.

    Attributes
    ----------
    batches
        The sequence numbers of each invocation, as places in the stream.
    requests
        How often each operation was asked for.
    cancelled
        How many transactions were lost to another projector.
    """

    def __init__(self, client: Any, tables: Tables, turns: Turns) -> None:
        self.client, self.tables = client, tables
        self.batches: list[list[int]] = []
        self.requests: Counter[str] = Counter()
        self.cancelled = 0
        self._turns = turns
        self._log = EventLog(client, tables.events)
        self._model = ReadModel(
            client,
            connections=tables.connections,
            messages=tables.messages,
            sessions=tables.sessions,
            metrics=tables.metrics,
            draw=lambda _: len(self.batches) % 8,
        )
        turns.follow(client)
        client.meta.events.register("before-call.dynamodb", self._asked)
        client.meta.events.register("after-call.dynamodb.TransactWriteItems", self._answered)

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        records = event["Records"]
        self.batches.append([int(each["dynamodb"]["SequenceNumber"]) - FIRST_NUMBER for each in records])
        return project_batch(records, self._model, self._log, LATER, self._turns.pause_before)

    def by_handler(self, event: dict[str, Any]) -> dict[str, Any]:
        return handler(event, None, self._log, self._model)

    def _asked(self, *, model: Any, **_: Any) -> None:
        self.requests[model.name] += 1

    def _answered(self, *, http_response: Any, **_: Any) -> None:
        self.cancelled += http_response.status_code != 200


@pytest.fixture
def make_client() -> Iterator[engines.MakeClient]:
    with engines.moto() as made:
        yield made


@pytest.fixture
def client(make_client: engines.MakeClient) -> Any:
    return make_client()


@pytest.fixture
def turns() -> Turns:
    return Turns(0)


@pytest.fixture
def projector(client: Any, turns: Turns) -> Projector:
    tables = create_tables(client, "t")
    return Projector(client, tables, turns)


def drain(
    projector: Projector, turns: Turns, *shards: Shard, seed: int = 0, **settings: Any
) -> list[dict[str, Any]]:
    failures: list[dict[str, Any]] = []
    Mapping(projector, failures.append, Settings(**settings), turns=turns, seed=seed).drain(shards)
    return failures


def stream(events: Sequence[Event]) -> Shard:
    return Shard("shard-1", records_of(encode(each) for each in events))


def text(number: int) -> Event:
    cause = Cause(f"{number}=", "ada", None, AT, EXPIRES_AT, AT + number, f"request-{number}")
    return event(cause, TextMessageReceived("Hello"))


def malformed(record: Record) -> Record:
    image = {name: value for name, value in record["dynamodb"]["NewImage"].items() if name != "user_id"}
    return {**record, "dynamodb": {**record["dynamodb"], "NewImage": image}}


def poisoned(shard: Shard, *places: int) -> Shard:
    records = [malformed(record) if place in places else record for place, record in enumerate(shard.records)]
    return Shard(shard.id, tuple(records))


def discarded(failures: list[dict[str, Any]]) -> list[tuple[int, int]]:
    infos = [failure["DDBStreamBatchInfo"] for failure in failures]
    return sorted((int(info["startSequenceNumber"]) - FIRST_NUMBER, info["batchSize"]) for info in infos)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("batch_size", [5, 1000])
def test_the_read_models_equal_the_fold_of_the_log(
    projector: Projector, turns: Turns, seed: int, batch_size: int
) -> None:
    events = history(seed)

    failures = drain(projector, turns, stream(events), batch_size=batch_size)

    assert failures == []
    assert contents(projector.client, projector.tables) == due(events)


def test_the_handler_projects_what_the_mapping_delivers(projector: Projector, turns: Turns) -> None:
    far_away = Cause("one=", "ada", None, AT, 4_102_444_800, AT, "request")
    events = [event(far_away, ConnectionOpened())]
    failures: list[dict[str, Any]] = []

    Mapping(projector.by_handler, failures.append, turns=turns).drain([stream(events)])

    assert failures == []
    assert contents(projector.client, projector.tables) == due(events)


@pytest.mark.parametrize("poison", [0, 4, 9], ids=["first", "in the middle", "last"])
@pytest.mark.parametrize("batch_size", [10, 3])
def test_a_record_that_cannot_be_read_is_isolated_and_all_others_go_on(
    projector: Projector, turns: Turns, poison: int, batch_size: int
) -> None:
    events = [text(number) for number in range(10)]

    failures = drain(projector, turns, poisoned(stream(events), poison), batch_size=batch_size)

    assert discarded(failures) == [(poison, 1)]
    assert contents(projector.client, projector.tables) == due(events[:poison] + events[poison + 1 :])


def test_a_record_that_cannot_be_read_and_is_alone_ends_in_the_failure_destination(
    projector: Projector, turns: Turns
) -> None:
    failures = drain(projector, turns, poisoned(stream([text(0)]), 0), maximum_retry_attempts=2)

    assert projector.batches == [[0], [0], [0]]
    assert discarded(failures) == [(0, 1)]
    assert failures[0]["requestContext"]["condition"] == "RetryAttemptsExhausted"


def test_several_records_that_cannot_be_read_take_nothing_with_them(
    projector: Projector, turns: Turns
) -> None:
    events = [text(number) for number in range(10)]

    failures = drain(projector, turns, poisoned(stream(events), 0, 1, 5, 9))

    assert discarded(failures) == [(0, 1), (1, 1), (5, 1), (9, 1)]
    assert contents(projector.client, projector.tables) == due([*events[2:5], *events[6:9]])


def test_a_failure_is_reported_where_it_is_and_raised_where_nothing_came_before(
    projector: Projector, turns: Turns
) -> None:
    events = [text(number) for number in range(6)]

    drain(projector, turns, poisoned(stream(events), 2), maximum_retry_attempts=0)

    assert projector.batches == [[0, 1, 2, 3, 4, 5], [2, 3, 4, 5], [2, 3], [2], [3], [4, 5]]


def test_a_row_that_cannot_be_written_is_isolated_and_all_others_go_on(
    projector: Projector, turns: Turns
) -> None:
    cause = Cause("monster=", "ada", None, AT, EXPIRES_AT, AT, "request")
    monster = event(cause, ConnectionOpened("203.0.113.9", "x" * 420_000))
    events = [text(number) for number in range(7)]

    failures = drain(projector, turns, stream([*events[:3], monster, *events[3:]]))

    assert projector.batches[:2] == [[0, 1, 2, 3, 4, 5, 6, 7], [3, 4, 5, 6, 7]]
    assert discarded(failures) == [(3, 1)]
    assert contents(projector.client, projector.tables) == due(events)


def test_a_connection_that_cannot_be_written_is_reported_at_its_first_record(
    projector: Projector, turns: Turns
) -> None:
    cause = Cause("monster=", "ada", None, AT, EXPIRES_AT, AT, "request")
    monster = event(cause, ConnectionOpened("203.0.113.9", "x" * 420_000))
    its_text = event(cause, TextMessageReceived("Hello"))
    events = [text(number) for number in range(6)]

    failures = drain(projector, turns, stream([*events[:2], monster, *events[2:4], its_text, *events[4:]]))

    assert projector.batches[1] == [2, 3, 4, 5, 6, 7]
    assert discarded(failures) == [(2, 1)]
    assert contents(projector.client, projector.tables) == due([*events, its_text])


def test_a_batch_that_is_delivered_again_is_read_and_not_written(projector: Projector, turns: Turns) -> None:
    events = history(1)

    drain(projector, turns, stream(events), batch_size=10, redelivery=1.0)
    batches = len(projector.batches)

    written = projector.requests["TransactWriteItems"]
    assert written <= batches // 2
    # only what is written reads the sessions too
    assert projector.requests["BatchGetItem"] == batches + written
    assert contents(projector.client, projector.tables) == due(events)


def test_what_was_written_before_a_crash_is_not_counted_again(projector: Projector, turns: Turns) -> None:
    events = history(2)
    crashes = iter([True, False] * 100)

    def crash_after_every_other(batch: dict[str, Any]) -> dict[str, Any]:
        answer = projector(batch)
        if next(crashes):
            raise TimeoutError
        return answer

    failures: list[dict[str, Any]] = []
    Mapping(crash_after_every_other, failures.append, Settings(batch_size=5), turns=turns).drain(
        [stream(events)]
    )

    assert failures == []
    assert contents(projector.client, projector.tables) == due(events)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_connection_that_a_split_spreads_over_two_shards_is_one_row(
    projector: Projector, turns: Turns, seed: int
) -> None:
    events = history(seed, connections=1, length=20)

    failures = drain(projector, turns, *split(stream(events), 4), batch_size=2, seed=seed)

    assert failures == []
    assert contents(projector.client, projector.tables) == due(events)


@pytest.mark.parametrize("seed", SEEDS)
def test_four_projectors_at_once_count_everything_once(
    client: Any, make_client: engines.MakeClient, seed: int
) -> None:
    turns, tables = Turns(seed), create_tables(client, "t")
    events = history(seed)
    projectors = [Projector(make_client(), tables, turns) for _ in range(4)]
    failures: list[dict[str, Any]] = []
    mappings = [
        Mapping(projector, failures.append, Settings(batch_size=3, redelivery=0.3), turns=turns, seed=seed)
        for projector in projectors
    ]

    turns.run(*(poller for mapping in mappings for poller in mapping.pollers([stream(events)])))

    assert failures == []
    assert sum(projector.cancelled for projector in projectors) > 0
    assert contents(client, tables) == due(events)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_of_it_at_once_ends_in_the_fold_of_what_was_not_discarded(
    client: Any, make_client: engines.MakeClient, seed: int
) -> None:
    turns, tables = Turns(seed), create_tables(client, "t")
    events = history(seed)
    poison = len(events) // 2
    whole = poisoned(stream(events), poison)
    projectors = [Projector(make_client(), tables, turns) for _ in range(2)]
    failures: list[dict[str, Any]] = []
    mappings = [
        Mapping(projector, failures.append, Settings(batch_size=6, redelivery=0.3), turns=turns, seed=seed)
        for projector in projectors
    ]

    turns.run(*(poller for mapping in mappings for poller in mapping.pollers(split(whole, poison - 5))))

    assert discarded(failures) == [(poison, 1), (poison, 1)]
    assert contents(client, tables) == due(events[:poison] + events[poison + 1 :])


def test_what_has_expired_is_not_projected(projector: Projector, turns: Turns) -> None:
    cause = Cause("old=", "ada", None, AT, LATER // 1000, AT, "request")
    expired = event(cause, ConnectionOpened())

    failures = drain(projector, turns, stream([expired, text(1)]))

    assert failures == []
    assert contents(projector.client, projector.tables) == due([text(1)])
