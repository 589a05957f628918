"""The engine that echoes: people hear themselves. It costs nothing and is no model."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping

from functions.domain.refusals import Unavailable
from functions.domain.voice.echoing import Echoing, Way, way_of
from functions.domain.voice.problems import CannotSpeakError
from functions.domain.voice.said import Broken, Failure, Opening, Said


class Echo:
    """Opens streams that echo; `functions.domain.voice.echoing` says what each voice does."""

    model = "echo"

    async def open(self, opening: Opening, /) -> "EchoStream":
        """Open a stream, unless its voice is one that cannot be opened."""
        match way_of(opening):
            case Way.UNAVAILABLE:
                raise Unavailable("the echo is to be unavailable")
            case Way.REJECTED:
                raise CannotSpeakError(Failure.REJECTED, "the echo is to be rejected")
            case _:
                return EchoStream(opening)


class EchoStream:
    """One conversation with an echo, by the clock of its event loop."""

    def __init__(self, opening: Opening) -> None:
        self.sample_rate = opening.sample_rate
        self._echoing = Echoing(opening)
        self._ready: deque[Said] = deque()
        self._changed = asyncio.Event()
        self._has_ended = False

    async def hear(self, audio: bytes, /) -> None:
        """Take the next piece of the person's audio."""
        if not self._has_ended:
            self._take(self._echoing.heard(audio, _now()))

    def said(self) -> AsyncIterator[Said]:
        """Give what comes of it: an object and no generator, which could not be cancelled and go on."""
        return self

    def __aiter__(self) -> "EchoStream":
        return self

    async def __anext__(self) -> Said:
        while not self._ready:
            if self._has_ended:
                raise StopAsyncIteration
            await self._wait()
        return self._ready.popleft()

    async def close(self) -> None:
        """Give the words of what is under way, and end."""
        if not self._has_ended:
            self._take(self._echoing.last_words())
            self._has_ended = True

    async def _wait(self) -> None:
        """Wait until something has changed or is due. Nothing is taken from it here: it may be cancelled."""
        self._changed.clear()
        try:
            async with asyncio.timeout_at(self._echoing.due_at):
                await self._changed.wait()
        except TimeoutError:
            self._take(self._echoing.passed(_now()))

    def _take(self, said: list[Said]) -> None:
        for each in said:
            self._ready.append(each)
            self._has_ended |= isinstance(each, Broken)
        self._changed.set()


def engine_of(_environment: Mapping[str, str], /) -> Echo:
    """Return the engine; it has no settings."""
    return Echo()


def _now() -> float:
    return asyncio.get_running_loop().time()
