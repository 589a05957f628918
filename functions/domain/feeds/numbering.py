"""Which number an event gets: decided over what was read of its feed, from the top downwards.

It is safe for whoever does it, however often: a doubled invocation, or the sweeper beside a late writer.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from functions.domain.feeds.feeds import Pointer, has_expired

CLOCKS_MILLISECONDS: Final = 10_000
"""By how much the clocks of two functions may differ: an event is numbered after it arrived."""


class Unnumbered(msgspec.Struct, frozen=True):
    """An event that may have no number yet.

    Attributes
    ----------
    arrived_at
        When it arrived in the log, epoch milliseconds.
    above
        A number that its feed had given before it arrived, so that its own is greater; 0 if none is known.
        A reply has that of its question.
    """

    connection_id: str
    event_id: str
    arrived_at: int
    expires_at: int
    above: int = 0


class Has(msgspec.Struct, frozen=True):
    """The event has this number."""

    seq: int


class Free(msgspec.Struct, frozen=True):
    """The event has none, and this is the next, if nobody takes it meanwhile."""

    seq: int


def judge(event: Unnumbered, seen: Sequence[Pointer], now: int, *, whole: bool) -> Has | Free | None:
    """Return the event's number or the next free one, None if more has to be read.

    A new event is looked for too: somebody may have numbered it already, and others after it. It cannot be
    below a pointer that was numbered 10 s before it arrived. For example, an event arrived at 12:00:30, and
    the pointers were numbered at 12:00:41, 12:00:35 and 12:00:19: nothing below the third is read. Nor can it
    be below a number that was there before it, whatever the clocks say.

    What stands above is the younger, so it was read no earlier than what it follows: a query that is
    consistent is no snapshot, but a page that shows a number shows all of its predecessors.

    Parameters
    ----------
    event
        The event.
    seen
        Pointers of its feed, from the top downwards.
    now
        Epoch milliseconds.
    whole
        Whether there are no more pointers.
    """
    present = [pointer for pointer in seen if not has_expired(pointer.expires_at, now)]
    for pointer in present:
        if _is_of(pointer, event):
            return Has(pointer.seq)
    if whole or (present and _was_before(present[-1], event)):
        return Free(present[0].seq + 1 if present else 1)
    return None


def judge_taken(event: Unnumbered, taken: Pointer) -> Has | Free:
    """Return what is known where a number that was free is taken now.

    By an earlier attempt of the event itself, or by a rival: then the event is not below it, so that the
    next number can be tried without another look.
    """
    return Has(taken.seq) if _is_of(taken, event) else Free(taken.seq + 1)


def _was_before(pointer: Pointer, event: Unnumbered) -> bool:
    return pointer.seq <= event.above or pointer.numbered_at < event.arrived_at - CLOCKS_MILLISECONDS


def _is_of(pointer: Pointer, event: Unnumbered) -> bool:
    return (pointer.event_id, pointer.connection_id) == (event.event_id, event.connection_id)
