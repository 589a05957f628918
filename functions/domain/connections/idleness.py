"""What the sweeper makes of a connection that has been idle, before it asks the gateway."""

from enum import StrEnum, auto
from typing import Final

from functions.domain.identity.identity import has_expired
from functions.domain.limits import LOST_AFTER_SECONDS

ASK_AFTER_SECONDS: Final = 3_600


def due_since(last_activity: int, token_expires_at: int | None) -> int:
    """Return when a connection's idleness would have to begin for the usual sweep to come in time.

    The sweeper's one index is in this order: by the last activity, or by an hour before the identity expires
    if that is earlier. For example, a connection that was active at 08:50 and whose token expires at 09:00
    stands at 08:00, so the sweep at 09:00 finds it among those that were idle for an hour. All in epoch
    milliseconds, but for the expiry in seconds.
    """
    if token_expires_at is None:
        return last_activity
    return max(0, min(last_activity, (token_expires_at - ASK_AFTER_SECONDS) * 1000))


class Verdict(StrEnum):
    """What to do about a connection."""

    ASK = auto()
    """The gateway knows more: it sees pings, which are not recorded as events."""
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
    if has_expired(token_expires_at, now=now):
        return Verdict.CLOSE
    return Verdict.ASK
