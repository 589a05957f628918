"""What becomes of the active connections when their index gets more shards: none is overlooked."""

from collections.abc import Iterator

import pytest

from functions.aws.read_models.connection_items import active_shard
from functions.domain.connections.requests import ListAll
from functions.names import ACTIVE_SHARDS
from functions.operations.connections.lookups import list_all
from tests.unit.operations.connections.connection_rows import NOW, Table, connections_table, idle

MORE = 2 * ACTIVE_SHARDS
ALL = {f"c-{number}" for number in range(40)}


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    """A table half of whose rows were written when there were fewer shards."""
    with connections_table() as table:
        table.put(*(idle(4_000, f"c-{number}") for number in range(20)))
        table.put(*(idle(4_000, f"c-{number}") for number in range(20, 40)), shards=MORE)
        yield table


def test_a_list_has_the_rows_of_both_releases(table: Table) -> None:
    found = list_all(ListAll(limit=100), table.with_shards(MORE)).connections

    assert {each.connection_id for each in found} == ALL


@pytest.mark.parametrize("limit", [1, 7])
def test_a_list_goes_on_from_a_row_that_was_written_by_the_older(table: Table, limit: int) -> None:
    connections, cursor, found = table.with_shards(MORE), None, list[str]()

    while True:
        listed = list_all(ListAll(limit=limit, cursor=cursor), connections)
        found += [each.connection_id for each in listed.connections]
        cursor = listed.cursor
        if cursor is None:
            break

    assert sorted(found) == sorted(ALL)


def test_a_sweep_finds_the_rows_of_both_releases(table: Table) -> None:
    due = [each.connection_id for round_ in table.with_shards(MORE).stale(3_600, NOW) for each in round_]

    assert sorted(due) == sorted(ALL)


def test_a_row_that_moves_goes_to_a_higher_shard_so_that_a_list_in_progress_meets_it() -> None:
    moves = {(int(active_shard(each, ACTIVE_SHARDS)), int(active_shard(each, MORE))) for each in ALL}

    assert all(later in {earlier, earlier + ACTIVE_SHARDS} for earlier, later in moves)
    assert any(later != earlier for earlier, later in moves)
