"""Seconds that pass for threads only while all of them wait: one runs at a time, who wakes first goes on."""

import threading
from collections.abc import Callable
from heapq import heappop, heappush


class VirtualTime:
    """A clock of which no second is spent.

    Who waits until the same moment goes on in the order of waiting, so that every run is the same.
    """

    def __init__(self) -> None:
        self._now = 0.0
        self._due: list[tuple[float, int, threading.Semaphore]] = []
        self._waits = 0
        self._errors: list[BaseException] = []

    def clock(self) -> float:
        """Return the seconds since the beginning."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let the others act until so many seconds have passed; only within `run`."""
        gate = self._wait(seconds)
        self._pass_on()
        gate.acquire()

    def run(self, *actions: Callable[[], None]) -> None:
        """Begin all actions at this moment, in their order, and end with the last; raise the first error."""
        threads = [
            threading.Thread(target=self._act, args=(action, self._wait(0)), daemon=True)
            for action in actions
        ]
        for thread in threads:
            thread.start()
        self._pass_on()
        for thread in threads:
            thread.join()
        if self._errors:
            raise self._errors[0]

    def _act(self, action: Callable[[], None], gate: threading.Semaphore) -> None:
        gate.acquire()
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            self._errors.append(error)
        finally:
            self._pass_on()

    def _wait(self, seconds: float) -> threading.Semaphore:
        gate = threading.Semaphore(0)
        self._waits += 1
        heappush(self._due, (self._now + seconds, self._waits, gate))
        return gate

    def _pass_on(self) -> None:
        if self._due:
            self._now, _, gate = heappop(self._due)
            gate.release()
