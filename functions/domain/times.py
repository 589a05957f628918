"""Times for people: ISO 8601 in UTC, with milliseconds and Z."""

from datetime import UTC, datetime
from typing import Final

LATEST: Final = 253_402_300_799_999
"""Epoch milliseconds: the year 9999 ends. No calendar that the read models use has a later minute."""


def iso(at: int) -> str:
    """Return the text of a time in epoch milliseconds, ``2026-11-23T05:12:00.000Z``.

    A time that the calendar does not have, such as the expiry of a token that never expires, is shown as the
    nearest that it has: ``9999-12-31T23:59:59.999Z``.
    """
    seconds, milliseconds = divmod(min(max(at, 0), LATEST), 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{milliseconds:03d}Z"
