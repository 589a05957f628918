"""Brings a client up to date: posts what it missed of its feeds, or tells it to begin anew."""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from functions.aws.feeds.stores import FeedStores
from functions.aws.log.counts import Counts
from functions.domain.feeds.contents import messages_of
from functions.domain.feeds.feeds import Pointer, Subscriber, subscriber_of
from functions.domain.feeds.limits import FeedLimits
from functions.domain.feeds.resuming import MOST_MESSAGES, Missed, missed
from functions.domain.frames.counting import count, over_the_limit
from functions.domain.frames.feed_frames import (
    FeedName,
    Message,
    Position,
    Reset,
    ResetData,
    Resume,
    Resumed,
    ResumedData,
)
from functions.domain.log.claims import resumes_key
from functions.domain.log.events import Cause, Event
from functions.domain.log.ids import minute_of
from functions.domain.losses import can_be_lost
from functions.domain.refusals import Unavailable
from functions.operations.feeds.pending import Pending
from functions.operations.feeds.posting import Poster

_RESERVE_MILLISECONDS: Final = 5_000
"""What is left to answer, after a post that takes long."""


class Resuming(msgspec.Struct, frozen=True):
    """What a client is brought up to date with, in one invocation."""

    stores: FeedStores
    counts: Counts
    poster: Poster
    limits: FeedLimits
    pending: Pending
    now: Callable[[], int]
    remaining_milliseconds: Callable[[], int]

    def resume(self, frame: Resume, cause: Cause) -> Reset | Resumed:
        """Post what a client missed, and what to say of its conversation's feed; return what of its user's.

        Raises
        ------
        Refused
            ``rate_limited``, ``unavailable``.
        """
        most = self.limits.resumes
        key = resumes_key(cause.user_id, minute_of(cause.at))
        if not self.counts.count(count(key, most, cause)):
            raise over_the_limit(cause, f"{most} resumes")
        listener = subscriber_of(cause)
        if can_be_lost(cause):
            # a callback may have called it Gone since it opened, or an earlier release let it in; and before
            # anything is read, so that what is numbered from now on is posted to it
            self.stores.subscribers.ensure(listener)
        first, left = self._catch_up(listener, "session", frame.data.positions.session, MOST_MESSAGES)
        if isinstance(first, Resumed):
            pending = self.pending.of(listener.feeds["session"], listener.user_id)
            first = Resumed(data=msgspec.structs.replace(first.data, pending=pending))
        if not self.poster.post(listener, (msgspec.structs.replace(first, id=frame.id),)):
            problem = "its answer was not posted"
            raise Unavailable(problem)
        last, _ = self._catch_up(listener, "user", frame.data.positions.user, left)
        return msgspec.structs.replace(last, id=frame.id)

    def _catch_up(
        self, to: Subscriber, name: FeedName, position: Position | None, most: int
    ) -> tuple[Reset | Resumed, int]:
        """Post what a feed has after a position; return what to say of it, and how many may be left."""
        feed = to.feeds[name]
        found = None if position is None else self._missed(feed, position, most)
        if position is None or found is None:
            return Reset(data=ResetData(name, self.stores.pointers.top(feed))), most
        events = self.stores.events.of(found.pointers, self.now())
        reached = position.seq
        for pointer in found.pointers:
            has_time = self.remaining_milliseconds() > _RESERVE_MILLISECONDS
            if not has_time or not self.poster.post(to, _frames(name, pointer, events, to.user_id)):
                return Resumed(data=ResumedData(name, reached, more=True)), 0
            reached = pointer.seq
        return Resumed(data=ResumedData(name, reached, found.more)), most - len(found.pointers)

    def _missed(self, feed: str, position: Position, most: int) -> Missed | None:
        # with the position's own, and one that tells whether there are more
        found = self.stores.pointers.from_seq(feed, max(position.seq, 1), most + 2)
        return missed(position, found, most, self.now(), self.limits.window_seconds)


def _frames(
    name: FeedName, pointer: Pointer, events: dict[tuple[str, str], Event], reader: str
) -> Iterator[Message]:
    event = events.get((pointer.connection_id, pointer.event_id))
    return (Message(data=data) for data in messages_of(name, pointer, event, reader))
