"""The adapter of the read models: how much it reads and writes at once, and what it tries again."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.aws.read_models.connection_items import Stored
from functions.aws.read_models.counter_items import CounterKey, counters, parse
from functions.aws.read_models.read_model import ReadModel
from functions.aws.read_models.transactions import Write, chunks
from functions.domain.connections.connection import Connection
from functions.domain.log.facts import ConnectionOpened, TextMessageReceived
from functions.domain.refusals import Unavailable
from tests.contract.engines import moto
from tests.gateway_events import CONNECTED_AT
from tests.stage import Stage, happened, make_stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    with moto() as make_client:
        yield make_stage(make_client(), "t")


def write(number: int, *minutes: int, text: str = "") -> Write:
    moves = {CounterKey(1, "opened", "minute", minute * 60_000, 90): 1 for minute in minutes}
    return Write(f"c{number}", {"Item": {"connectionId": {"S": f"c{number}"}, "text": {"S": text}}}, moves)


def actions(chunk: list[Write]) -> int:
    return len(chunk) + len({key for each in chunk for key in each.moves})


def test_a_transaction_holds_a_hundred_actions_with_its_counters() -> None:
    found = list(chunks([write(number, 0, 1) for number in range(200)]))

    assert [len(chunk) for chunk in found] == [98, 98, 4]
    assert max(map(actions, found)) == 100


def test_rows_that_move_counters_of_their_own_fill_a_transaction_twice_as_fast() -> None:
    found = list(chunks([write(number, number) for number in range(120)]))

    assert [actions(chunk) for chunk in found] == [100, 100, 40]


def test_a_transaction_stays_below_what_dynamodb_takes() -> None:
    found = list(chunks([write(number, text="x" * 399_000) for number in range(20)]))

    sizes = [sum(len(json.dumps(each.put)) for each in chunk) for chunk in found]
    assert [len(chunk) for chunk in found] == [7, 7, 6]
    assert max(sizes) < 3_100_000


def test_a_write_that_moves_nothing_and_nothing_at_all() -> None:
    assert [len(chunk) for chunk in chunks([write(1)])] == [1]
    assert list(chunks([])) == []


def test_nothing_is_lost_or_reordered_by_chunks() -> None:
    writes = [write(number, number % 7, text="x" * (number * 997 % 50_000)) for number in range(500)]

    assert [each for chunk in chunks(writes) for each in chunk] == writes


def test_a_thousand_texts_go_in_transactions_that_are_taken(stage: Stage) -> None:
    texts = [happened("c1", TextMessageReceived("x" * 20_000), number) for number in range(250)]

    answer = stage.project(*texts)

    assert answer == {"batchItemFailures": []}
    assert len(stage.items(stage.tables.messages)) == 250
    assert max(map(len, stage.requests.sent)) < 4_000_000


def test_a_hundred_keys_are_one_request(stage: Stage) -> None:
    connections = [f"c{number}" for number in range(199)]
    stage.project(*(happened(connection, ConnectionOpened()) for connection in connections))
    stage.requests.forget()

    loaded = stage.model.load(connections)

    assert len(stage.requests.seen) == 2
    assert sorted(loaded.rows) == sorted(connections)


class Reluctant:
    """A client that leaves all keys but one unprocessed, as long as it has patience for it."""

    def __init__(self, client: Any, patience: int) -> None:
        self._client = client
        self.patience = patience

    def batch_get_item(self, RequestItems: dict[str, Any]) -> Any:  # noqa: N803 - botocore's name
        self.patience -= 1
        if self.patience < 0:
            return self._client.batch_get_item(RequestItems=RequestItems)
        table, *others = RequestItems
        first = {**RequestItems[table], "Keys": RequestItems[table]["Keys"][:1]}
        rest = {**RequestItems[table], "Keys": RequestItems[table]["Keys"][1:]}
        unprocessed = {name: RequestItems[name] for name in others}
        if rest["Keys"]:
            unprocessed[table] = rest
        answer = self._client.batch_get_item(RequestItems={table: first})
        return {**answer, "UnprocessedKeys": unprocessed}


def reluctant(stage: Stage, patience: int, waited: list[float]) -> ReadModel:
    return ReadModel(
        Reluctant(stage.client, patience),
        connections=stage.tables.connections,
        messages=stage.tables.messages,
        sessions=stage.tables.sessions,
        metrics=stage.tables.metrics,
        sleep=waited.append,
    )


def test_unprocessed_keys_are_read_again(stage: Stage) -> None:
    stage.begin_generation(3, serving=2)
    connections = ["c1", "c2", "c3"]
    text = happened("c3", TextMessageReceived("hello"))
    stage.project(*(happened(connection, ConnectionOpened()) for connection in connections), text)
    waited: list[float] = []

    loaded = reluctant(stage, 4, waited).load(connections, [(text.conversation, text.event_id)])

    assert sorted(loaded.rows) == connections
    assert [stored.generation for stored in loaded.messages.values()] == [3]
    assert loaded.generation == 3
    assert len(waited) == 4


def test_keys_that_stay_unprocessed_are_unavailable(stage: Stage) -> None:
    model = reluctant(stage, 100, [])

    with pytest.raises(Unavailable):
        model.load([f"c{number}" for number in range(50)])


def test_before_the_first_rebuild_generation_one_counts(stage: Stage) -> None:
    loaded = stage.model.load([])

    assert loaded.generation == 1


def test_a_row_is_what_it_was_when_it_is_read_again(stage: Stage) -> None:
    row = Connection("c1", "alice", "s-1", CONNECTED_AT, CONNECTED_AT + 1, expires_at=CONNECTED_AT)

    stage.model.write([stage.model.connection(Stored(row, 1, 1), {})])

    assert stage.model.load(["c1"]).rows == {"c1": Stored(row, 1, 1)}


def test_a_contribution_that_is_taken_back_is_subtracted(stage: Stage) -> None:
    moves = counters({(CONNECTED_AT // 60_000 * 60_000, "lost"): -1}, 1, 90)

    assert sorted(moves.values()) == [-1, -1]


@pytest.mark.parametrize("resolution", ["minute", "day", "now"])
def test_a_counter_is_known_again_by_its_key(resolution: Any) -> None:
    at = {"minute": CONNECTED_AT // 60_000 * 60_000, "day": CONNECTED_AT // 86_400_000 * 86_400_000, "now": 0}
    key = CounterKey(12, "opened", resolution, at[resolution], 0 if resolution == "now" else 90)

    assert parse("opened", key.shard(5)) == key
