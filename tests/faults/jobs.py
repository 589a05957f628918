"""The delivery queue of a world: what waits in it is given out in any order, and again until it is done."""

from collections.abc import Callable
from random import Random
from typing import Final

from functions.aws.queueing import Queue
from functions.domain.refusals import Unavailable
from tests.faults.kinds import Fault, Faults

_MOST: Final = 3
"""Jobs of one batch."""
_URL: Final = "https://sqs.us-east-1.amazonaws.com/1/deliveries"


class Jobs(Queue):
    """A queue that gives out at least once, and keeps no order.

    Attributes
    ----------
    waiting
        The jobs by their ids.
    """

    def __init__(self, faults: Faults, random: Random, number: Callable[[], int]) -> None:
        super().__init__(None, None, _URL, "us-east-1")
        self.waiting: dict[str, str] = {}
        self._faults = faults
        self._random = random
        self._number = number

    def put(self, body: str, delay_seconds: int = 0) -> None:  # noqa: ARG002 - as a queue has it
        """Put a job in; however long it is to wait, it may be given out at any time."""
        if self._faults.happens(Fault.NOT_QUEUED):
            problem = "500 of SendMessage"
            raise Unavailable(problem)
        self.waiting[f"q{self._number()}"] = body

    def given_out(self) -> dict[str, str]:
        """Return some jobs, which nobody else is given meanwhile."""
        ids = self._random.sample([*self.waiting], min(_MOST, len(self.waiting)))
        return {id_: self.waiting.pop(id_) for id_ in ids}

    def taken_back(self, jobs: dict[str, str]) -> None:
        """Have jobs wait again."""
        self.waiting |= jobs
