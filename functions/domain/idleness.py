"""What the sweeper makes of a connection that has been idle, before it asks the gateway."""

from enum import StrEnum, auto
from typing import Final

from functions.domain.decisions import CONNECTION_SECONDS

ASK_AFTER_SECONDS: Final = 3_600
LOST_AFTER_SECONDS: Final = CONNECTION_SECONDS + 600
"""Longer than any connection lives, with ten minutes for clocks and late events."""


class Verdict(StrEnum):
    """What to do about a connection."""

    ASK = auto()
    """The gateway knows more: it sees pings, which are no events."""
    CLOSE = auto()
    """Its token has expired."""
    LOSE = auto()
    """It cannot exist any more, whatever the gateway says."""


def verdict(last_activity: int, token_expires_at: int | None, *, now: int) -> Verdict:
    """Return what to do about a connection that is idle and has not ended.

    Parameters
    ----------
    last_activity, now
        Epoch milliseconds.
    token_expires_at
        Epoch seconds, None if it is not known.
    """
    if now - last_activity > LOST_AFTER_SECONDS * 1000:
        return Verdict.LOSE
    if token_expires_at is not None and token_expires_at * 1000 <= now:
        return Verdict.CLOSE
    return Verdict.ASK
