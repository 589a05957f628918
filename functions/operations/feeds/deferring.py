"""Leaves posts for later: in the delivery queue, where a stack has one."""

from collections.abc import Sequence
from typing import Final

import msgspec

from functions.aws.logs import warn
from functions.aws.queueing import Queue
from functions.domain.feeds.feeds import Pointer, Subscriber
from functions.domain.feeds.jobs import MOST_RECIPIENTS, Job, Push, Tell, delay_seconds, encode
from functions.domain.refusals import Unavailable


class Deferring(msgspec.Struct, frozen=True):
    """What posts wait in; without a queue nothing is left for later."""

    queue: Queue | None = None

    @property
    def is_possible(self) -> bool:
        """Whether anything can be left for later."""
        return self.queue is not None

    def tell(self, feed: str, pointer: Pointer, to: Sequence[Subscriber]) -> int:
        """Have a number of a feed posted later; return how many recipients wait for it.

        What does not get into the queue is healed by resume.
        """
        return sum(
            self._try(Tell(feed, pointer, tuple(to[start : start + MOST_RECIPIENTS]), attempt=1))
            for start in range(0, len(to), MOST_RECIPIENTS)
        )

    def push(self, frame: bytes, to: Sequence[Subscriber], *, attempt: int = 0) -> int:
        """Have a frame posted later; return how many recipients wait for it."""
        return sum(
            self._try(Push(frame.decode(), tuple(to[start : start + MOST_RECIPIENTS]), attempt))
            for start in range(0, len(to), MOST_RECIPIENTS)
        )

    def put(self, job: Job) -> None:
        """Have a job done later; may raise `Unavailable`."""
        if self.queue is not None:
            self.queue.put(encode(job), delay_seconds(job))

    def _try(self, job: Job) -> int:
        if self.queue is None:
            return 0
        try:
            self.put(job)
        except Unavailable as unavailable:
            warn("not_deferred", unavailable, recipients=len(job.to))
            return 0
        return len(job.to)


NOTHING_LATER: Final = Deferring()
"""Without a queue."""
