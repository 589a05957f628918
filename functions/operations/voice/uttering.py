"""What the engine says in one generation of a session, to its last words."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from functions.aws.voice.engines.engine import SpeechStream
from functions.domain.voice.said import Said
from functions.operations.voice.hearing import Hearing
from functions.operations.voice.means import Means

_LOOK_SECONDS: Final = 0.05
_QUIET_MILLISECONDS: Final = 300
"""An engine that said nothing for so long has no more to say of what it heard, but for its last words."""
_LAST_WORDS_SECONDS: Final = 1.0


class Uttering:
    """Listens to a stream for as long as it says anything that matters."""

    def __init__(self, means: Means, stream: SpeechStream, hearing: Hearing) -> None:
        self._means = means
        self._stream = stream
        self._hearing = hearing
        self._said_at = 0
        self._has_ended = asyncio.Event()
        self._is_over = False

    async def run(self, say: Callable[[Said], None]) -> None:
        """Pass on what the engine says, until it has said all."""
        async for said in self._stream.said():
            self._said_at = self._means.now()
            if not self._is_over:
                say(said)
        self._has_ended.set()

    async def said_out(self, seconds: float) -> None:
        """Let it say what it has to say of what it heard, for so long at most, and its last words.

        What it says after them is passed on no more: whatever it is, it would be the next generation's.
        """
        until = self._means.now() + seconds * 1_000
        while self._means.now() < until:
            if self._is_quiet:
                break
            await asyncio.sleep(_LOOK_SECONDS)
        await self._stream.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_SECONDS):
                await self._has_ended.wait()
        self._is_over = True

    @property
    def _is_quiet(self) -> bool:
        hearing = self._hearing
        is_done = hearing.is_done and hearing.is_idle
        return is_done and self._means.now() - max(self._said_at, hearing.fed_at) >= _QUIET_MILLISECONDS
