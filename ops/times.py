"""Times as people write them."""

import re
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

_EXAMPLES: Final = "10m, 2h30m, 3 days ago, yesterday 14:00, 2026-11-23T02:13, 2026-11-23T02:13:05Z"
_AMBIGUOUS: Final = re.compile(r"[\s\d-]{0,8}|.*/.*")
"""A number alone could be minutes, an hour or a year; ``2026-11`` and ``11/12`` could be several days."""


class TimeError(ValueError):
    """A text is no time, or a time zone is none; the message says what to type instead."""


def instant(text: str, *, zone: str = "UTC", now: datetime | None = None) -> int:
    """Return the epoch milliseconds of a time that is past, or present.

    Parameters
    ----------
    text
        A time (``2026-11-23T02:13``, ``yesterday 14:00``), or how long ago it was (``10m``, ``3 days ago``).
    zone
        The time zone of a time that says none.
    now
        The present; the clock's by default.

    Raises
    ------
    TimeError
        If it is no time, could be several, or is yet to come.
    """
    present = now or datetime.now(UTC)
    found = None if _AMBIGUOUS.fullmatch(text) else _parsed(text, zone, present)
    if found is None:
        raise TimeError(f"{text!r} is not a time: write for example {_EXAMPLES}")
    if found > present:
        raise TimeError(f"{text!r} is yet to come: it is {present:%Y-%m-%dT%H:%M:%SZ} now")
    return int(found.timestamp() * 1000)


def time_zone(name: str) -> ZoneInfo:
    """Return the time zone of a name; raises `TimeError` if there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise TimeError(
            f"{name!r} is not a time zone: write for example UTC, Europe/Berlin, Asia/Tokyo"
        ) from None


def _parsed(text: str, zone: str, present: datetime) -> datetime | None:
    import dateparser  # type: ignore[import-untyped]  # noqa: PLC0415 - it takes long to import, and help needs none

    settings: dict[str, Any] = {
        "TIMEZONE": zone,
        "RETURN_AS_TIMEZONE_AWARE": True,
        "PREFER_DATES_FROM": "past",
        "RELATIVE_BASE": present.astimezone(time_zone(zone)).replace(tzinfo=None),
        "DATE_ORDER": "YMD",
    }
    found: datetime | None = dateparser.parse(text, languages=["en"], settings=settings)
    return found
