"""Concurrency that can be repeated: threads of which one runs at a time, the next drawn from a seed."""

import threading
from collections.abc import Callable
from random import Random
from typing import Any


class Turns:
    """Hands the turn from thread to thread wherever one of them pauses.

    Parameters
    ----------
    seed
        Decides whose turn is next: the same seed and the same actions give the same interleaving.
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - no secret, and it must repeat
        self._gates: list[threading.Semaphore] = []
        self._alive: list[int] = []
        self._mine = threading.local()
        self._errors: list[BaseException] = []

    def run(self, *actions: Callable[[], None]) -> None:
        """Run all actions to their ends, each in a thread of its own; raise the first error of any."""
        threads = [
            threading.Thread(target=self._act, args=(number, action), daemon=True)
            for number, action in enumerate(actions)
        ]
        self._alive = list(range(len(actions)))
        self._gates = [threading.Semaphore(0) for _ in actions]
        self._errors = []
        for thread in threads:
            thread.start()
        self._pass_on(None)
        for thread in threads:
            thread.join()
        if self._errors:
            raise self._errors[0]

    def pause(self, **_: Any) -> None:
        """Let another one run, perhaps; outside of `run`, do nothing. Takes what botocore's hooks give."""
        number = getattr(self._mine, "number", None)
        if number is not None and self._pass_on(number):
            self._gates[number].acquire()

    def pause_before(self, _attempt: int) -> None:
        """Let another one run instead of waiting before a further attempt."""
        self.pause()

    def follow(self, client: Any) -> None:
        """Pause before each request of a client, where races between functions are decided."""
        client.meta.events.register("before-call", self.pause)

    def _act(self, number: int, action: Callable[[], None]) -> None:
        self._mine.number = number
        self._gates[number].acquire()
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            self._errors.append(error)
        finally:
            self._alive.remove(number)
            self._pass_on(number)

    def _pass_on(self, number: int | None) -> bool:
        """Draw whose turn is next; tell whether it is another's, who is then let go alone."""
        following = self._random.choice(self._alive) if self._alive else number
        if following is None or following == number:
            return False
        self._gates[following].release()
        return True
