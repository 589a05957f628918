"""Which events the sweeper looks at, and which of them nobody has numbered."""

from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

import msgspec

from functions.domain.feeds.feeds import Pointer
from functions.domain.feeds.numbering import CLOCKS_MILLISECONDS, Unnumbered
from functions.domain.log.ids import MINUTE
from functions.names import LATEST_ATTEMPT_SECONDS

YOUNG_MILLISECONDS: Final = MINUTE
"""What arrived since then may be on its way still."""
_LEAST_MINUTES: Final = 15
_INTERVALS: Final = 3
"""Runs that may fail until what they should have found is looked for no more."""


_Thing = TypeVar("_Thing")


class Span(msgspec.Struct, frozen=True):
    """From when to when events arrived, both included: epoch milliseconds."""

    first: int
    last: int


def span(at: int, every_minutes: int, answering_seconds: int = 0) -> Span:
    """Return what a run looks at: what arrived a minute ago and before, back to three runs or a quarter hour.

    Where texts are answered it looks further back: one for which the responder was invoked at the end of that
    may be tried as late as Lambda tries. If that comes to nothing, the next run still sees it.

    Parameters
    ----------
    at
        The time of the run, epoch milliseconds.
    every_minutes
        How long it is between two runs.
    answering_seconds
        How long an attempt to answer may take; 0 where no text is answered.
    """
    back = max(_LEAST_MINUTES, _INTERVALS * every_minutes) * MINUTE
    if answering_seconds:
        back += (LATEST_ATTEMPT_SECONDS + answering_seconds) * 1_000 + every_minutes * MINUTE
    return Span(at - back, at - YOUNG_MILLISECONDS)


def turned(things: Sequence[_Thing], drawn: int) -> Sequence[_Thing]:
    """Return things in their order, but begin with another one, by a number that was drawn.

    Where there is no time for all, the next draw begins elsewhere: of a, b, c and d, 6 gives c, d, a, b.
    """
    begin = drawn % len(things) if things else 0
    return [*things[begin:], *things[:begin]]


def since(events: Iterable[Unnumbered]) -> int:
    """Return from when on a feed's numbers have to be read, to find those of its events."""
    return min(event.arrived_at for event in events) - CLOCKS_MILLISECONDS


def forgotten(events: Iterable[Unnumbered], pointers: Sequence[Pointer]) -> list[Unnumbered]:
    """Return the events of a feed that have no number, in the order in which they arrived."""
    known = {(pointer.connection_id, pointer.event_id) for pointer in pointers}
    unknown = [event for event in events if (event.connection_id, event.event_id) not in known]
    return sorted(unknown, key=lambda event: (event.arrived_at, event.event_id))
