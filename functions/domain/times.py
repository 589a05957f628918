"""Times for people: ISO 8601 in UTC, with milliseconds and Z."""

from datetime import UTC, datetime


def iso(at: int) -> str:
    """Return the text of a time in epoch milliseconds, ``2026-11-23T05:12:00.000Z``."""
    seconds, milliseconds = divmod(at, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{milliseconds:03d}Z"
