"""An engine that says back what it hears, at once, and whatever else a test has it say."""

import asyncio
from collections.abc import AsyncIterator

from functions.domain.replies.prompt import Role
from functions.domain.voice.said import Opening, Said, Spoke, Transcribed, TurnEnded


class FakeStream:
    """A stream that keeps what it heard, and gives what it is told to."""

    sample_rate = 16_000

    def __init__(self, *, echoes: bool) -> None:
        self._echoes = echoes
        self._said: asyncio.Queue[Said | None] = asyncio.Queue()
        self.heard: list[bytes] = []
        self.is_closed = False
        self.hearing_fault: Exception | None = None
        self.last_words: tuple[Said, ...] = ()
        """What it says when it is closed."""

    async def hear(self, audio: bytes) -> None:
        """Hear a piece, and say it back."""
        await asyncio.sleep(0.001)
        if self.hearing_fault is not None:
            raise self.hearing_fault
        if self.is_closed:
            return
        self.heard.append(audio)
        if self._echoes:
            self.say(Spoke(audio))

    def say(self, *said: Said) -> None:
        """Have it say something."""
        for each in said:
            self._said.put_nowait(each)

    def say_turn(self, role: Role, text: str) -> None:
        """Have one side say something, and be done."""
        self.say(Transcribed(role, text, final=True), TurnEnded(role))

    def break_off(self) -> None:
        """End as no stream should: without a word."""
        self._said.put_nowait(None)

    async def said(self) -> AsyncIterator[Said]:
        """Give what is said."""
        while (said := await self._said.get()) is not None:
            yield said

    async def close(self) -> None:
        """Hear and say no more."""
        if not self.is_closed:
            self.say(*self.last_words)
        self.is_closed = True
        self._said.put_nowait(None)


class FakeEngine:
    """Opens such streams.

    Attributes
    ----------
    streams
        All that were opened.
    openings
        What each was opened with.
    faults
        Faults to raise, one for each opening, first first. None raises nothing.
    """

    model = "fake"

    def __init__(self, *, echoes: bool = True) -> None:
        self._echoes = echoes
        self.streams: list[FakeStream] = []
        self.openings: list[Opening] = []
        self.faults: list[BaseException | None] = []

    async def open(self, opening: Opening) -> FakeStream:
        """Open a stream, or raise the next fault."""
        await asyncio.sleep(0.05)
        if self.faults and (fault := self.faults.pop(0)):
            raise fault
        self.openings.append(opening)
        self.streams.append(FakeStream(echoes=self._echoes))
        return self.streams[-1]

    @property
    def heard(self) -> list[bytes]:
        """All that was heard, by whichever stream, one stream after the other."""
        return [audio for stream in self.streams for audio in stream.heard]
