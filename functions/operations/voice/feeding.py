"""Feeds an engine what was heard, in order, and nobody waits for the engine."""

import asyncio
from collections import deque
from collections.abc import Sequence

from functions.aws.voice.engines.engine import SpeechStream


class Feeding:
    """What an engine is still to hear.

    Attributes
    ----------
    frames
        How many pieces it has heard.
    """

    def __init__(self, stream: SpeechStream) -> None:
        self._stream = stream
        self._waiting: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self.is_idle = True
        self.frames = 0

    def feed(self, audio: Sequence[bytes]) -> None:
        """Let the engine hear these pieces after those before."""
        if audio:
            self._waiting.extend(audio)
            self.is_idle = False
            self._wake.set()

    async def run(self) -> None:
        """Feed the engine until it is cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                await self._stream.hear(self._waiting.popleft())
                self.frames += 1
            self.is_idle = True
