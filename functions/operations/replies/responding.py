"""Answers a text, and has every screen of its conversation told; whoever asks, and however often."""

import random
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from functions.aws.engines.answering import Answering
from functions.aws.log.event_reads import Arrived
from functions.aws.logs import warn, write_line
from functions.aws.replies.leases import Leases
from functions.domain.feeds.deliveries import Deliver
from functions.domain.feeds.feeds import conversation_feed
from functions.domain.log.facts import ReplyFailed
from functions.domain.refusals import Unavailable
from functions.domain.replies.leasing import Held, Spent, Taken
from functions.domain.replies.pieces import Failure
from functions.domain.replies.prompt import Utterance
from functions.domain.replies.questions import Question, question_of
from functions.domain.replies.reminding import may_be_abandoned
from functions.names import LINE_ANSWER
from functions.operations.feeds.feeds import Feeds
from functions.operations.feeds.posting import Poster
from functions.operations.replies.concluding import NO_QUESTION, Concluding
from functions.operations.replies.hearing import Hearing
from functions.operations.replies.screens import Asking, Screens
from functions.operations.replies.showing import Showing
from functions.operations.replies.trying import Leasing, Trying

History = Callable[[str, str, int, int], Sequence[Utterance]]
"""Returns the newest texts and replies of a user in a conversation, as `Conversations.newest` does.

It is given the conversation, the user, how many at most, and the time; it may raise `Unavailable`."""

RESERVE_MILLISECONDS: Final = 15_000
"""What is left when an engine is not heard any more: to append its reply, to number it and to post it, each
of which takes some seconds where it is tried again."""


class Turn(msgspec.Struct, frozen=True):
    """The invocation at hand.

    Attributes
    ----------
    id
        Lambda's id of it, for the log.
    remaining_milliseconds
        Tells how long until Lambda ends it.
    trace_id
        The root id of its trace, if it has one.
    """

    id: str
    remaining_milliseconds: Callable[[], int]
    trace_id: str | None = None


class Responding(msgspec.Struct, frozen=True):
    """What texts are answered with.

    Attributes
    ----------
    feeds
        The log, the feeds, and how screens are told.
    deltas
        Posts deltas.
    leases
        Who answers.
    answering
        The engine, and what it is told besides.
    history
        What was said before.
    tokens_beside_question
        What a text has reserved besides its own tokens.
    """

    feeds: Feeds
    deltas: Poster
    leases: Leases
    answering: Answering
    history: History
    tokens_beside_question: int
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[], float] = random.random

    def respond(self, asked: Deliver, turn: Turn) -> dict[str, Any]:
        """Answer a text that is in the log, and tell what became of it.

        Raises
        ------
        Unavailable
            If it could not be answered in time: Lambda tries again, and then the sweeper has it done.
        """
        ids: dict[str, Any] = {
            "connection_id": asked.connection_id,
            "message_id": asked.event_id,
            "correlation_id": turn.id,
        }
        try:
            said = self._respond(asked, turn)
        except Unavailable as unavailable:
            warn("not_answered", unavailable, **ids)
            raise
        write_line(LINE_ANSWER, **ids, **said)
        return said

    def _respond(self, asked: Deliver, turn: Turn) -> dict[str, Any]:
        concluding = Concluding(self.feeds, self.leases, self.tokens_beside_question)
        arrived = concluding.read((asked.connection_id, asked.event_id))
        question = question_of(arrived.event) if arrived else None
        if arrived is None or question is None:
            return NO_QUESTION
        if asked.asking is not None and (earlier := concluding.earlier(question)):
            return concluding.tell_again(question, earlier, asked.asking)
        now, remaining = self.feeds.now, turn.remaining_milliseconds
        leasing = Leasing(self.leases, question.message_id, asked.invocation or turn.id, now, remaining)
        lease = leasing.take()
        if isinstance(lease, Held):
            return {"became": "held"}
        if isinstance(lease, Spent) or lease.attempt > 1 or may_be_abandoned(arrived.arrived_at, now()):
            earlier = concluding.earlier(question)
            if earlier is not None:
                return concluding.tell(question, earlier)
        if isinstance(lease, Taken):
            showing, trying = self._trying(arrived, question, asked, leasing)
            fact, shown = trying.answer(lease), showing.seq
        else:
            shown = self.feeds.delivery.deliver(arrived, asked.client_id) or 0
            fact = ReplyFailed(question.message_id, Failure.ABANDONED.value)
        return concluding.conclude(question, fact, turn.trace_id, shown)

    def _trying(
        self, arrived: Arrived, question: Question, asked: Deliver, leasing: Leasing
    ) -> tuple[Showing, Trying]:
        now = self.feeds.now
        feed = conversation_feed(question.event.session_id, question.event.connection_id)
        asking = Asking(question, feed, asked.client_id)
        screens = Screens(self.feeds.stores.subscribers, self.deltas, asking, now)
        until = now() + leasing.remaining_milliseconds() - RESERVE_MILLISECONDS
        showing = Showing(self.feeds.delivery, arrived, screens, asked.client_id)
        hearing = Hearing(self.answering.engine, screens, now, until, self.sleep)
        told = self.answering
        history = self._history(question)
        trying = Trying(
            question, leasing, hearing, showing.show, history, told.history, told.system, self.draw
        )
        return showing, trying

    def _history(self, question: Question) -> Sequence[Utterance]:
        turns = self.answering.history.turns
        if not turns:
            return ()
        try:
            # the question may be among them
            said = question.event
            return self.history(said.conversation, said.user_id, turns + 1, self.feeds.now())
        except Unavailable as unavailable:  # an answer without the conversation is better than none
            warn("history_not_read", unavailable, message_id=question.message_id)
            return ()
