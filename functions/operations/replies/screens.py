"""The screens that see a reply grow: looked for once a second, and each brought up to what was said."""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from functions.aws.feeds.subscribers import Subscribers
from functions.aws.gateway.callbacks import Posted
from functions.aws.logs import warn
from functions.domain.feeds.feeds import Subscriber
from functions.domain.frames.feed_frames import TextDelta, TextDeltaData
from functions.domain.losses import can_be_lost
from functions.domain.refusals import Unavailable
from functions.domain.replies.draft import Delta, Draft
from functions.domain.replies.questions import Question
from functions.operations.feeds.posting import Poster

MOST_SCREENS: Final = 10
"""That get deltas; further ones get the reply when it is whole."""
LOOK_MILLISECONDS: Final = 1_000


class Asking(msgspec.Struct, frozen=True):
    """The question, the feed that it is in, and the client's own id of the frame that asked it."""

    question: Question
    feed: str
    client_id: str | None = None


class Screens:
    """Who gets the deltas of one reply.

    Parameters
    ----------
    subscribers
        Who listens, and what is cancelled.
    poster
        Posts deltas, and is given up early: what a screen does not take of them, the reply's end brings.
    asking
        What is answered.
    now
        Tells the time in epoch milliseconds.
    """

    def __init__(
        self, subscribers: Subscribers, poster: Poster, asking: Asking, now: Callable[[], int]
    ) -> None:
        self._subscribers = subscribers
        self._poster = poster
        self._asking = asking
        self._now = now
        self._met: dict[str, Subscriber] = {}
        self._left: set[str] = set()
        self.look_at = 0
        """When to look again, epoch milliseconds."""
        self.is_cancelled = False
        """Whether somebody has cancelled the reply."""

    def __len__(self) -> int:
        return len(self._met)

    def look(self, draft: Draft | None = None) -> list[Subscriber]:
        """Look who listens by now, and return them; who is new gets what the others have of a draft.

        Where nobody can tell, it stays as it was until the next look: the reply itself matters more.
        """
        now = self._now()
        self.look_at = now + LOOK_MILLISECONDS
        question = self._asking.question
        try:
            watched = self._subscribers.watch(self._asking.feed, question.message_id, now)
        except Unavailable as unavailable:
            warn("screens_not_found", unavailable, message_id=question.message_id)
            return []
        self.is_cancelled = watched.is_cancelled
        listening = {each.connection_id: each for each in watched.subscribers}
        self._met = {id_: each for id_, each in self._met.items() if id_ in listening}
        own = question.event.connection_id
        # who has asked comes first, should there be too many
        for each in sorted(watched.subscribers, key=lambda each: each.connection_id != own):
            if len(self._met) == MOST_SCREENS:
                break
            if self._is_new(each):
                self._met[each.connection_id] = each
                self._offer(each, draft.posted() if draft else [])
        return watched.subscribers

    def post(self, deltas: Sequence[Delta]) -> None:
        """Post deltas to the screens that have all before them."""
        if deltas:
            for each in list(self._met.values()):
                self._offer(each, deltas)

    def _is_new(self, subscriber: Subscriber) -> bool:
        known = self._met.keys() | self._left
        # what is told is checked once more, whoever wrote the subscriber
        is_theirs = subscriber.user_id == self._asking.question.event.user_id
        return is_theirs and subscriber.connection_id not in known

    def _offer(self, to: Subscriber, deltas: Sequence[Delta]) -> None:
        posted = self._poster.offer(to, (self._frame(to, delta) for delta in deltas))
        if posted is Posted.DELIVERED:
            return
        del self._met[to.connection_id]
        # a connection is a subscriber before it is open, and is not there until then
        is_coming = posted is Posted.GONE and not can_be_lost(to.cause(self._now()))
        # who is busy or coming is met anew, from the beginning; who is away, or keeps others waiting, is not
        if posted is not Posted.BUSY and not is_coming:
            self._left.add(to.connection_id)

    def _frame(self, to: Subscriber, delta: Delta) -> TextDelta:
        question = self._asking.question
        own = self._asking.client_id if to.connection_id == question.event.connection_id else None
        data = TextDeltaData(question.message_id, delta.attempt, delta.offset, delta.text)
        return TextDelta(id=own, data=data)
