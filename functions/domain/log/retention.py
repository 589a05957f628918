"""How long what a connection leaves is kept: decided once, when it opens, and the same for all of it."""

from typing import Final

DAY_SECONDS: Final = 86_400


def expiry(connected_at: int, retention_seconds: int) -> int:
    """Return when the events and rows of a connection expire, in epoch seconds.

    Asked once, by who opens the connection: an event that expired before another of its connection would
    leave a history that is not true, such as a connection that was opened and never closed. So the answer
    travels with the connection, and only where it is missing is the setting of the day asked again.

    Parameters
    ----------
    connected_at
        When it was opened, epoch milliseconds.
    retention_seconds
        How long the stack keeps events.
    """
    return connected_at // 1000 + retention_seconds


def expiry_of(given: int | None, connected_at: int, retention_seconds: int) -> int:
    """Return when what an open connection leaves expires, in epoch seconds.

    Parameters
    ----------
    given
        What was decided when it opened and travelled with it; None for a connection of an earlier release.
    connected_at, retention_seconds
        As for `expiry`, which is asked again where nothing travelled.
    """
    return expiry(connected_at, retention_seconds) if given is None else given


def days_kept(since: int, expires_at: int) -> int:
    """Return for how many days something is kept, rounded up: all of one connection is kept for as many.

    Parameters
    ----------
    since
        When its connection was opened, or it happened, which is less than a day later: epoch milliseconds.
    expires_at
        When it expires, epoch seconds.
    """
    return -((since // 1000 - expires_at) // DAY_SECONDS)
