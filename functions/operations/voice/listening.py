"""Listens to the channel of a session, subscribes again where it is cut, and proves that it delivers."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import msgspec

from functions.aws.logs import warn
from functions.domain.refusals import Unavailable
from functions.domain.voice.channels import OnChannel, Probe, channel_of, decode, encode
from functions.domain.voice.starts import Start
from functions.operations.voice.means import Means

PROBE_SECONDS: Final = 0.3
"""Between two probes: an acknowledged subscription does not prove delivery."""
_AGAIN_SECONDS: Final = 0.5


class Listening:
    """One subscription to the channel of a session, over as many connections as it takes.

    Parameters
    ----------
    hear
        Is given each message, one after the other.

    Attributes
    ----------
    is_proved
        Set once a probe has come back.
    away_since
        Since when there is no subscription, epoch milliseconds; None while there is one.
    """

    def __init__(self, means: Means, start: Start, hear: Callable[[OnChannel], None]) -> None:
        self._means = means
        self._channel = channel_of(start.conversation, start.voice_session_id)
        self._ids = {"voice_session_id": start.voice_session_id, "connection_id": start.cause.connection_id}
        self._hear = hear
        self._token = means.draw()
        self._is_subscribed = asyncio.Event()
        self.is_proved = asyncio.Event()
        self.away_since: int | None = means.now()

    async def run(self) -> None:
        """Listen until it is cancelled."""
        while True:
            try:
                async with self._means.subscribe(self._channel) as messages:
                    self.away_since = None
                    self._is_subscribed.set()
                    async for message in messages:
                        self._take(message)
            except Unavailable as unavailable:
                warn("not_subscribed", unavailable, **self._ids)
            if self.away_since is None:
                self.away_since = self._means.now()
            self._is_subscribed.clear()
            await asyncio.sleep(_AGAIN_SECONDS)

    async def prove(self) -> None:
        """Publish probes until one comes back."""
        while not self.is_proved.is_set():
            await self._is_subscribed.wait()
            await self.publish(Probe(self._token))
            with suppress(TimeoutError):
                async with asyncio.timeout(PROBE_SECONDS):
                    await self.is_proved.wait()

    async def publish(self, message: OnChannel) -> bool:
        """Publish a message to the channel, and tell whether it was taken."""
        try:
            await self._means.off_loop(lambda: self._means.publish(self._channel, [encode(message)]))
        except Unavailable as unavailable:
            warn("not_published", unavailable, **self._ids)
            return False
        return True

    def _take(self, message: str) -> None:
        try:
            said = decode(message)
        except msgspec.DecodeError:  # of a later release
            return
        if isinstance(said, Probe):
            if said.token == self._token:
                self.is_proved.set()
            return
        self._hear(said)
