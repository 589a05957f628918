"""What an operator's word on a connection leads to: an event, and then the close."""

from contextlib import nullcontext
from typing import Any

import pytest

from functions.aws.gateway.callbacks import BusyError
from functions.domain.connections.bases import RequestError
from functions.domain.connections.requests import Disconnect, UpdateStatus
from functions.domain.log.facts import ConnectionLost, ConnectionStatusSet
from functions.domain.log.ids import event_id, time_of
from functions.domain.refusals import Unavailable
from functions.handlers.connection_manager import handler
from functions.operations.connections.lookups import set_status
from tests.fakes import MemoryLog
from tests.unit.operations.connections.connection_rows import (
    CLOSED,
    LOST,
    MINUTE,
    NOW,
    RETENTION_SECONDS,
    TOLD_TO_GO,
    Context,
    Gateway,
    Table,
    invocation,
    row,
)

DISCONNECT = Disconnect(connection_id="c-1", by="olga", reason="abuse")


@pytest.fixture
def table(table: Table) -> Table:
    table.put(row())
    return table


def test_a_status_is_an_event_of_the_connections_own(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    request = UpdateStatus(connection_id="c-1", status="CONNECTED", by="olga", reason="a mistake")

    answer = set_status(request, invocation(), table, log, gateway)

    (appended,) = log.events
    assert answer.event_id == appended.event_id == event_id(NOW, "r-1", "ConnectionStatusSet")
    assert appended.fact == ConnectionStatusSet("CONNECTED", "olga", "a mistake")
    assert (appended.connection_id, appended.user_id, appended.session_id) == ("c-1", "alice", "s-1")
    assert (appended.at, appended.connected_at) == (NOW, NOW - 30 * MINUTE)
    assert appended.expires_at == (NOW - 30 * MINUTE) // 1000 + RETENTION_SECONDS
    assert gateway.closed == []


@pytest.mark.parametrize(
    "arguments",
    [{"operation": "disconnect"}, {"operation": "update_status", "status": "DISCONNECTED"}],
    ids=repr,
)
def test_disconnected_closes_at_the_gateway(
    table: Table, gateway: Gateway, log: MemoryLog, arguments: dict[str, str]
) -> None:
    answer = _handle(table, gateway, log, **arguments)

    assert answer == {"eventId": log.events[0].event_id}
    assert log.facts == [ConnectionStatusSet("DISCONNECTED", "olga")]
    assert gateway.closed == ["c-1"]


def test_the_time_of_the_event_is_the_invocations(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    from functions.aws.environment import now

    before = now()

    _handle(table, gateway, log, operation="disconnect")

    assert before <= time_of(log.events[0].event_id) == log.events[0].at <= now()


def test_an_unknown_connection_is_not_found_and_leaves_nothing(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    answer = _handle(table, gateway, log, operation="disconnect", connectionId="c-2")

    assert answer["error"]["code"] == "not_found"
    assert log.events == []
    assert gateway.closed == []


@pytest.mark.parametrize("ended", [{"closed": CLOSED}, {"lost": LOST}], ids=repr)
@pytest.mark.parametrize("status", ["CONNECTED", "DISCONNECTED"])
def test_an_ended_connection_is_a_conflict_and_leaves_nothing(
    table: Table, gateway: Gateway, log: MemoryLog, ended: dict[str, Any], status: str
) -> None:
    table.put(row(**ended))

    answer = _handle(table, gateway, log, operation="update_status", status=status)

    assert answer["error"]["code"] == "conflict"
    assert log.events == []
    assert gateway.closed == []


def test_a_connection_that_was_told_to_go_and_stayed_can_be_told_again(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(row(operator=TOLD_TO_GO))

    set_status(DISCONNECT, invocation(), table, log, gateway)

    assert gateway.closed == ["c-1"]


def test_a_connection_that_is_gone_is_lost(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    gateway.gone = {"c-1"}

    answer = set_status(DISCONNECT, invocation(), table, log, gateway)

    assert log.facts == [ConnectionStatusSet("DISCONNECTED", "olga", "abuse"), ConnectionLost("close")]
    assert answer.event_id == log.events[0].event_id


@pytest.mark.parametrize(
    ("looks", "appended", "closed"),
    [((9_999,), 0, 0), ((60_000, 9_999), 1, 0), ((60_000, 60_000, 9_999), 1, 1)],
    ids=["after reading", "after the append", "after the close"],
)
def test_nothing_is_begun_that_time_does_not_suffice_for(
    table: Table, gateway: Gateway, log: MemoryLog, looks: tuple[int, ...], appended: int, closed: int
) -> None:
    gateway.gone = {"c-1"}
    given_up = pytest.raises(Unavailable) if not closed else nullcontext()

    with given_up:
        set_status(DISCONNECT, invocation(*looks), table, log, gateway)

    assert log.facts == [ConnectionStatusSet("DISCONNECTED", "olga", "abuse")] * appended
    assert len(gateway.closed) == closed


def test_a_connection_that_is_not_there_yet_is_not_lost(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(row(created_at=NOW - 29_999))
    gateway.gone = {"c-1"}

    set_status(DISCONNECT, invocation(), table, log, gateway)

    assert log.facts == [ConnectionStatusSet("DISCONNECTED", "olga", "abuse")]


def test_an_id_that_the_gateway_calls_malformed_is_not_found(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    gateway.unknown = {"c-1"}

    with pytest.raises(RequestError, match="not_found"):
        set_status(DISCONNECT, invocation(), table, log, gateway)
    assert [type(fact) for fact in log.facts] == [ConnectionStatusSet]


def test_nothing_is_closed_that_the_log_does_not_know_of(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    log.before = [Unavailable("ThrottlingException")]

    answer = _handle(table, gateway, log, operation="disconnect")

    assert answer["error"]["code"] == "unavailable"
    assert gateway.closed == []


@pytest.mark.parametrize("fault", ["silent", "busy"])
def test_a_close_that_fails_is_unavailable(
    table: Table, gateway: Gateway, log: MemoryLog, fault: str
) -> None:
    setattr(gateway, fault, {"c-1": 1})

    answer = _handle(table, gateway, log, operation="disconnect")

    assert answer["error"]["code"] == "unavailable"
    assert [type(fact) for fact in log.facts] == [ConnectionStatusSet]


def test_busy_is_back_pressure_and_no_loss(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    gateway.busy = {"c-1": 1}

    with pytest.raises(BusyError):
        set_status(DISCONNECT, invocation(), table, log, gateway)
    assert ConnectionLost("close") not in log.facts


def test_the_same_invocation_again_appends_nothing_more(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    first = set_status(DISCONNECT, invocation(), table, log, gateway)
    again = set_status(DISCONNECT, invocation(), table, log, gateway)

    assert first == again
    assert len(log.events) == 1


def _handle(table: Table, gateway: Gateway, log: MemoryLog, **arguments: Any) -> dict[str, Any]:
    event = {"connectionId": "c-1", "by": "olga", **arguments}
    return handler(event, Context(), table, log, gateway)
