"""Does several things at a time, and stops all of them together; what fails in one is not passed over."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Working:
    """What goes on in the background of one invocation.

    Parameters
    ----------
    fail
        Is given what one of them raised.

    Attributes
    ----------
    fault
        What was raised first, if anything.
    """

    def __init__(self, fail: Callable[[BaseException], None]) -> None:
        self._fail = fail
        self._tasks: set[asyncio.Task[Any]] = set()
        self.fault: BaseException | None = None

    def begin(self, work: Coroutine[Any, Any, Any]) -> None:
        """Begin something."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def stop(self) -> None:
        """Stop all that goes on."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or (fault := task.exception()) is None:
            return
        self.fault = self.fault or fault
        self._fail(fault)
