"""What time it is for a stream, and how it waits; another one lets a test pass minutes at once."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Seconds that only go forward."""

    def now(self) -> float:
        """Return the time, in seconds since some moment."""
        ...

    async def sleep(self, seconds: float, /) -> None:
        """Wait for so many seconds."""
        ...


class Monotonic:
    """The machine's own clock."""

    def now(self) -> float:
        """Return the time since the machine was started, in seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float, /) -> None:
        """Wait for so many seconds."""
        await asyncio.sleep(seconds)
