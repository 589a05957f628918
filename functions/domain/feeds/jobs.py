"""What waits in the delivery queue: frames that connections are to be posted, and how often it was tried."""

from typing import Annotated, Final

import msgspec

from functions.domain.feeds.feeds import Pointer, Subscriber

MOST_RECIPIENTS: Final = 100
"""Connections of one job: with the longest frame it is far below what a queue takes."""
MOST_ATTEMPTS: Final = 6
"""After them a job is not put back: the queue gives it out three times, and puts it aside.

The last of them begins some five minutes after the first. With the usual timeout of the worker, the queue
puts the job aside 18 minutes after that.
"""
_FIRST_SECONDS: Final = 5
_LONGEST_SECONDS: Final = 120

_Recipients = Annotated[tuple[Subscriber, ...], msgspec.Meta(min_length=1)]


class Tell(msgspec.Struct, frozen=True, tag="tell", forbid_unknown_fields=True):
    """Post what a number of a feed says. The event is read when it is posted: nothing of it waits here."""

    feed: str
    pointer: Pointer
    to: _Recipients
    attempt: int = 0


class Push(msgspec.Struct, frozen=True, tag="push", forbid_unknown_fields=True):
    """Post a frame of a service's own, as JSON."""

    frame: str
    to: _Recipients
    attempt: int = 0


Job = Tell | Push


class PoisonError(ValueError):
    """What is in the queue is no job."""


def encode(job: Job) -> str:
    """Return the text of a job."""
    return msgspec.json.encode(job).decode()


def parse(body: str) -> Job:
    """Return the job that a text holds; raises `PoisonError` if it holds none."""
    try:
        job: Job = msgspec.json.decode(body.encode(), type=Job)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as problem:
        raise PoisonError(str(problem)) from None
    return job


def again(job: Job, busy: tuple[Subscriber, ...]) -> Job:
    """Return the job that is left where some recipients were busy."""
    return msgspec.structs.replace(job, to=busy, attempt=job.attempt + 1)


def delay_seconds(job: Job) -> int:
    """Return how long a job waits before it is tried: longer each time."""
    return min(_FIRST_SECONDS << job.attempt - 1, _LONGEST_SECONDS) if job.attempt else 0
