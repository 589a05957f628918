"""What a client missed: decided by where it says that it was, and by what its feed holds from there on."""

from collections.abc import Sequence
from typing import Final

import msgspec

from functions.domain.feeds.feeds import Pointer, has_expired
from functions.domain.frames.feed_frames import Position

MOST_MESSAGES: Final = 200
"""Numbers that one resume brings, over both feeds; the client asks again for the rest."""


class Missed(msgspec.Struct, frozen=True):
    """What a client is sent, in order and without a gap, and whether the feed holds more."""

    pointers: tuple[Pointer, ...]
    more: bool


def missed(
    position: Position, found: Sequence[Pointer], most: int, now: int, window_seconds: int
) -> Missed | None:
    """Return what a client has missed; None if it has to begin anew.

    It begins anew if its position is not the feed's any more, or if the first that it missed is older than
    the window. A client that missed nothing goes on, however long ago that was. For example, with a window
    of a day: 1, 2 and 3 were numbered on Monday, and 4 on Tuesday. On Thursday, who has the first three
    begins anew, and who has all four goes on.

    Parameters
    ----------
    position
        The last that was delivered in order; with the number 0, nothing was yet.
    found
        The feed's pointers from the position's own on, in order: at least two more than may be sent, if there
        are so many.
    most
        How many may be sent.
    now
        Epoch milliseconds.
    window_seconds
        How far back a client can go on.
    """
    present = {each.seq: each for each in found if not has_expired(each.expires_at, now)}
    if position.seq:
        held = present.pop(position.seq, None)
        if held is None or held.event_id != position.id:
            return None
    following: list[Pointer] = []
    while pointer := present.pop(position.seq + 1 + len(following), None):
        following.append(pointer)
    if following and following[0].numbered_at < now - window_seconds * 1000:
        return None
    if present and not following:  # a hole: what is beyond it cannot be reached in order
        return None
    return Missed(tuple(following[:most]), more=len(following) > most or bool(present))
