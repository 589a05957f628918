"""Posts what a number of a feed says to one subscriber; one that is Gone is a subscriber no more."""

import time
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from functions.aws.feeds.subscribers import Subscribers
from functions.aws.gateway.callbacks import Callbacks, Posted
from functions.aws.gateway.requests import encode
from functions.aws.log.event_log import EventLog
from functions.aws.logs import warn, write_line
from functions.domain.feeds.feeds import Subscriber
from functions.domain.frames.coalesced import unreachable
from functions.domain.frames.protocol import Sent
from functions.domain.losses import can_be_lost
from functions.domain.refusals import Unavailable
from functions.names import LINE_GONE

_PAUSES: Final = (0.1, 0.3)
"""Seconds between the attempts to post where the gateway asks for patience; after them, resume heals."""


class Poster(msgspec.Struct, frozen=True):
    """Posts frames to subscribers, several of whom may be posted to at a time.

    ``begin`` is called before each request that `post`, `try_post` and `try_frame` make: who keeps a pace
    waits there.
    """

    callbacks: Callbacks
    subscribers: Subscribers
    log: EventLog
    now: Callable[[], int]
    pause: Callable[[float], None] = time.sleep
    begin: Callable[[], object] = lambda: None

    def post(self, to: Subscriber, frames: Iterable[Sent]) -> bool:
        """Post frames in order until one of them is not taken, and tell whether all were.

        What a subscriber did not get, it asks for: by itself when it connects again, or by its next resume.
        """
        return self.try_post(to, frames) is Posted.DELIVERED

    def try_post(self, to: Subscriber, frames: Iterable[Sent]) -> Posted | None:
        """Post frames as `post` does; return what became of the last, None if nobody knows."""
        posted: Posted | None = Posted.DELIVERED
        for frame in frames:
            posted = self.try_frame(to, encode(frame, self.now()))
            if posted is not Posted.DELIVERED:
                break
        return posted

    def try_frame(self, to: Subscriber, frame: bytes) -> Posted | None:
        """Post one frame, as it is, and return what became of it, None if nobody knows."""
        try:
            return self._post(to, frame)
        except Unavailable as unavailable:
            warn("not_posted", unavailable, connection_id=to.connection_id, user_id=to.user_id)
            return None

    def offer(self, to: Subscriber, frames: Iterable[Sent]) -> Posted:
        """Post what can be lost, in order, until one is not taken; nothing is tried again.

        Return what became of the last; what took too long counts as `Posted.UNKNOWN`.
        """
        posted = Posted.DELIVERED
        for frame in frames:
            try:
                posted = self.callbacks.post(to.connection_id, encode(frame, self.now()))
            except Unavailable as unavailable:
                warn("not_posted", unavailable, connection_id=to.connection_id, user_id=to.user_id)
                return Posted.UNKNOWN
            if posted is not Posted.DELIVERED:
                break
        return posted

    def _post(self, to: Subscriber, frame: bytes) -> Posted:
        self.begin()
        posted = self.callbacks.post(to.connection_id, frame)
        for seconds in _PAUSES:
            if posted is not Posted.BUSY:
                break
            self.pause(seconds)
            self.begin()
            posted = self.callbacks.post(to.connection_id, frame)
        if posted is Posted.GONE:
            self.lose(to)
        return posted

    def lose(self, gone: Subscriber) -> None:
        """Take a connection that is gone out of its feeds; one that is still being opened stays in them."""
        cause = gone.cause(self.now())
        if not can_be_lost(cause):
            return
        self.subscribers.unsubscribe(gone)
        write_line(LINE_GONE, connection_id=gone.connection_id, user_id=gone.user_id)
        if lost := unreachable(cause):
            self.log.append_once(lost)
