"""What becomes of a user's connections when an operator wants them closed."""

from typing import Any

import pytest

from functions.domain.connections.answers import UserDisconnected
from functions.domain.connections.bases import RequestError
from functions.domain.connections.requests import DisconnectUser, parse
from functions.domain.log.facts import ConnectionLost, ConnectionStatusSet
from functions.domain.log.ids import event_id
from functions.domain.refusals import Unavailable
from functions.handlers.connection_manager import handler
from functions.operations.connections.closing import disconnect_user
from tests.fakes import MemoryLog
from tests.unit.operations.connections.connection_rows import (
    CLOSED,
    HOUR,
    LOST,
    NOW,
    TOLD_TO_GO,
    Context,
    Gateway,
    Table,
    invocation,
    row,
)

OUT_OF_TIME = 10_000
IN_TIME = 10_001


def test_every_open_connection_of_the_user_is_closed_and_no_other(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(
        row("c-1"),
        row("c-2"),
        row("c-bob", user_id="bob"),
        row("c-closed", closed=CLOSED),
        row("c-lost", lost=LOST),
        row("c-ancient", created_at=NOW - 24 * HOUR),
    )

    assert counts(ask(table, gateway, log)) == (2, 0, 0)
    assert sorted(gateway.closed) == ["c-1", "c-2"]
    assert sorted(event.connection_id for event in log.events) == ["c-1", "c-2"]
    assert log.facts == [ConnectionStatusSet("DISCONNECTED", "olga", "abuse")] * 2
    assert {event.event_id for event in log.events} == {event_id(NOW, "r-1", "ConnectionStatusSet")}


def test_the_answer_says_that_a_token_outlives_it(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    request = {"operation": "disconnect_user", "userId": "alice", "by": "olga"}

    answer = handler(request, Context(), table, log, gateway)

    assert answer.keys() == {"disconnected", "gone", "failed", "note"}
    assert "until it expires" in answer["note"]
    assert "admin-user-global-sign-out" in answer["note"]


def test_a_retry_appends_the_same_events(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(row())

    ask(table, gateway, log)
    ask(table, gateway, log)

    assert len(log.events) == 1


def test_what_an_operator_told_to_go_and_did_not_is_closed_without_another_word(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(row(operator=TOLD_TO_GO))

    assert counts(ask(table, gateway, log)) == (1, 0, 0)
    assert gateway.closed == ["c-1"]
    assert log.events == []


def test_what_is_gone_is_lost(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(row())
    gateway.gone = {"c-1"}

    assert counts(ask(table, gateway, log)) == (0, 1, 0)
    assert log.facts == [ConnectionStatusSet("DISCONNECTED", "olga", "abuse"), ConnectionLost("close")]


def test_what_is_only_being_opened_is_a_failure_since_it_may_come_yet(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(row(created_at=NOW - 1_000))
    gateway.gone = {"c-1"}

    assert counts(ask(table, gateway, log)) == (0, 0, 1)


def test_one_that_fails_is_logged_and_keeps_no_other_open(
    table: Table, gateway: Gateway, log: MemoryLog, caplog: pytest.LogCaptureFixture
) -> None:
    table.put(row("c-1"), row("c-2"), row("c-3"), row("c-4"))
    gateway.silent, gateway.unknown, gateway.busy = {"c-1"}, {"c-2"}, {"c-3": 9}

    assert counts(ask(table, gateway, log)) == (1, 0, 3)
    lines = [vars(line) for line in caplog.records if line.message == "not_disconnected"]
    assert {line["connection_id"]: line["fault"] for line in lines} == {
        "c-1": "server",
        "c-2": "server",
        "c-3": None,
    }


def test_nothing_is_closed_whose_closing_the_log_cannot_say(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(row())
    log.before = [Unavailable("ThrottlingException")]

    assert counts(ask(table, gateway, log)) == (0, 0, 1)
    assert gateway.closed == []


def test_it_stops_before_its_time_and_goes_on_by_cursor(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(*(row(f"c-{n}", created_at=NOW - HOUR + n) for n in range(60)))

    first = ask(table, gateway, log, looks=(IN_TIME, OUT_OF_TIME))
    closed_at_first = len(gateway.closed)
    second = ask(table, gateway, log, cursor=first.cursor)

    assert first.cursor is not None
    assert second.cursor is None
    assert first.disconnected == closed_at_first == 32
    assert sorted(gateway.closed) == sorted(f"c-{n}" for n in range(60))


def test_a_cursor_of_another_user_is_refused(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(*(row(f"c-{n}") for n in range(60)))
    cursor = ask(table, gateway, log, looks=(0,)).cursor
    gateway.closed.clear()

    with pytest.raises(RequestError, match="invalid_cursor"):
        ask(table, gateway, log, userId="bob", cursor=cursor)
    assert gateway.closed == []


def test_an_unforeseen_fault_is_raised(table: Table, log: MemoryLog) -> None:
    class Forbidden(Gateway):
        def _answer(self, connection_id: str) -> None:
            raise PermissionError(connection_id)

    table.put(row())

    with pytest.raises(PermissionError):
        ask(table, Forbidden(), log)


@pytest.mark.parametrize("missing", ["userId", "by"])
def test_it_is_not_done_without_a_user_or_without_a_word_on_who_asks(missing: str) -> None:
    request = {"operation": "disconnect_user", "userId": "alice", "by": "olga"}
    del request[missing]

    with pytest.raises(RequestError, match="invalid_request"):
        parse(request)


def ask(
    table: Table, gateway: Gateway, log: MemoryLog, looks: tuple[int, ...] = (), **arguments: Any
) -> UserDisconnected:
    request = {"operation": "disconnect_user", "userId": "alice", "by": "olga", "reason": "abuse"}
    parsed = parse({**request, **arguments})
    assert isinstance(parsed, DisconnectUser)
    return disconnect_user(parsed, invocation(*looks), table, log, gateway)


def counts(answer: UserDisconnected) -> tuple[int, int, int]:
    return answer.disconnected, answer.gone, answer.failed
