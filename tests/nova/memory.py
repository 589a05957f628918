"""The model in a test's own hands: it takes what the automaton lets through, and says what it is told to."""

import asyncio
import json
from collections.abc import Sequence

from tests.nova.fake.automaton import Automaton, Heard, Taken


class Stream:
    """One of its streams.

    Attributes
    ----------
    taken
        What it was told: audio, questions, and its end.
    """

    def __init__(self) -> None:
        self.automaton = Automaton()
        self.taken: list[Taken] = []
        self.closed = False
        self._coming: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()

    async def send(self, event: bytes, /) -> None:
        """Take an event."""
        taken = self.automaton.take(event)
        if taken is not None:
            self.taken.append(taken)

    async def receive(self) -> bytes | None:
        """Give what the test says."""
        said = await self._coming.get()
        if isinstance(said, Exception):
            raise said
        return said

    async def close(self) -> None:
        """Be closed."""
        self.closed = True
        self._coming.put_nowait(None)

    def say(self, *events: bytes) -> None:
        """Say something."""
        for each in events:
            self._coming.put_nowait(each)

    def fail(self, error: Exception | None = None) -> None:
        """End by itself: with an error, or as if it was cut."""
        self._coming.put_nowait(error)

    @property
    def heard(self) -> list[bytes]:
        """The audio that it heard, without the silence that nobody said."""
        return [each.audio for each in self.taken if isinstance(each, Heard) and any(each.audio)]


class Memory:
    """All of its streams, the oldest first, and whose voice each has.

    ``refusals`` come in the place of the next ones.
    """

    def __init__(self) -> None:
        self.streams: list[Stream] = []
        self.voices: list[str] = []
        self.refusals: list[Exception] = []

    async def connect(self, first: Sequence[bytes], /) -> Stream:
        """Open a stream."""
        if self.refusals:
            raise self.refusals.pop(0)
        stream = Stream()
        for each in first:
            await stream.send(each)
            start = json.loads(each)["event"].get("promptStart")
            if start is not None:
                self.voices.append(start["audioOutputConfiguration"]["voiceId"])
        self.streams.append(stream)
        return stream


class Hands:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self._now = 0.0
        self._sleeping: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        """Return the time."""
        return self._now

    async def sleep(self, seconds: float, /) -> None:
        """Wait until the test has passed so many seconds."""
        until = asyncio.get_running_loop().create_future()
        self._sleeping.append((self._now + seconds, until))
        await until

    async def passes(self, seconds: float) -> None:
        """Let time pass, and everybody do what they do in it."""
        end = self._now + seconds
        await settled()
        while due := [each for each in self._sleeping if each[0] <= end + 1e-9]:
            first = min(due, key=lambda each: each[0])
            self._sleeping.remove(first)
            self._now = max(self._now, first[0])
            if not first[1].done():
                first[1].set_result(None)
            await settled()
        self._now = end


async def settled() -> None:
    """Let everybody come as far as they can without waiting."""
    for _ in range(12):
        await asyncio.sleep(0)
