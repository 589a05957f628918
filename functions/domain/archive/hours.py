"""The hours of the archive: when one is closed, what its objects are called, how far the archive has come."""

from datetime import UTC, datetime
from typing import Final

import msgspec

from functions.names import ARCHIVE_EVENTS

HOUR: Final = 3_600_000
DAY: Final = 86_400_000
SETTLED: Final = 15 * 60_000
"""How long after its end an hour is closed: by then its late writers have written, and the index shows it."""
WATERMARK: Final = f"{ARCHIVE_EVENTS}_watermark.json"
"""The key of how far the archive has come; Athena reads no object whose name begins with an underscore."""


class Watermark(msgspec.Struct, frozen=True):
    """How far the archive has come: ends of hours, epoch milliseconds.

    Attributes
    ----------
    archived
        All that arrived earlier is in the archive.
    checked
        All that arrived earlier was counted again, a day after its hour was closed at the soonest.
    """

    archived: int
    checked: int


def closed_until(now: int) -> int:
    """Return the end of the last hour that is closed, such as 02:00 at 02:20 and 01:00 at 02:10."""
    return hour_of(now - SETTLED)


def hour_of(at: int) -> int:
    """Return the start of a time's hour, both in epoch milliseconds."""
    return at - at % HOUR


def beginning(now: int, retention_seconds: int) -> Watermark:
    """Return where an archive begins that has no watermark yet: with the oldest that the log may have."""
    oldest = hour_of(max(0, now - retention_seconds * 1000))
    return Watermark(oldest, oldest)


def stem_of(hour: int) -> str:
    """Return what the keys of an hour's objects begin with, ``events/dt=2026-11-23/05``."""
    return datetime.fromtimestamp(hour // 1000, UTC).strftime(f"{ARCHIVE_EVENTS}dt=%Y-%m-%d/%H")


def key_of(hour: int, shard: int | None = None) -> str:
    """Return the key of an hour's object, ``events/dt=2026-11-23/05.jsonl.gz``.

    Parameters
    ----------
    hour
        Its start, epoch milliseconds.
    shard
        The shard of the log's index, where the hour has too many events for one object: ``05-07.jsonl.gz``.
    """
    return f"{stem_of(hour)}{'' if shard is None else f'-{shard:02d}'}.jsonl.gz"
