"""A person who speaks in numbered pieces, waits for each answer, and counts what came back."""

import asyncio
import time
from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from functions.aws.voice.engines.engine import SpeechStream
from functions.domain.replies.prompt import Role
from functions.domain.voice.said import Broken, Interrupted, Said, Spoke, Transcribed, TurnEnded

RATE: Final = 16_000
PIECE: Final = 1_600
"""Samples of a piece: 100 ms."""
PACE: Final = 0.01
"""Seconds between two pieces: ten times as fast as anybody speaks."""
SOON: Final = 20.0


def piece(number: int) -> bytes:
    """Return a piece of sound that has a number."""
    return array("h", [number] * 3 + [8_000] * (PIECE - 3)).tobytes()


@dataclass(frozen=True)
class Faster:
    """A clock by which minutes pass in seconds."""

    times: float

    def now(self) -> float:
        """Return the time."""
        return time.monotonic() * self.times

    async def sleep(self, seconds: float, /) -> None:
        """Wait, but not for so long."""
        await asyncio.sleep(seconds / self.times)


SILENCE: Final = bytes(2 * PIECE)


@dataclass
class Speaker:
    """Who speaks, and listens.

    Attributes
    ----------
    stalls
        For each utterance, the seconds from its last piece to the first of the answer.
    longest_pause
        The most seconds between two pieces: more than was meant, where the machine halts.
    """

    stream: SpeechStream
    said: list[Said] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    stalls: list[float] = field(default_factory=list)
    longest_pause: float = 0.0

    async def listen(self) -> None:
        """Remember all that is said."""
        async for each in self.stream.said():
            self.said.append(each)

    async def utter(self, pieces: int) -> None:
        """Say so many pieces, and be silent until they are answered."""
        begin = len(self.said)  # a machine that halts in mid-sentence makes a pause, and is answered
        for _ in range(pieces):
            self.sent.append(1_001 + len(self.sent))
            await self.hear(piece(self.sent[-1]))
        await self.answered(begin)

    async def answered(self, begin: int | None = None) -> None:
        """Be silent until the assistant has said something, and has ended its turn."""
        begin, stopped, first = len(self.said) if begin is None else begin, time.monotonic(), 0.0
        while TurnEnded(Role.ASSISTANT) not in self.said[begin:]:
            assert time.monotonic() < stopped + SOON, [type(each) for each in self.said[begin:]]
            await self.hear(SILENCE)
            if not first and any(isinstance(each, Spoke) for each in self.said[begin:]):
                first = time.monotonic()
        self.stalls.append(first - stopped)

    async def hear(self, audio: bytes) -> None:
        """Say a piece, in its time."""
        await self.stream.hear(audio)
        before = time.monotonic()
        await asyncio.sleep(PACE)
        self.longest_pause = max(self.longest_pause, time.monotonic() - before)

    def words(self, role: Role) -> Counter[int]:
        """Return how often each number was said, in turns that nobody broke into."""
        counted: Counter[int] = Counter()
        turn: list[str] = []
        for each in self.said:
            match each:
                case Transcribed(role=by, text=text, final=True) if by is role:
                    turn += text.split()
                case TurnEnded(role=by) if by is role:
                    counted.update(int(word) for word in turn if word.isdigit())
                    turn = []
                case Interrupted() if role is Role.ASSISTANT:
                    turn = []
        return counted

    @property
    def broken(self) -> list[Broken]:
        """Return how it broke."""
        return [each for each in self.said if isinstance(each, Broken)]

    def assert_each_once(self) -> None:
        """Hold that every piece was understood once and answered once."""
        once = Counter(self.sent)
        assert self.words(Role.USER) == once
        assert self.words(Role.ASSISTANT) == once
