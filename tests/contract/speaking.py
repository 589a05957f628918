"""What a test says to a stream of speech, and how it listens."""

import asyncio
import math
from array import array
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from functions.aws.voice.engines.engine import SpeechStream
from functions.domain.replies.prompt import Role
from functions.domain.voice.said import Interrupted, Opening, Said, Spoke, Transcribed, TurnEnded

RATE: Final = 16_000
FRAME_SECONDS: Final = 0.1
SOON: Final = 4.0
"""Seconds in which whatever is waited for has to come: a test has five."""


def opening(**changes: Any) -> Opening:
    """Return an opening as it mostly is."""
    return Opening(**{"sample_rate": RATE, **changes})


def sound(seconds: float = FRAME_SECONDS, rate: int = RATE, hertz: float = 440.0) -> bytes:
    """Return a tone."""
    turn = math.tau * hertz / rate
    return array("h", [round(8_000 * math.sin(turn * at)) for at in range(round(seconds * rate))]).tobytes()


def silence(seconds: float = FRAME_SECONDS, rate: int = RATE) -> bytes:
    """Return silence."""
    return bytes(2 * round(seconds * rate))


async def hear(stream: SpeechStream, audio: bytes, rate: int = RATE) -> None:
    """Give it audio, frame by frame, each of which it takes within a second."""
    size = round(FRAME_SECONDS * rate) * 2
    for at in range(0, len(audio), size):
        async with asyncio.timeout(1):
            await stream.hear(audio[at : at + size])


class Listener:
    """Somebody who asks a stream for what it says, and remembers it."""

    def __init__(self, stream: SpeechStream) -> None:
        self.said: list[Said] = []
        self._coming: AsyncIterator[Said] = stream.said()

    async def until(self, enough: Callable[[list[Said]], bool]) -> list[Said]:
        """Listen until enough was said, which is returned from there on."""
        before = len(self.said)
        async with asyncio.timeout(SOON):
            while not enough(self.said[before:]):
                self.said.append(await anext(self._coming))
        return self.said[before:]

    async def to_its_end(self) -> list[Said]:
        """Listen until nothing more comes."""
        async with asyncio.timeout(SOON):
            async for each in self._coming:
                self.said.append(each)
        return self.said


def ended(*roles: Role) -> Callable[[list[Said]], bool]:
    """Tell whether these turns have ended."""
    return lambda said: {TurnEnded(role) for role in roles} <= set(said)


def speaks(said: list[Said]) -> bool:
    """Tell whether audio has come."""
    return any(isinstance(each, Spoke) for each in said)


def is_interrupted(said: list[Said]) -> bool:
    """Tell whether the assistant was broken into."""
    return Interrupted() in said


def words(said: list[Said], role: Role) -> str:
    """Return the final words of a side."""
    return "".join(
        each.text for each in said if isinstance(each, Transcribed) and each.role is role and each.final
    )


def audio(said: list[Said]) -> bytes:
    """Return the audio."""
    return b"".join(each.audio for each in said if isinstance(each, Spoke))
