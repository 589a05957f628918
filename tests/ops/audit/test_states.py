"""The state at a moment is the fold of what had happened by then."""

from collections.abc import Iterator
from random import Random

import pytest

from functions.aws.log.event_log import EventLog
from functions.domain.connections.connection import Connection, join
from functions.domain.log.events import Event
from functions.domain.log.facts import (
    ActivityRecorded,
    ConnectionClosed,
    ConnectionLost,
    ConnectionOpened,
    ConnectionStatusSet,
    Fact,
    TextMessageReceived,
)
from ops.audit.meter import Meter
from ops.audit.selection import Selection
from ops.audit.states import LATE_SECONDS, state, states
from tests.contract.engines import MakeClient
from tests.gateway_events import CONNECTED_AT
from tests.stage import Stage, happened, make_stage

MINUTE = 60_000
HOUR = 60 * MINUTE
EVERYBODY = Selection(0, 0)
HAPPENING: tuple[Fact, ...] = (
    TextMessageReceived("hello"),
    ActivityRecorded(),
    ConnectionStatusSet("DISCONNECTED", "olga"),
    ConnectionLost("post"),
    ConnectionClosed(1000),
)


@pytest.fixture(scope="module")
def histories(make_client: MakeClient) -> tuple[Stage, list[Event]]:
    """Two hundred connections within eight hours, and what arrived of them: soon, late, and out of order."""
    stage = make_stage(make_client(), "states")
    clock = Clock()
    log = EventLog(stage.client, stage.tables.events, now=clock)
    events = list(_happening(Random(11)))  # noqa: S311 - it need not be secret
    for event, late in events:
        clock.at = event.at + late
        log.append(event)
    return stage, [event for event, _ in events]


class Clock:
    """A clock that stands where it was put."""

    at = 0

    def __call__(self) -> int:
        return self.at


def _happening(chance: Random) -> Iterator[tuple[Event, int]]:
    for number in range(200):
        opened_at = CONNECTED_AT + chance.randrange(8 * HOUR)

        def event(fact: Fact, at: int, number: int = number, opened_at: int = opened_at) -> Event:
            who = {"connected_at": opened_at, "user_id": f"user{number % 9}", "id": f"request-{at}"}
            return happened(f"c{number}", fact, at=at, **who)  # type: ignore[arg-type]

        yield event(ConnectionOpened(), opened_at), chance.randrange(3_000)
        for _ in range(chance.randrange(7)):
            fact = chance.choice(HAPPENING)
            late = LATE_SECONDS * 1_000 if isinstance(fact, ActivityRecorded) else 12_000
            yield event(fact, opened_at + chance.randrange(2 * HOUR)), chance.randrange(late)


def folded(events: list[Event], at: int, user_id: str | None = None) -> list[Connection]:
    """Fold each connection's whole history up to a moment, and keep those that had not ended."""
    by_connection: dict[str, list[Event]] = {}
    for event in events:
        if event.at <= at and user_id in (None, event.user_id):
            by_connection.setdefault(event.connection_id, []).append(event)
    rows = [join(Connection(name), whole) for name, whole in by_connection.items()]
    still_open = [row for row in rows if row.ended_at is None and row.created_at > at - 130 * MINUTE]
    return sorted(still_open, key=lambda row: (row.created_at, row.connection_id))


@pytest.mark.parametrize("after", range(20, 600, 45), ids=lambda minutes: f"{minutes} min")
def test_the_state_of_all_is_the_fold_of_each_whole_history(
    histories: tuple[Stage, list[Event]], after: int
) -> None:
    stage, events = histories
    at = CONNECTED_AT + after * MINUTE

    found = list(states(stage.deployment, EVERYBODY, Meter(), at))

    assert found == folded(events, at)


def test_the_state_of_a_user_is_that_of_their_connections(histories: tuple[Stage, list[Event]]) -> None:
    stage, events = histories
    at = CONNECTED_AT + 4 * HOUR

    found = list(states(stage.deployment, Selection(0, 0, user_id="user3"), Meter(), at))

    assert found
    assert found == folded(events, at, "user3")


def test_the_state_of_a_connection_is_told_ended_or_not(histories: tuple[Stage, list[Event]]) -> None:
    stage, events = histories
    closed = next(event for event in events if isinstance(event.fact, ConnectionClosed))

    before = state(stage.deployment, closed.connection_id, Meter(), closed.connected_at)
    after = state(stage.deployment, closed.connection_id, Meter(), closed.at)

    assert before is not None
    assert before.ended_at is None
    assert after is not None
    assert after.ended_at == closed.at


def test_of_a_connection_that_was_not_there_yet_nothing_is_known(
    histories: tuple[Stage, list[Event]],
) -> None:
    stage, events = histories

    assert state(stage.deployment, "c1", Meter(), min(event.at for event in events) - 1) is None


def test_what_cannot_be_read_says_nothing_of_any_state(histories: tuple[Stage, list[Event]]) -> None:
    stage, events = histories
    at = CONNECTED_AT + 2 * HOUR
    poison = {"connection_id": {"S": "c7"}, "event_id": {"S": "?"}, "arrived_at": {"N": str(at)}}
    stage.client.put_item(TableName=stage.tables.events, Item=poison | {"arrival_day": {"S": "2026-11-23#0"}})

    assert list(states(stage.deployment, EVERYBODY, Meter(), at)) == folded(events, at)
