"""Works off the delivery queue: posts what waits there, at the pace that the gateway's quota allows.

A job may come twice, and may end half-way: whoever has been posted to is posted to again. A feed's clients
show each number once; a push may come twice, as any push.
"""

import time
from collections.abc import Callable
from typing import Any

import msgspec

from functions.aws.feeds.stores import FeedStores
from functions.aws.gateway.callbacks import Posted
from functions.aws.logs import write_line
from functions.domain.feeds.contents import messages_of
from functions.domain.feeds.feeds import Subscriber, name_of
from functions.domain.feeds.jobs import MOST_ATTEMPTS, Job, PoisonError, Push, again, parse
from functions.domain.frames.feed_frames import Message
from functions.domain.log.events import Event
from functions.domain.refusals import Fault, Unavailable
from functions.names import LINE_DELIVER_QUEUED
from functions.operations.feeds.deferring import Deferring
from functions.operations.feeds.posting import Poster

_RESERVE_MILLISECONDS = 15_000
"""What is left to put back what was not begun, after a post that takes long."""


class Pace:
    """Lets posts begin no closer together than an interval.

    Parameters
    ----------
    seconds
        The interval.
    clock, sleep
        Tell and pass the time, in seconds.
    """

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._sleep = sleep
        self._next = 0.0

    def wait(self) -> None:
        """Wait until the next post may begin."""
        now = self._clock()
        if now < self._next:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + self._seconds


class Outcome(msgspec.Struct):
    """What became of the recipients of some jobs."""

    delivered: int = 0
    gone: int = 0
    failed: int = 0
    deferred: int = 0


class Worker(msgspec.Struct, frozen=True):
    """What jobs are done with, in one invocation; the poster keeps the pace."""

    stores: FeedStores
    poster: Poster
    deferring: Deferring
    now: Callable[[], int]
    remaining_milliseconds: Callable[[], int]

    def work(self, records: list[dict[str, Any]], invocation_id: str) -> dict[str, Any]:
        """Do the jobs of some messages; return those that were not done, which the queue gives out again.

        After a few times it puts them aside: what is no job at all, and recipients that were always busy.
        """
        outcome, failures = Outcome(), []
        for record in records:
            ids = {"correlation_id": invocation_id, "queued_id": record["messageId"]}
            try:
                self._do(parse(record["body"]), outcome)
            except PoisonError as poison:
                self._fail(ids, str(poison), Fault.SERVER)
            except Unavailable as unavailable:
                self._fail(ids, unavailable.problem, unavailable.fault)
            else:
                continue
            failures.append({"itemIdentifier": record["messageId"]})
        counts = msgspec.to_builtins(outcome)
        write_line(LINE_DELIVER_QUEUED, correlation_id=invocation_id, jobs=len(records), **counts)
        return {"batchItemFailures": failures}

    def _fail(self, ids: dict[str, Any], problem: str, fault: Fault | None) -> None:
        write_line("not_worked_off", **ids, problem=problem, fault=fault)

    def _do(self, job: Job, outcome: Outcome) -> None:
        """Post to the recipients of a job; those that are busy, or that there is no time for, wait again."""
        event = self._event_of(job)
        busy: list[Subscriber] = []
        for index, to in enumerate(job.to):
            if self.remaining_milliseconds() <= _RESERVE_MILLISECONDS:
                rest = job.to[index:]
                self.deferring.put(msgspec.structs.replace(job, to=rest))
                outcome.deferred += len(rest)
                break
            match self._post(job, event, to):
                case Posted.DELIVERED:
                    outcome.delivered += 1
                case Posted.GONE:
                    outcome.gone += 1
                case Posted.BUSY:
                    busy.append(to)
                case _:
                    outcome.failed += 1
        if busy:
            self._defer(job, tuple(busy), outcome)

    def _defer(self, job: Job, busy: tuple[Subscriber, ...], outcome: Outcome) -> None:
        if job.attempt >= MOST_ATTEMPTS and len(busy) == len(job.to):
            problem = f"{len(busy)} recipients were busy {job.attempt} times"
            raise StillBusy(problem)
        self.deferring.put(again(job, busy))
        outcome.deferred += len(busy)

    def _event_of(self, job: Job) -> Event | None:
        if isinstance(job, Push):
            return None
        pointer = job.pointer
        key = (pointer.connection_id, pointer.event_id)
        return self.stores.events.of([pointer], self.now()).get(key)

    def _post(self, job: Job, event: Event | None, to: Subscriber) -> Posted | None:
        if isinstance(job, Push):
            return self.poster.try_frame(to, job.frame.encode())
        messages = messages_of(name_of(job.feed), job.pointer, event, to.user_id)
        return self.poster.try_post(to, (Message(data=message) for message in messages))


class StillBusy(Unavailable):
    """Recipients were busy in every attempt: nothing of ours has failed."""

    fault = None
