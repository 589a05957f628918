"""Who may answer a text: one at a time, and no more often than a text may be tried."""

from typing import Final

import msgspec

from functions.domain.log.ids import HOUR

MOST_ATTEMPTS: Final = 5
"""For each text, whoever causes them: each may have the price of a whole reply."""
KEPT_MILLISECONDS: Final = 25 * HOUR
"""An hour longer than a text may be sent again under its id, so that attempts are never forgotten."""
CLOCKS_MILLISECONDS: Final = 10_000
"""By how much the clocks of two functions may differ."""


class Taken(msgspec.Struct, frozen=True):
    """It may be answered, and this is which attempt of all, from 1."""

    attempt: int


class Held(msgspec.Struct, frozen=True):
    """Somebody else is answering it."""


class Spent(msgspec.Struct, frozen=True):
    """It was tried as often as a text may be, and nobody is answering it any more."""


Lease = Taken | Held | Spent


class Standing(msgspec.Struct, frozen=True):
    """What is known of who answers a text. ``leased_until`` in epoch milliseconds."""

    holder: str
    attempts: int
    leased_until: int


def judge(standing: Standing, now: int) -> Held | Spent:
    """Return why a lease was not granted, by what stands; ``now`` in epoch milliseconds.

    Whoever holds it may be at the last attempt at this moment, also where it is the same invocation that was
    doubled: nothing is given up before its time is over.
    """
    return Held() if standing.leased_until > now else Spent()
