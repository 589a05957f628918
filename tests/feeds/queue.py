"""A delivery queue in memory, and the worker that is given what waits in it."""

from typing import Any

from functions.aws.queueing import Queue
from functions.domain.refusals import Unavailable
from functions.handlers import deliverer
from functions.operations.feeds.deferring import Deferring
from functions.operations.feeds.working import Pace
from tests.feeds.scene import Scene
from tests.unit.operations.connections.connection_rows import Context

MOST_RECEIVED = 3
"""How often a message is given out before it is put aside, as the program has it."""


class MemoryQueue(Queue):
    """A queue whose messages are given out until they are done with.

    Attributes
    ----------
    waiting
        The messages, each with how long it waits before it is given out, in seconds.
    aside
        The messages that were given out too often.
    is_down
        Whether nothing can be put in.
    """

    def __init__(self) -> None:
        super().__init__(None, None, "https://sqs.us-east-1.amazonaws.com/1/deliveries", "us-east-1")
        self.waiting: list[tuple[str, int]] = []
        self.aside: list[str] = []
        self.is_down = False
        self._received: dict[str, int] = {}

    @property
    def deferring(self) -> Deferring:
        """What leaves posts for later in it."""
        return Deferring(self)

    def put(self, body: str, delay_seconds: int = 0) -> None:
        """Put a message in."""
        if self.is_down:
            raise Unavailable("500 of SendMessage")
        self.waiting.append((body, delay_seconds))

    def give_out(self, scene: Scene, *looks: int, pace: Pace | None = None) -> dict[str, Any]:
        """Give all that waits to the worker once; what it does not do waits again, or is put aside."""
        bodies = [body for body, _ in self.waiting]
        records = [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]
        answer = deliverer.handler(
            {"Records": records},
            Context(*looks),
            scene.stores,
            scene.log,
            scene.callbacks,
            self.deferring,
            pace or Pace(0),
            lambda: scene.now,
            lambda _: None,
        )
        failed = [bodies[int(each["itemIdentifier"])] for each in answer["batchItemFailures"]]
        self.waiting = self.waiting[len(bodies) :]
        for body in failed:
            self._received[body] = self._received.get(body, 0) + 1
            if self._received[body] == MOST_RECEIVED:
                self.aside.append(body)
            else:
                self.waiting.append((body, 0))
        return answer
