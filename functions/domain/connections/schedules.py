"""What the schedule tells the sweeper: the time of the run, how long is idle, and when the next run is."""

from datetime import datetime
from typing import Annotated, Final

import msgspec

from functions.domain.connections.idleness import ASK_AFTER_SECONDS
from functions.domain.connections.requests import IdleSeconds

_PLACEHOLDER: Final = "<aws.scheduler.scheduled-time>"

EARLY_SECONDS: Final = 300
"""How far a run may be ahead of the present, as clocks differ: half the grace before a silent connection is
lost. A run of next year would find every connection dead."""
LATE_SECONDS: Final = 86_400
"""How far a run may be behind: a retry has the time of the run that it repeats."""


class Run(msgspec.Struct, frozen=True):
    """One run of the sweeper: its time in epoch milliseconds."""

    at: int
    idle_seconds: int
    every_minutes: int = 5


class _Input(msgspec.Struct, frozen=True, rename="camel"):
    time: str
    idle_seconds: IdleSeconds = ASK_AFTER_SECONDS
    every_minutes: Annotated[int, msgspec.Meta(ge=1, le=1_440)] = 5


def parse(event: object, now: int) -> Run:
    """Return the run that a schedule asks for: ``{"time": "2026-11-23T05:00:00Z"}``, and two numbers.

    A placeholder that was not filled in, as by the embedded AWS, stands for the present.

    Raises
    ------
    msgspec.ValidationError
        If it is not the schedule's input, or of another time than about the present.
    """
    given = msgspec.convert(event, _Input)
    if given.time == _PLACEHOLDER:
        return Run(now, given.idle_seconds, given.every_minutes)
    time = msgspec.convert(given.time, Annotated[datetime, msgspec.Meta(tz=True)])
    at = int(time.timestamp() * 1000)
    if not now - LATE_SECONDS * 1000 <= at <= now + EARLY_SECONDS * 1000:
        msg = f"the run of {given.time} is not of the present, but for 5 minutes ahead and a day behind"
        raise msgspec.ValidationError(msg)
    return Run(at, given.idle_seconds, given.every_minutes)
