"""An event loop whose time passes only where everybody waits: an hour takes as long as what is done in it."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

BEGAN: int = 1_790_000_000_000 - 1_790_000_000_000 % 60_000 + 20_000
"""When each loop begins, epoch milliseconds: 20 s after the beginning of a minute."""
MOST_SECONDS = 4 * 3600.0
"""Longer than anything lasts that is tested: what hangs is found by it."""

_Result = TypeVar("_Result")


class _Selector(selectors.SelectSelector):
    """Waits for nothing: the time that it would wait has passed."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise AssertionError("everybody waits for ever")
        self.passed += max(0.0, timeout)
        if self.passed > MOST_SECONDS:
            raise AssertionError("it never ends")
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop of a virtual clock."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        """Return the seconds that have passed."""
        return self._virtual.passed


def now() -> int:
    """Return the time of the running loop, epoch milliseconds."""
    return BEGAN + round(asyncio.get_running_loop().time() * 1_000)


def played(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Run something to its end in a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
