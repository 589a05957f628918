"""What has been said and not been taken yet. A generator would end where it is cancelled; this goes on."""

import asyncio
from typing import Self

from functions.domain.voice.said import Said


class Sayings:
    """Gives what is put into it, in order; who is cancelled while they wait lose nothing."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Said | BaseException | None] = asyncio.Queue()
        self._over = False

    def put(self, said: Said) -> None:
        """Give this after what is there."""
        self._waiting.put_nowait(said)

    def end(self, error: BaseException | None = None) -> None:
        """Give nothing more after what is there; a fault of ours is raised then."""
        self._waiting.put_nowait(error)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Said:
        if self._over:
            raise StopAsyncIteration
        said = await self._waiting.get()
        if said is None or isinstance(said, BaseException):
            self._over = True
            raise said or StopAsyncIteration
        return said
