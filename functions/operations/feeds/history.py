"""Reads back what was said: from a feed's numbers and the log, which lag behind nothing."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from functions.aws.feeds.stores import FeedStores
from functions.aws.log.counts import Counts
from functions.domain.feeds.contents import messages_of
from functions.domain.feeds.feeds import Pointer, subscriber_of
from functions.domain.feeds.limits import FeedLimits
from functions.domain.feeds.pages import page
from functions.domain.frames.counting import count, over_the_limit
from functions.domain.frames.feed_frames import (
    FeedName,
    History,
    HistoryPage,
    HistoryPageData,
    MessageData,
    Position,
)
from functions.domain.frames.protocol import MAX_SENT_BYTES
from functions.domain.log.claims import histories_key
from functions.domain.log.events import Cause
from functions.domain.log.ids import minute_of

PAGE_BYTES: Final = MAX_SENT_BYTES - 512
"""Of the messages of a page: a client's id, the feed's top and a time are around them."""
_TOGETHER: Final = 10
"""Events that are read at a time: long ones fill a page soon."""


class Histories(msgspec.Struct, frozen=True):
    """What a page of history is made with, in one invocation."""

    stores: FeedStores
    counts: Counts
    limits: FeedLimits
    now: Callable[[], int]

    def page(self, frame: History, cause: Cause) -> HistoryPage:
        """Return the page that a client asks for.

        Raises
        ------
        Refused
            ``rate_limited``, ``unavailable``.
        """
        most = self.limits.histories
        key = histories_key(cause.user_id, minute_of(cause.at))
        if not self.counts.count(count(key, most, cause)):
            raise over_the_limit(cause, f"{most} pages of history")
        asked, now = frame.data, self.now()
        feed = subscriber_of(cause).feeds[asked.feed]
        below, read = None, asked.limit
        if asked.before is not None:
            below = asked.before.seq
            if asked.before.part is not None:  # a message of which some parts were read is read once more
                below, read = below + 1, read + 1
        # one more than can be shown tells whether there are more
        found = self.stores.pointers.from_top(feed, read + 1, below=below)
        messages = self._newest_first(asked.feed, found[:read], cause.user_id, now)
        shown, is_cut = page(messages, asked.before, asked.limit, PAGE_BYTES)
        complete = None
        if asked.before is None:
            complete = Position(found[0].seq, found[0].event_id) if found else Position(0, "")
        more = is_cut or len(found) > read
        return HistoryPage(id=frame.id, data=HistoryPageData(asked.feed, shown, more, complete))

    def _newest_first(
        self, name: FeedName, pointers: Sequence[Pointer], reader: str, now: int
    ) -> Iterator[MessageData]:
        for start in range(0, len(pointers), _TOGETHER):
            some = pointers[start : start + _TOGETHER]
            events = self.stores.events.of(some, now)
            for pointer in some:
                event = events.get((pointer.connection_id, pointer.event_id))
                yield from reversed(messages_of(name, pointer, event, reader))
