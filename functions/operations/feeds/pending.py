"""Tells which questions of a conversation have no reply yet, so that who returns knows to wait for it."""

from collections.abc import Callable
from typing import Final

import msgspec

from functions.aws.feeds.stores import FeedStores
from functions.domain.replies.questions import question_of, unanswered

MOST: Final = 20
"""Questions that are told, the newest; more are seldom in flight."""
_MOST_POINTERS: Final = 200


class Pending(msgspec.Struct, frozen=True):
    """What is looked through; ``seconds`` is how far back, and with 0 nothing is pending."""

    stores: FeedStores
    seconds: int
    now: Callable[[], int]

    def of(self, feed: str, reader: str) -> tuple[str, ...]:
        """Return the message ids of a reader's questions that have no outcome, oldest first.

        Raises
        ------
        Unavailable
            If it cannot be read in time.
        """
        if not self.seconds:
            return ()
        now = self.now()
        since = now - self.seconds * 1_000
        recent = self.stores.pointers.since(feed, since, most=_MOST_POINTERS)
        asked = unanswered([(p.connection_id, p.event_id) for p in recent if p.numbered_at >= since])
        events = [each.event for each in self.stores.events.get(asked, now).values()] if asked else []
        mine = [question for each in events if each.user_id == reader and (question := question_of(each))]
        # an outcome may be in the log and have no number yet
        keys = [question.outcome_key for question in mine]
        appended = self.stores.events.get(keys, now) if keys else {}
        ids = [each.message_id for each in mine if each.outcome_key not in appended]
        return tuple(sorted(ids)[-MOST:])
