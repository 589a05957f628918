"""A channel in memory, which delays, loses, doubles and reorders, and can be cut or be away."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from functions.domain.refusals import Unavailable
from functions.domain.voice.channels import OnChannel, decode, encode

Fate = Callable[[OnChannel], list[float]]
"""Says after how many seconds each copy of a message is delivered; no copy: it is lost."""


def usual(_message: OnChannel) -> list[float]:
    """Deliver once, soon."""
    return [0.01]


class MemoryChannels:
    """Channels by their names.

    Attributes
    ----------
    fate
        What becomes of each message that is published.
    is_away
        Whether nobody can subscribe or publish.
    is_deaf
        Whether subscriptions are acknowledged, and deliver nothing.
    published, delivered
        All that was published, by whoever, and what somebody got of it.
    """

    def __init__(self) -> None:
        self.fate: Fate = usual
        self.is_away = False
        self.is_deaf = False
        self.published: list[OnChannel] = []
        self.delivered: list[str] = []
        self._subscribed: dict[str, list[asyncio.Queue[str | None]]] = defaultdict(list)

    def publish(self, channel: str, events: Sequence[bytes]) -> None:
        """Publish as AppSync does."""
        if self.is_away:
            raise Unavailable("503 of Publish")
        loop = asyncio.get_running_loop()
        for event in events:
            message = decode(event)
            self.published.append(message)
            for seconds in self.fate(message):
                loop.call_later(seconds, self.deliver, channel, event.decode())

    def say(self, channel: str, message: OnChannel) -> None:
        """Publish one message."""
        self.publish(channel, [encode(message)])

    @asynccontextmanager
    async def subscribe(self, channel: str) -> AsyncIterator[AsyncIterator[str]]:
        """Subscribe as AppSync does."""
        await asyncio.sleep(0.02)
        if self.is_away:
            raise Unavailable("TimeoutError of Subscribe")
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._subscribed[channel].append(queue)
        try:
            yield _messages(queue)
        finally:
            self._subscribed[channel].remove(queue)

    def cut(self) -> None:
        """End every subscription."""
        for queues in self._subscribed.values():
            for queue in queues:
                queue.put_nowait(None)

    def deliver(self, channel: str, event: str, most: int | None = None) -> None:
        """Give an event to who is subscribed, whatever it is; to so many at most, the first first."""
        subscribed = [] if self.is_deaf else self._subscribed[channel][:most]
        for queue in subscribed:
            queue.put_nowait(event)
        if subscribed:
            self.delivered.append(event)


async def _messages(queue: asyncio.Queue[str | None]) -> AsyncIterator[str]:
    while (event := await queue.get()) is not None:
        yield event
