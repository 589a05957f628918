"""Cancels a text: whoever writes its reply finds that, and ends it with what was said by then."""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from functions.aws.feeds.stores import FeedStores
from functions.aws.log.counts import Counts
from functions.domain.feeds.feeds import conversation_feed, subscriber_of
from functions.domain.feeds.limits import FeedLimits
from functions.domain.frames.counting import count, over_the_limit
from functions.domain.frames.feed_frames import TextCancel, TextCancelled, TextCancelledData
from functions.domain.log.claims import cancels_key
from functions.domain.log.events import Cause, Event
from functions.domain.log.facts import Fact, ReplyCompleted, ReplyFailed, TextMessageReceived
from functions.domain.log.ids import minute_of
from functions.domain.refusals import Refused
from functions.domain.replies.questions import outcome_key

_NEWEST: Final = 20
"""Numbers of the conversation among which a text of another screen is looked for: what is older is in the
index by now."""
_COMPLETED: Final = "end_turn"


class Cancelling(msgspec.Struct, frozen=True):
    """What a text is cancelled with, in one invocation."""

    stores: FeedStores
    counts: Counts
    limits: FeedLimits
    now: Callable[[], int]

    def cancel(self, frame: TextCancel, cause: Cause) -> TextCancelled:
        """Cancel a text of the conversation, if it has no outcome yet; what its outcome was, the answer says.

        Raises
        ------
        Refused
            ``not_found`` if the conversation has no such text of the user's, ``rate_limited``,
            ``unavailable``.
        """
        most = self.limits.cancels
        key = cancels_key(cause.user_id, minute_of(cause.at))
        if not self.counts.count(count(key, most, cause)):
            raise over_the_limit(cause, f"{most} cancelled texts")
        message_id, feed = frame.data.message_id, subscriber_of(cause).feeds["session"]
        text = next((each for each in self._found(message_id, cause, feed) if _is(each, cause, feed)), None)
        if text is None:
            raise Refused("not_found", "The conversation has no such text.")
        outcome = self._get(*outcome_key(text.connection_id, message_id))
        if outcome is None:
            self.stores.cancellations.cancel(feed, message_id, self.now())
        return TextCancelled(id=frame.id, data=_told(message_id, outcome.fact if outcome else None))

    def _found(self, message_id: str, cause: Cause, feed: str) -> Iterator[Event]:
        """Yield what has this id on the client's own connection, among the newest numbers, and anywhere.

        Each is looked for only if what was found before is not what is meant. The index lags, so what is new
        is read consistently: the client's own, and what its screen was told a moment ago.
        """
        yield from filter(None, [self._get(cause.connection_id, message_id)])
        for pointer in self.stores.pointers.from_top(feed, _NEWEST):
            if pointer.event_id == message_id:
                yield from filter(None, [self._get(pointer.connection_id, message_id)])
        yield from filter(None, [self.stores.events.of_user(cause.user_id, message_id, self.now())])

    def _get(self, connection_id: str, id_: str) -> Event | None:
        key = (connection_id, id_)
        arrived = self.stores.events.get([key], self.now()).get(key)
        return arrived.event if arrived else None


def _is(event: Event, cause: Cause, feed: str) -> bool:
    """Tell whether an event is a text of this user, in the conversation of this feed."""
    is_text = isinstance(event.fact, TextMessageReceived) and event.user_id == cause.user_id
    return is_text and conversation_feed(event.session_id, event.connection_id) == feed


def _told(message_id: str, outcome: Fact | None) -> TextCancelledData:
    match outcome:
        case ReplyCompleted(stop_reason=stop_reason):
            return TextCancelledData(message_id, stop_reason=stop_reason or _COMPLETED)
        case ReplyFailed(reason=reason):
            return TextCancelledData(message_id, reason=reason)
        case _:
            return TextCancelledData(message_id)
