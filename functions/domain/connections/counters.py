"""What a row adds to the counters: a counter is the sum of its rows' contributions."""

from collections import Counter
from collections.abc import Mapping
from typing import Final, Literal

from functions.domain.connections.connection import Connection
from functions.domain.connections.voice_sessions import voice_endings
from functions.domain.log.ids import minute_of

Name = Literal[
    "opened", "closed", "lost", "voice_sessions", "voice_seconds", "turns", "texts", "replies", "active"
]

NOW: Final = -1
"""The minute of what counts at present rather than in a minute."""

Contribution = Mapping[tuple[int, str], int]
"""How much to add, by minute (its start, epoch milliseconds, or `NOW`) and counter name."""


def contribution(row: Connection | None) -> Contribution:
    """Return what a connection's row adds to the counters, never negative; no row adds nothing.

    What never opened counts neither as active nor as ended, so ``opened`` is the sum of ``closed``, ``lost``
    and ``active``, whatever has been projected: a text whose connection's opening is not there yet makes a
    row, and that row counts from the opening on.
    """
    if row is None:
        return {}
    counts: Counter[tuple[int, str]] = Counter()
    if row.opened:
        counts[minute_of(row.created_at), "opened"] += 1
        if row.ended_at is None:
            counts[NOW, "active"] += 1
        else:
            counts[minute_of(row.ended_at), "closed" if row.closed else "lost"] += 1
    for at, seconds in voice_endings(row).values():
        counts[minute_of(at), "voice_sessions"] += 1
        counts[minute_of(at), "voice_seconds"] += seconds
    return counts


def by_name(contribution: Contribution) -> Counter[str]:
    """Return how much is added to each counter, in whatever minute; ``active`` is of now, and left out."""
    sums: Counter[str] = Counter()
    for (minute, name), change in contribution.items():
        if minute != NOW:
            sums[name] += change
    return sums


def difference(new: Contribution, old: Contribution) -> Contribution:
    """Return what must be added to the counters when a row's contribution changes."""
    changes = {key: new.get(key, 0) - old.get(key, 0) for key in {*new, *old}}
    return {key: change for key, change in changes.items() if change}
