"""What the connection manager shows: one connection, a user's, the active ones."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest

from functions.aws.read_models.connection_items import active_shard
from functions.aws.read_models.connections import Connections
from functions.aws.read_models.index_pages import Page, Row
from functions.domain.connections.cursors import Position
from functions.domain.connections.requests import ListAll, ListUser
from functions.handlers.connection_manager import handler
from functions.operations.connections.lookups import list_all, list_user
from tests.fakes import MemoryLog
from tests.unit.operations.connections.connection_rows import (
    CLOSED,
    HOUR,
    LOST,
    MINUTE,
    NOW,
    TOLD_TO_GO,
    Context,
    Gateway,
    Table,
    row,
)


def test_a_connection_is_shown_with_its_public_fields(table: Table) -> None:
    table.put(row())

    answer = _ask(table, "get", connectionId="c-1")

    assert answer == {
        "connection": {
            "connectionId": "c-1",
            "userId": "alice",
            "sessionId": "s-1",
            "status": "CONNECTED",
            "ipAddress": "192.0.2.1",
            "userAgent": "client/1.0",
            "createdAt": "2026-11-23T07:30:00.000Z",
            "lastActivity": "2026-11-23T07:31:00.000Z",
            "tokenExpiresAt": "2026-11-23T09:30:00.000Z",
        }
    }


def test_an_ended_connection_says_when(table: Table) -> None:
    table.put(row(closed=CLOSED, session_id=None))

    connection = _ask(table, "get", connectionId="c-1")["connection"]

    assert connection["status"] == "DISCONNECTED"
    assert connection["disconnectedAt"] == "2026-11-23T07:59:00.000Z"
    assert "sessionId" not in connection


def test_an_unknown_connection_is_not_found(table: Table) -> None:
    assert _ask(table, "get", connectionId="c-2")["error"]["code"] == "not_found"


def test_a_users_connections_come_newest_first(table: Table) -> None:
    table.put(
        row("c-old", created_at=NOW - 80 * HOUR, closed=CLOSED),
        row("c-new", created_at=NOW - HOUR),
        row("c-bob", user_id="bob"),
        row("c-middle", created_at=NOW - 2 * HOUR, lost=LOST),
    )

    answer = _ask(table, "list_user", userId="alice")

    assert _ids(answer) == ["c-new", "c-middle", "c-old"]
    assert "cursor" not in answer


@pytest.mark.parametrize(
    ("status", "shown"), [("CONNECTED", ["c-0"]), ("DISCONNECTED", ["c-1", "c-2", "c-3"])]
)
def test_a_users_list_can_be_of_one_status(table: Table, status: str, shown: list[str]) -> None:
    table.put(
        row("c-0"),
        row("c-1", created_at=NOW - 2 * HOUR, closed=CLOSED),
        row("c-2", created_at=NOW - 3 * HOUR, lost=LOST),
        row("c-3", created_at=NOW - 4 * HOUR, operator=TOLD_TO_GO),
    )

    assert _ids(_ask(table, "list_user", userId="alice", status=status)) == shown


@pytest.mark.parametrize("status", [{}, {"status": "CONNECTED"}], ids=repr)
@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 7])
def test_the_pages_of_a_users_list_are_full_and_hold_each_once(
    table: Table, limit: int, status: dict[str, str]
) -> None:
    # two of each time, so that the cursor must tell them apart
    table.put(*(row(f"c-{n}", created_at=NOW - (n // 2) * HOUR) for n in range(6)))

    pages = _pages(table, limit, "list_user", userId="alice", **status)

    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert 0 < len(pages[-1]) <= limit
    assert sorted(chain(*pages)) == [f"c-{n}" for n in range(6)]


def test_all_lists_what_is_connected_and_nothing_else(table: Table) -> None:
    table.put(
        row("c-0"),
        row("c-1", user_id="bob"),
        row("c-2", closed=CLOSED),
        row("c-3", lost=LOST),
        row("c-4", operator=TOLD_TO_GO),
    )

    answer = _ask(table, "list_all")

    assert sorted(_ids(answer)) == ["c-0", "c-1"]
    assert {connection["status"] for connection in answer["connections"]} == {"CONNECTED"}


@pytest.mark.parametrize("limit", [1, 4, 19, 20, 21])
def test_the_pages_of_all_are_full_and_hold_each_once(table: Table, limit: int) -> None:
    table.put(*(row(f"c-{n}", last_activity=NOW - n * MINUTE) for n in range(20)))

    pages = _pages(table, limit, "list_all")

    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert 0 < len(pages[-1]) <= limit
    assert sorted(chain(*pages)) == sorted(f"c-{n}" for n in range(20))


def test_a_list_goes_on_after_a_connection_that_has_ended_meanwhile(table: Table) -> None:
    rows = [row(f"c-{n}", created_at=NOW - n * HOUR) for n in range(3)]
    table.put(*rows)
    cursor = _ask(table, "list_user", userId="alice", limit=1)["cursor"]
    table.put(row("c-0", created_at=NOW, closed=CLOSED))

    rest = _ask(table, "list_user", userId="alice", cursor=cursor)

    assert _ids(rest) == ["c-1", "c-2"]


def test_a_cursor_of_another_list_is_refused(table: Table) -> None:
    table.put(*(row(f"c-{n}") for n in range(3)))
    cursor = _ask(table, "list_user", userId="alice", limit=1)["cursor"]

    for other in (
        _ask(table, "list_all", cursor=cursor),
        _ask(table, "list_user", userId="bob", cursor=cursor),
        _ask(table, "list_user", userId="alice", status="CONNECTED", cursor=cursor),
        _ask(table, "list_user", userId="alice", cursor=cursor[:-1]),
        _ask(table, "list_user", userId="alice", cursor="nonsense"),
    ):
        assert other["error"]["code"] == "invalid_cursor"


class Sparse(Connections):
    """A user with so many connections that the filter leaves nothing of a hundred queries."""

    def __init__(self) -> None:
        super().__init__(None, "connections")
        self.queries = 0

    def of_user(self, *_: Any, **__: Any) -> Iterator[Page]:
        for at in range(100, 0, -1):
            self.queries += 1
            yield Page((), Position("c-1", at))


def test_a_filter_that_finds_nothing_stops_with_a_cursor() -> None:
    sparse = Sparse()

    answer = list_user(ListUser(user_id="alice", status="CONNECTED"), sparse)

    assert answer.connections == ()
    assert answer.cursor is not None
    assert sparse.queries == 25


class Last(Sparse):
    """A user whose list ends with the very query at which a page gives up."""

    def of_user(self, *_: Any, **__: Any) -> Iterator[Page]:
        for at in range(24, 0, -1):
            yield Page((), Position("c-1", at))
        yield Page((), None)


def test_a_list_that_ends_where_it_would_stop_has_no_cursor() -> None:
    assert list_user(ListUser(user_id="alice", status="CONNECTED"), Last()).cursor is None


def test_a_user_list_goes_on_from_a_start_before_its_range(table: Table) -> None:
    table.put(*(row(f"c-{n}", created_at=NOW - n * HOUR) for n in range(4)))
    start = Position("c-1", NOW - HOUR)

    pages = list(table.of_user("alice", since=NOW, after=start))

    assert _rows(pages) == []
    assert _rows(table.of_user("alice", since=NOW - 2 * HOUR, after=start)) == ["c-2"]


def test_a_query_never_starts_outside_its_range(table: Table) -> None:
    watched, queries = table.watched()

    list(watched.of_user("alice", since=NOW, after=Position("c-1", NOW - HOUR)))

    # DynamoDB refuses such a start; moto takes it
    assert [query["ExpressionAttributeValues"][":sort"]["N"] for query in queries] == [str(NOW - HOUR)]


def test_a_page_of_a_users_list_costs_one_query(table: Table) -> None:
    table.put(*(row(f"c-{n}") for n in range(6)))
    watched, queries = table.watched()

    list_user(ListUser(user_id="alice", limit=4), watched)

    assert [query["Limit"] for query in queries] == [5]


def test_a_partition_is_read_to_its_end_in_however_many_queries(table: Table) -> None:
    table.put(*(row(f"c-{n}") for n in range(6)))

    assert len(_rows(table.of_user("alice", page_size=2))) == 6
    assert len(_rows(table.active(page_size=1))) == 6


def test_a_page_of_all_costs_at_most_one_query_a_shard(table: Table) -> None:
    table.put(*(row(f"c-{n}") for n in range(20)))
    watched, queries = table.watched()

    assert len(list_all(ListAll(limit=50), watched).connections) == 20
    assert len(queries) == 8


def test_a_row_stands_where_its_index_keeps_it(table: Table) -> None:
    table.put(row("c-1", last_activity=NOW - 1))

    (found,) = [found for page in table.active() for found in page.rows]

    shard = int(active_shard("c-1"))
    assert found == Row(Position("c-1", NOW - 10 * MINUTE, shard), found.info)


def _ask(table: Table, operation: str, **arguments: Any) -> dict[str, Any]:
    return handler({"operation": operation, **arguments}, Context(), table, MemoryLog(), Gateway())


def _ids(answer: dict[str, Any]) -> list[str]:
    return [connection["connectionId"] for connection in answer["connections"]]


def _rows(pages: Any) -> list[str]:
    return [found.info.connection_id for page in pages for found in page.rows]


def _pages(table: Table, limit: int, operation: str, **arguments: Any) -> list[list[str]]:
    answer = _ask(table, operation, limit=limit, **arguments)
    pages = [_ids(answer)]
    while "cursor" in answer:
        answer = _ask(table, operation, limit=limit, cursor=answer["cursor"], **arguments)
        pages.append(_ids(answer))
    return pages
