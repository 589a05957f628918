"""Bursts of events as the projector meets them: many connections at once, in no order."""

from random import Random
from typing import Any, Final

from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import (
    ActivityRecorded,
    ConnectionClosed,
    ConnectionOpened,
    Fact,
    TextMessageReceived,
)

BEGAN: Final = 1_795_410_720_000
"""2026-11-23T05:12:00Z."""
RETENTION_SECONDS: Final = 90 * 86_400
_AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


def happened(connection: int, fact: Fact, after: int, index: int = 0) -> Event:
    """Return an event of the connection of a number, some milliseconds after it was opened."""
    opened_at = BEGAN + connection * 100
    cause = Cause(
        connection_id=f"Uc3xGfOaIAM{connection:05d}=",
        user_id=f"user-{connection % 90}",
        session_id=f"session-{connection}",
        connected_at=opened_at,
        expires_at=opened_at // 1000 + RETENTION_SECONDS,
        at=opened_at + after,
        id=f"request-{connection}-{after}-{index}",
        trace_id="1-67891233-abcdef012345678912345678",
    )
    return event(cause, fact)


def _opened(connection: int) -> Event:
    fact = ConnectionOpened("203.0.113.17", _AGENT, BEGAN // 1000 + 7200)
    return happened(connection, fact, 9)


def mixed(connections: int = 200) -> list[Event]:
    """Return five events of each connection: opened, three activities in three minutes, closed."""
    events = []
    for connection in range(connections):
        activities = [happened(connection, ActivityRecorded(), 60_000 * (n + 1)) for n in range(3)]
        events += [_opened(connection), *activities, happened(connection, ConnectionClosed(1001), 200_000)]
    return _shuffled(events)


def opening(connections: int = 1_000) -> list[Event]:
    """Return the opening of as many connections."""
    return _shuffled([_opened(connection) for connection in range(connections)])


def texting(connections: int = 200) -> list[Event]:
    """Return five events of each connection: opened, three texts of 120 characters, closed."""
    events = []
    for connection in range(connections):
        texts = [
            happened(connection, TextMessageReceived("lorem ipsum " * 10), 10_000 * (n + 1)) for n in range(3)
        ]
        events += [_opened(connection), *texts, happened(connection, ConnectionClosed(1001), 40_000)]
    return _shuffled(events)


def _shuffled(events: list[Any]) -> list[Any]:
    Random(12).shuffle(events)  # noqa: S311 - it must repeat
    return events
