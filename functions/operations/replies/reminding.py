"""Has texts answered that nobody has answered, and says at last of which nobody will."""

from collections.abc import Sequence
from typing import assert_never

import msgspec

from functions.aws.logs import warn
from functions.aws.replies.leases import Leases
from functions.domain.feeds.deliveries import Deliver
from functions.domain.log.facts import ReplyFailed
from functions.domain.refusals import Unavailable
from functions.domain.replies.pieces import Failure
from functions.domain.replies.questions import question_of
from functions.domain.replies.reminding import Next, Unanswered, judge
from functions.operations.connections.invocation import Invocation
from functions.operations.frames.recording import Announce
from functions.operations.replies.concluding import Concluding


class Reminded(msgspec.Struct, frozen=True):
    """For how many texts the responder was invoked, and how many were given up."""

    reminded: int = 0
    abandoned: int = 0


class Answers(msgspec.Struct, frozen=True):
    """Where texts are answered: who answers which, who is invoked for one, and how long that may take."""

    leases: Leases
    announce: Announce
    seconds: int


class Reminding(msgspec.Struct, frozen=True):
    """What unanswered texts are looked after with; ``announce`` invokes the responder."""

    concluding: Concluding
    announce: Announce

    def remind(self, texts: Sequence[Unanswered], invocation: Invocation) -> Reminded:
        """Look after texts of which no outcome was seen; one that fails is logged.

        What time does not allow, the next run does.

        Raises
        ------
        Unavailable
            If the log cannot be read in time.
        """
        stores, now = self.concluding.feeds.stores, invocation.at
        has_outcome = stores.events.get([text.outcome_key for text in texts], now)
        counted = dict.fromkeys(Next, 0)
        for text in texts:
            if text.outcome_key in has_outcome:
                continue
            if not invocation.has_time:
                break
            try:
                counted[self._look_after(text, invocation)] += 1
            except Unavailable as unavailable:
                ids = {"correlation_id": invocation.id, "message_id": text.key[1]}
                warn("not_reminded", unavailable, connection_id=text.key[0], **ids)
        return Reminded(counted[Next.ASK], counted[Next.ABANDON])

    def _look_after(self, text: Unanswered, invocation: Invocation) -> Next:
        connection_id, message_id = text.key
        what = judge(text, self.concluding.leases.standing(message_id), invocation.at)
        match what:
            case Next.WAIT:
                pass
            case Next.ASK:
                self.announce(Deliver(connection_id, message_id, None, invocation.id))
            case Next.ABANDON:
                self._abandon(text, invocation)
            case _:
                assert_never(what)
        return what

    def _abandon(self, text: Unanswered, invocation: Invocation) -> None:
        arrived = self.concluding.read(text.key)
        question = question_of(arrived.event) if arrived else None
        if arrived is not None and question is not None:
            # healing may have failed in this run: the outcome's number follows the text's
            self.concluding.feeds.delivery.deliver(arrived)
            fact = ReplyFailed(question.message_id, Failure.ABANDONED.value)
            self.concluding.conclude(question, fact, invocation.trace_id)
