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
        self._changed = threading.Condition()
        self._alive: list[int] = []
        self._turn: int | None = None
        self._mine = threading.local()
        self._errors: list[BaseException] = []

    def run(self, *actions: Callable[[], None]) -> None:
        """Run all actions to their ends, each in a thread of its own; raise the first error of any."""
        threads = [
            threading.Thread(target=self._act, args=(number, action), daemon=True)
            for number, action in enumerate(actions)
        ]
        self._alive = list(range(len(actions)))
        self._errors = []
        with self._changed:
            self._pass_on()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._errors:
            raise self._errors[0]

    def pause(self, **_: Any) -> None:
        """Let another one run, perhaps; outside of `run`, do nothing. Takes what botocore's hooks give."""
        number = getattr(self._mine, "number", None)
        if number is None:
            return
        with self._changed:
            self._pass_on()
            self._changed.wait_for(lambda: self._turn == number)

    def pause_before(self, _attempt: int) -> None:
        """Let another one run instead of waiting before a further attempt."""
        self.pause()

    def follow(self, client: Any) -> None:
        """Pause before each request of a client, where races between functions are decided."""
        client.meta.events.register("before-call", self.pause)

    def _act(self, number: int, action: Callable[[], None]) -> None:
        self._mine.number = number
        with self._changed:
            self._changed.wait_for(lambda: self._turn == number)
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            self._errors.append(error)
        finally:
            with self._changed:
                self._alive.remove(number)
                self._pass_on()

    def _pass_on(self) -> None:
        self._turn = self._random.choice(self._alive) if self._alive else None
        self._changed.notify_all()
