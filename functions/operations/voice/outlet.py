"""Posts to one connection, in order: whatever it takes, nobody else waits for it."""

import asyncio
from collections import deque
from typing import Final

import msgspec

from functions.aws.gateway.callbacks import Posted
from functions.aws.logs import warn
from functions.domain.feeds.feeds import Subscriber
from functions.domain.refusals import Unavailable
from functions.operations.feeds.posting import Poster
from functions.operations.voice.means import OffLoop

PAUSES: Final = (0.1, 0.3)
"""Seconds between the attempts to post where the gateway asks for patience; then the frame is dropped."""
MOST_WAITING: Final = 512
"""Frames that wait for one connection: minutes of audio, which models give faster than it is heard."""


class Outgoing(msgspec.Struct, frozen=True):
    """A frame as it is sent, and of which turn it is the audio, if it is."""

    frame: bytes
    turn: int | None = None


class Outlet:
    """One connection that is posted to, from its making until it is closed or gone.

    Attributes
    ----------
    is_gone
        Whether there is no such connection any more.
    dropped
        How many frames it did not get.
    """

    def __init__(self, to: Subscriber, poster: Poster, off_loop: OffLoop) -> None:
        self.to = to
        self.is_gone = False
        self.dropped = 0
        self._poster = poster
        self._off_loop = off_loop
        self._waiting: deque[Outgoing] = deque()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task = asyncio.create_task(self._run())

    def put(self, outgoing: Outgoing) -> None:
        """Post a frame after those before it."""
        if self.is_gone:
            return
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            self.dropped += 1
        self._waiting.append(outgoing)
        self._idle.clear()
        self._wake.set()

    def forget(self, turn: int) -> None:
        """Post no more of a turn's audio."""
        self._waiting = deque(each for each in self._waiting if each.turn != turn)
        self._wake.set()

    async def flushed(self) -> None:
        """Wait until all is posted."""
        await self._idle.wait()

    async def lose(self) -> None:
        """Post nothing more to a connection that is gone, and let the log and the feeds know."""
        self.is_gone = True
        self._waiting.clear()
        await self._off_loop(self._lose)

    def close(self) -> None:
        """Post nothing more; what is being posted goes on by itself."""
        self._task.cancel()

    async def _run(self) -> None:
        while not self.is_gone:
            await self._wake.wait()
            while self._waiting and not self.is_gone:
                await self._post(self._waiting.popleft())
            self._wake.clear()
            self._idle.set()

    async def _post(self, outgoing: Outgoing) -> None:
        posted = await self._try(outgoing.frame)
        for seconds in PAUSES:
            if posted is not Posted.BUSY:
                break
            await asyncio.sleep(seconds)
            posted = await self._try(outgoing.frame)
        if posted is Posted.GONE or posted is Posted.UNKNOWN:
            await self.lose()
        elif posted is not Posted.DELIVERED:
            self.dropped += 1

    async def _try(self, frame: bytes) -> Posted | None:
        try:
            return await self._off_loop(lambda: self._poster.callbacks.post(self.to.connection_id, frame))
        except Unavailable as unavailable:
            warn("not_posted", unavailable, connection_id=self.to.connection_id, user_id=self.to.user_id)
            return None

    def _lose(self) -> None:
        try:
            self._poster.lose(self.to)
        except Unavailable as unavailable:  # whoever posts to it next finds it gone
            warn("not_lost", unavailable, connection_id=self.to.connection_id, user_id=self.to.user_id)
