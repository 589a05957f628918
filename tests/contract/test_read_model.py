"""What the read models promise, on every DynamoDB."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from functions.aws.attributes import to_item
from functions.aws.log.event_log import EventLog
from functions.aws.read_models.connection_items import Stored
from functions.aws.read_models.counter_items import CONTROL_KEY
from functions.aws.read_models.message_items import StoredMessage
from functions.aws.read_models.read_model import LoadedRows, ReadModel
from functions.aws.read_models.transactions import Write
from functions.domain.connections.connection import Connection, join
from functions.domain.connections.counters import contribution, difference
from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import (
    ConnectionClosed,
    ConnectionLost,
    ConnectionOpened,
    ConnectionStatusSet,
    Fact,
    TextMessageReceived,
    VoiceSessionEnded,
    VoiceSessionStarted,
)
from functions.domain.refusals import Unavailable
from functions.domain.texts.messages import Message, rows_of
from functions.names import CONNECTIONS_ACTIVE, CONNECTIONS_BY_USER, METRIC_SHARDS
from functions.operations.projection.projecting import Projection
from tests.contract.contents import contents, due, scan, stored_rows
from tests.tables import Tables

AT = 1_795_410_000_000
RETENTION = 90 * 86_400


def happened(fact: Fact, number: int = 0, connection: str = "one=") -> Event:
    cause = Cause(connection, "ada", "talk", AT, AT // 1000 + RETENTION, AT + number, f"request-{number}")
    return event(cause, fact)


def opened(connection: str = "one=") -> Event:
    return happened(ConnectionOpened("203.0.113.9", "a browser", AT // 1000 + 7200), 0, connection)


def row(*events: Event) -> Connection:
    return join(Connection(events[0].connection_id), events)


def text(number: int, words: str = "Hello", connection: str = "one=") -> Event:
    return happened(TextMessageReceived(words), number, connection)


def message(number: int, words: str = "Hello") -> Message:
    (made,) = rows_of(text(number, words))
    return made


def a_life(connection: str = "one=") -> list[Event]:
    started = happened(VoiceSessionStarted(16000, "lpcm"), 1000, connection)
    ended = VoiceSessionEnded(started.event_id, 300, 30, "client")
    return [
        opened(connection),
        started,
        happened(ended, 31_000, connection),
        text(40_000, connection=connection),
        happened(ConnectionStatusSet("DISCONNECTED", "an operator"), 50_000, connection),
        happened(ConnectionLost("sweeper"), 60_000, connection),
        happened(ConnectionClosed(1006), 70_000, connection),
    ]


@dataclass
class Requests:
    """How often each operation was asked for, and the actions of each transaction."""

    names: list[str] = field(default_factory=list)
    actions: list[int] = field(default_factory=list)

    def follow(self, client: Any) -> None:
        client.meta.events.register("provide-client-params.dynamodb.*", self._note)

    def _note(self, *, model: Any, params: dict[str, Any], **_: Any) -> None:
        self.names.append(model.name)
        if model.name == "TransactWriteItems":
            self.actions.append(len(params["TransactItems"]))


@pytest.fixture
def model(client: Any, tables: Tables) -> ReadModel:
    return read_model(client, tables)


def read_model(client: Any, tables: Tables, **changes: Any) -> ReadModel:
    return ReadModel(
        client,
        connections=tables.connections,
        messages=tables.messages,
        sessions=tables.sessions,
        metrics=tables.metrics,
        **changes,
    )


@pytest.fixture
def log(client: Any, tables: Tables) -> EventLog:
    return EventLog(client, tables.events)


@pytest.fixture
def requests(client: Any, tables: Tables) -> Requests:
    followed = Requests()
    followed.follow(client)
    return followed


def first(model: ReadModel, one: Connection, generation: int = 1) -> Write:
    return model.connection(Stored(one, 1, generation), contribution(one))


def next_(model: ReadModel, old: Stored, new: Connection) -> Write:
    changes = difference(contribution(new), contribution(old.row))
    return model.connection(Stored(new, old.revision + 1, old.generation), changes)


def projected(model: ReadModel, log: EventLog, events: Iterable[Event]) -> frozenset[str]:
    by_connection: dict[str, list[Event]] = {}
    for each in events:
        by_connection.setdefault(each.connection_id, []).append(each)
    return Projection(model, log, AT, pause=lambda _: None).project(by_connection)


def count_by(client: Any, tables: Tables, generation: int) -> None:
    control = to_item({"generation": generation, "serving": generation})
    client.put_item(TableName=tables.metrics, Item={**CONTROL_KEY, **control})


def test_empty_tables_hold_nothing_and_count_the_first_generation(model: ReadModel) -> None:
    found = model.load(["one="], [("talk", "none")])

    assert found == LoadedRows(1, {}, {})


def test_the_control_item_tells_which_generation_counts(
    client: Any, tables: Tables, model: ReadModel
) -> None:
    control = to_item({"generation": 3, "serving": 2})
    client.put_item(TableName=tables.metrics, Item={**CONTROL_KEY, **control})

    found = model.load([])

    assert found.generation == 3


@pytest.mark.parametrize("length", range(1, 8))
def test_a_row_reads_as_it_was_written(model: ReadModel, length: int) -> None:
    written = row(*a_life()[:length])

    model.write([first(model, written)])

    assert model.load(["one=", "two="]).rows == {"one=": Stored(written, 1, 1)}


def test_a_message_reads_as_counted_by_its_generation(client: Any, tables: Tables, model: ReadModel) -> None:
    count_by(client, tables, 2)
    model.write(model.messages([message(1)], {}, 2))

    found = model.load([], [message(1).key, message(2).key])

    assert found.messages == {message(1).key: StoredMessage(message(1), 1, 2)}
    assert list(contents(client, tables).messages.values()) == [(message(1), 2)]


def test_a_row_and_its_counters_are_written_together(client: Any, tables: Tables, model: ReadModel) -> None:
    done = model.write([first(model, row(*a_life())), *model.messages([message(40_000)], {}, 1)])

    assert (done.retryable, done.poisoned) == (frozenset(), frozenset())
    assert contents(client, tables) == due(a_life())


def test_a_change_of_a_row_moves_the_counters_by_the_difference(
    client: Any, tables: Tables, model: ReadModel
) -> None:
    lost, revived = [opened(), happened(ConnectionLost("post"), 1000)], text(2000)
    model.write([first(model, row(*lost))])

    model.write([next_(model, Stored(row(*lost), 1, 1), row(*lost, revived))])
    model.write(model.messages([message(2000)], {}, 1))

    assert contents(client, tables) == due([*lost, revived])


@pytest.mark.parametrize("shard", [0, METRIC_SHARDS - 1])
def test_counters_are_the_sums_of_their_shards(client: Any, tables: Tables, shard: int) -> None:
    model = read_model(client, tables, draw=lambda _: shard)
    other = read_model(client, tables, draw=lambda _: 3)

    model.write([first(model, row(opened("one=")))])
    other.write([first(other, row(opened("two=")))])

    assert contents(client, tables) == due([opened("one="), opened("two=")])
    assert {item["bucket"]["S"][-1] for item in scan(client, tables.metrics)} == {f"{shard}", "3"}


def test_counters_expire_a_day_after_what_they_count_and_what_is_now_never_does(
    client: Any, tables: Tables, model: ReadModel
) -> None:
    model.write([first(model, row(opened()))])

    minute, day = AT - AT % 60_000 + 60_000, AT - AT % 86_400_000 + 86_400_000
    expiries = {
        item["bucket"]["S"].split("#")[1]: item.get("expires_at") for item in scan(client, tables.metrics)
    }
    assert expiries == {
        "minute": {"N": str(minute // 1000 + 86_400 + RETENTION)},
        "day": {"N": str(day // 1000 + 86_400 + RETENTION)},
        "now": None,
    }


@pytest.mark.parametrize("revision", [1, 2, 4])
def test_a_row_that_was_written_since_it_was_read_is_refused_with_its_counters(
    client: Any, tables: Tables, model: ReadModel, revision: int
) -> None:
    life = a_life()
    model.write([first(model, row(life[0]))])
    model.write([next_(model, Stored(row(life[0]), 1, 1), row(*life[:2]))])
    before = contents(client, tables)

    stale = model.connection(Stored(row(*life), revision, 1), contribution(row(*life)))
    done = model.write([stale])

    assert (done.retryable, done.poisoned) == (frozenset({"one="}), frozenset())
    assert contents(client, tables) == before


def test_a_refused_row_leaves_its_transaction_and_the_others_are_written(
    client: Any, tables: Tables, model: ReadModel
) -> None:
    model.write([first(model, row(opened("one=")))])

    done = model.write([first(model, row(opened("one="))), first(model, row(opened("two=")))])

    assert (done.retryable, done.poisoned) == (frozenset({"one="}), frozenset())
    assert contents(client, tables) == due([opened("one="), opened("two=")])


def test_a_message_is_counted_once_in_a_generation(client: Any, tables: Tables, model: ReadModel) -> None:
    key = message(1).key
    model.write(model.messages([message(1)], {}, 1))
    first_known = model.load([], [key]).messages

    again = model.write(model.messages([message(1)], {}, 1))
    later = model.write(model.messages([message(1)], first_known, 2))
    earlier = model.write(model.messages([message(1)], first_known, 2))

    assert [done.retryable for done in (again, later, earlier)] == [{"one="}, frozenset(), {"one="}]
    assert list(model.messages([message(1)], first_known, 1)) == []
    assert list(model.messages([message(1)], model.load([], [key]).messages, 1)) == []
    assert set(contents(client, tables, 1).counts.values()) == {1}
    assert set(contents(client, tables, 2).counts.values()) == {1}


def test_many_rows_are_written_in_transactions_of_at_most_100_actions(
    client: Any, tables: Tables, model: ReadModel, requests: Requests
) -> None:
    events = [opened(f"{number}=") for number in range(250)]

    done = model.write([first(model, row(each)) for each in events])

    assert not done.retryable
    assert len(requests.actions) == 3
    assert max(requests.actions) == 100
    assert contents(client, tables) == due(events)


def test_many_rows_are_read_in_requests_of_at_most_100_keys(model: ReadModel, requests: Requests) -> None:
    events = [opened(f"{number}=") for number in range(150)]
    model.write([first(model, row(each)) for each in events])
    requests.names.clear()

    found = model.load([each.connection_id for each in events], [("talk", f"{n}") for n in range(60)])

    assert {each.row.connection_id for each in found.rows.values()} == {f"{n}=" for n in range(150)}
    assert requests.names == ["BatchGetItem"] * 3


def test_large_messages_are_written_in_transactions_below_4_mb(
    client: Any, tables: Tables, model: ReadModel, requests: Requests
) -> None:
    large = [message(number, "x" * 380_000) for number in range(12)]

    done = model.write(model.messages(large, {}, 1))

    assert (done.retryable, done.poisoned) == (frozenset(), frozenset())
    assert len(requests.actions) == 2
    assert len(contents(client, tables).messages) == 12


def test_a_row_too_large_for_an_item_is_poisoned_alone(client: Any, tables: Tables, model: ReadModel) -> None:
    monster = row(happened(ConnectionOpened("203.0.113.9", "x" * 420_000), 0, "monster="))
    events = [opened(f"{number}=") for number in range(5)]
    writes = [first(model, row(each)) for each in events]

    done = model.write([*writes[:2], first(model, monster), *writes[2:]])

    assert (done.retryable, done.poisoned) == (frozenset(), frozenset({"monster="}))
    assert contents(client, tables) == due(events)


class Hesitant:
    """A client whose engine answers for one key at a time, as a busy one may."""

    def __init__(self, client: Any, *, answers: bool = True) -> None:
        self._client = client
        self._answers = answers
        self.requests = 0

    def batch_get_item(self, RequestItems: dict[str, Any]) -> Any:  # noqa: N803 - as the client's is named
        self.requests += 1
        if not self._answers:
            return {"Responses": {}, "UnprocessedKeys": RequestItems}
        now, later = {}, {}
        for table, request in RequestItems.items():
            now[table] = {**request, "Keys": request["Keys"][:1]}
            if request["Keys"][1:]:
                later[table] = {**request, "Keys": request["Keys"][1:]}
        return {**self._client.batch_get_item(RequestItems=now), "UnprocessedKeys": later}


def test_unprocessed_keys_are_asked_for_again(client: Any, tables: Tables, model: ReadModel) -> None:
    events = [opened("one="), opened("two="), opened("three=")]
    model.write([first(model, row(each)) for each in events])
    hesitant = Hesitant(client)

    found = read_model(hesitant, tables).load(["one=", "two=", "three="])

    assert set(found.rows) == {"one=", "two=", "three="}
    assert hesitant.requests == 3


def test_keys_that_stay_unprocessed_are_no_empty_answer() -> None:
    tables = Tables("events", "claims", "connections", "metrics", "messages", "sessions", "feeds")
    hesitant = Hesitant(None, answers=False)

    with pytest.raises(Unavailable):
        read_model(hesitant, tables).load(["one="])


def test_what_is_delivered_again_writes_nothing(
    client: Any, tables: Tables, model: ReadModel, log: EventLog, requests: Requests
) -> None:
    projected(model, log, a_life())
    before = contents(client, tables)
    requests.names.clear()

    failed = projected(model, log, a_life())

    assert not failed
    assert requests.names == ["BatchGetItem"]
    assert contents(client, tables) == before == due(a_life())


def test_a_row_of_an_older_generation_is_folded_again_from_the_log(
    client: Any, tables: Tables, model: ReadModel, log: EventLog
) -> None:
    life = a_life()
    for each in life:
        log.append(each)
    wrong = row(happened(ConnectionOpened("wrong"), 7))
    model.write([first(model, wrong)])
    count_by(client, tables, 2)

    projected(model, log, life[-1:])

    assert contents(client, tables, 2) == due(life, 2)
    assert [(each.revision, each.generation) for each in stored_rows(client, tables)] == [(2, 2)]


def test_a_row_of_a_newer_generation_is_left_to_who_knows_it(
    client: Any, tables: Tables, model: ReadModel, log: EventLog
) -> None:
    model.write([first(model, row(opened()), generation=2)])
    before = contents(client, tables, 2)

    failed = projected(model, log, a_life())

    assert failed == {"one="}
    assert contents(client, tables, 2) == before


def test_the_indexes_show_connected_rows_as_active_and_every_row_by_user(
    client: Any, tables: Tables, model: ReadModel
) -> None:
    model.write([first(model, row(*a_life("ended="))), first(model, row(opened("open=")))])

    def index(name: str) -> set[str]:
        found = client.scan(TableName=tables.connections, IndexName=name)["Items"]
        return {item["connectionId"]["S"] for item in found}

    assert index(CONNECTIONS_ACTIVE) == {"open="}
    assert index(CONNECTIONS_BY_USER) == {"open=", "ended="}


def test_a_row_that_ends_leaves_the_active_index(client: Any, tables: Tables, model: ReadModel) -> None:
    model.write([first(model, row(opened()))])

    model.write([next_(model, Stored(row(opened()), 1, 1), row(*a_life()))])

    assert client.scan(TableName=tables.connections, IndexName=CONNECTIONS_ACTIVE)["Items"] == []
