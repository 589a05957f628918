"""Takes a session over: hears at once what is its own, and speaks when the generation before has ended."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from functions.aws.voice.engines.engine import SpeechStream
from functions.domain.voice.channels import Granted, Heard, OnChannel, Over, Released, Taken
from functions.domain.voice.starts import Start
from functions.operations.voice.means import Means
from functions.operations.voice.session import Session

AGAIN_SECONDS: Final = 0.5
TAKE_SECONDS: Final = 25.0
"""For the generation before to let go; it drains its engine first, and keeps its turns."""


class Taking:
    """The younger side of a hand-over.

    Attributes
    ----------
    session
        What it holds, from when it was granted the first frame of its own.
    is_over
        Whether the session has ended meanwhile.
    held_until
        Until when it holds what it took, epoch seconds; None before it was taken over.
    """

    def __init__(
        self,
        means: Means,
        start: Start,
        publish: Callable[[OnChannel], Awaitable[bool]],
        begin: Callable[[Session], None],
    ) -> None:
        self._means = means
        self._start = start
        self._publish = publish
        self._begin = begin
        self._stream: SpeechStream | None = None
        self._early: list[OnChannel] = []
        self._granted: Granted | None = None
        self._changed = asyncio.Event()
        self._released: Released | None = None
        self.session: Session | None = None
        self.held_until: int | None = None
        self.is_over = False

    def hear(self, message: OnChannel) -> None:
        """Take a message of the channel, of the hand-over or for the session."""
        match message:
            case Granted(generation=generation) if generation == self._start.generation:
                self._grant(message)
            case Released(generation=generation) if generation == self._start.generation:
                self._released = self._released or message
                self._changed.set()
            case Over(generation=generation) if generation == self._start.generation:
                self.is_over = True
                self._changed.set()
            case _ if self.session is None:
                self._early.append(message)
            case _:
                self.session.hear(message)

    async def take(self, stream: SpeechStream) -> bool:
        """Take the session over, and tell whether it was given."""
        self._stream = stream
        until = self._means.now() + TAKE_SECONDS * 1_000
        while not self.is_over and self._means.now() < until:
            if self.session is not None and self._released is not None:
                self.held_until = self._released.held_until
                self.session.adopt(self._released)
                return True
            await self._publish(Taken(self._start.generation, self._first_heard))
            with suppress(TimeoutError):
                async with asyncio.timeout(AGAIN_SECONDS):
                    await self._changed.wait()
            self._changed.clear()
        return False

    @property
    def _first_heard(self) -> int:
        return min((each.seq for each in self._early if isinstance(each, Heard)), default=0)

    def _grant(self, granted: Granted) -> None:
        if self.session is not None or self._stream is None:
            return
        self.session = Session(self._means, self._start, self._stream, granted.from_seq)
        self._begin(self.session)
        for message in self._early:
            self.session.hear(message)
        self._early.clear()
        self._changed.set()
