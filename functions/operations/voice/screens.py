"""The screens of a conversation that is spoken in: who sees what is said, and who hears it."""

import asyncio
from typing import Final

from functions.aws.gateway.callbacks import GoneError, UnknownConnectionError
from functions.aws.gateway.requests import encode
from functions.aws.logs import warn
from functions.domain.feeds.feeds import Subscriber, conversation_feed, subscriber_of
from functions.domain.frames.protocol import Sent
from functions.domain.frames.voice_frames import VoiceAudio
from functions.domain.refusals import Unavailable
from functions.domain.voice.starts import Start
from functions.operations.voice.means import Means
from functions.operations.voice.outlet import Outgoing, Outlet

MOST_SCREENS: Final = 10
"""That are posted to; further ones get the turns when they are whole."""
LOOK_MILLISECONDS: Final = 1_000
_MOST_EARLY: Final = 64
"""Frames for a connection that nobody has found yet."""


class Screens:
    """Who is posted to, each in its own order.

    They are looked for once a second while something is posted. What is for a connection that is not found
    yet waits for the next look: a speaker may be back before its subscription was read.

    Attributes
    ----------
    listening
        The others that asked for the audio too.
    """

    def __init__(self, means: Means, start: Start) -> None:
        self._means = means
        self._user_id = start.cause.user_id
        self._feed = conversation_feed(start.cause.session_id, start.cause.connection_id)
        self._outlets: dict[str, Outlet] = {}
        self._early: dict[str, list[Outgoing]] = {}
        self._look_at = 0
        self._looking: asyncio.Task[bool] | None = None
        self._dropped = 0
        self._speaker = start.cause.connection_id
        self.listening: set[str] = set()
        self._meet(subscriber_of(start.cause))

    @property
    def speaker(self) -> str:
        """The connection that spoke last, at first the one that started."""
        return self._speaker

    @speaker.setter
    def speaker(self, connection_id: str) -> None:
        if connection_id not in {self._speaker, *self._outlets}:
            self._look_at = 0  # somebody is back, and waits
        self._speaker = connection_id

    @property
    def dropped(self) -> int:
        """How many frames were not delivered, over all screens."""
        return self._dropped + sum(each.dropped for each in self._outlets.values())

    def tell(self, frame: Sent, *, beside: str | None = None) -> None:
        """Post a frame to every screen, or to all but one."""
        outgoing = Outgoing(encode(frame, self._means.now()))
        for connection_id in {*self._outlets, self.speaker, *self.listening} - {beside}:
            self._put(connection_id, outgoing)
        self._look_if_due()

    def tell_one(self, connection_id: str, frame: Sent) -> None:
        """Post a frame to one connection, if it is a screen of the conversation."""
        self._put(connection_id, Outgoing(encode(frame, self._means.now())))
        self._look_if_due()

    def play(self, frame: VoiceAudio) -> None:
        """Post audio to who spoke last, and to who listens."""
        outgoing = Outgoing(encode(frame, self._means.now()), frame.data.turn)
        for connection_id in {self.speaker} | self.listening:
            self._put(connection_id, outgoing)
        self._look_if_due()

    def forget(self, turn: int) -> None:
        """Post no more of a turn's audio."""
        for outlet in self._outlets.values():
            outlet.forget(turn)
        for connection_id, early in self._early.items():
            self._early[connection_id] = [each for each in early if each.turn != turn]

    def listen(self, connection_id: str, *, audio: bool) -> None:
        """Let a connection have the audio too, or no more."""
        if not audio:
            self.listening.discard(connection_id)
        elif len(self.listening) < MOST_SCREENS:
            self.listening.add(connection_id)

    async def look(self) -> bool:
        """Look who is there by now, and tell whether somebody knows; else it stays as it was."""
        now = self._means.now()
        self._look_at = now + LOOK_MILLISECONDS
        subscribers = self._means.subscribers
        try:
            found = await self._means.off_loop(lambda: subscribers.of(self._feed, now))
        except Unavailable as unavailable:
            warn("screens_not_found", unavailable, connection_id=self.speaker)
            return False
        # what is told is checked once more, whoever wrote the subscriber
        theirs = {each.connection_id: each for each in found if each.user_id == self._user_id}
        for connection_id, outlet in list(self._outlets.items()):
            if connection_id not in theirs or outlet.is_gone:
                self._dropped += outlet.dropped
                self._outlets.pop(connection_id).close()
        self.listening &= theirs.keys()
        wanted = {self.speaker} | self.listening | self._early.keys()
        for each in sorted(theirs.values(), key=lambda each: each.connection_id not in wanted):
            if each.connection_id not in self._outlets and len(self._outlets) < MOST_SCREENS:
                self._meet(each)
        self._early.clear()
        return True

    async def seek(self) -> None:
        """Look whether the speaker is still there, and note in the log if it is gone."""
        connection_id = self.speaker
        callbacks = self._means.poster.callbacks
        try:
            await self._means.off_loop(lambda: callbacks.last_active_at(connection_id))
        except (GoneError, UnknownConnectionError):
            if (outlet := self._outlets.get(connection_id)) is not None:
                await outlet.lose()
        except Unavailable as unavailable:
            warn("speaker_not_found", unavailable, connection_id=connection_id)

    async def flush(self, seconds: float) -> None:
        """Wait until all is posted, for so long at most."""
        waiting = [asyncio.create_task(outlet.flushed()) for outlet in self._outlets.values()]
        if waiting:
            _, late = await asyncio.wait(waiting, timeout=seconds)
            for each in late:
                each.cancel()

    def close(self) -> None:
        """Post nothing more."""
        if self._looking is not None:
            self._looking.cancel()
        for outlet in self._outlets.values():
            outlet.close()

    def _meet(self, subscriber: Subscriber) -> None:
        outlet = Outlet(subscriber, self._means.poster, self._means.off_loop)
        self._outlets[subscriber.connection_id] = outlet
        for outgoing in self._early.pop(subscriber.connection_id, ()):
            outlet.put(outgoing)

    def _put(self, connection_id: str, outgoing: Outgoing) -> None:
        if (outlet := self._outlets.get(connection_id)) is not None:
            outlet.put(outgoing)
            return
        early = self._early.setdefault(connection_id, [])
        if len(early) < _MOST_EARLY:
            early.append(outgoing)

    def _look_if_due(self) -> None:
        is_looking = self._looking is not None and not self._looking.done()
        if not is_looking and self._means.now() >= self._look_at:
            self._looking = asyncio.create_task(self.look())
