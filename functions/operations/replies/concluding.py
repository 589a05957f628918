"""Says once and for all what became of a text: appends its outcome, numbers it, and posts it."""

from typing import Any, Final

import msgspec

from functions.aws.log.event_reads import Arrived, EventKey
from functions.aws.logs import warn
from functions.aws.replies.leases import Leases
from functions.domain.log.facts import Fact, ReplyCompleted, ReplyFailed
from functions.domain.refusals import Unavailable
from functions.domain.replies.outcomes import fault_of
from functions.domain.replies.pieces import Failure
from functions.domain.replies.questions import Question, question_of
from functions.domain.replies.settling import settles
from functions.names import FAULT
from functions.operations.feeds.feeds import Feeds

NO_QUESTION: Final = {"became": "no_question"}
"""Of a text that is no text any more: it has expired, or its person was forgotten."""

Became = dict[str, Any]
"""What a line says of an outcome: numbers, and words of ours alone."""


class Concluding(msgspec.Struct, frozen=True):
    """What is concluded with.

    ``tokens_beside_question`` as `Allowance` has it; None for who only gives up: what is reserved stands.
    """

    feeds: Feeds
    leases: Leases
    tokens_beside_question: int | None = None

    def earlier(self, question: Question) -> Arrived | None:
        """Return the outcome that the log has, None if it has none."""
        return self.read(question.outcome_key)

    def read(self, key: EventKey) -> Arrived | None:
        """Return an event that the log has, read consistently."""
        return self.feeds.stores.events.get([key], self.feeds.now()).get(key)

    def conclude(
        self,
        question: Question,
        fact: ReplyCompleted | ReplyFailed,
        trace_id: str | None = None,
        above: int = 0,
    ) -> Became:
        """Append what became of a text and have it told, or what the log has in its place.

        A text whose person was forgotten meanwhile gets none: it would name them again. ``above`` is the
        number of the text, where that is known: nobody appends an outcome before its text has one.

        Raises
        ------
        Unavailable
            If it is not known to be written, or cannot be numbered in time. To do it again is safe.
        """
        asked = self.read((question.event.connection_id, question.message_id))
        if asked is None or question_of(asked.event) is None:
            return NO_QUESTION
        now = self.feeds.now()
        outcome = question.outcome(fact, now, trace_id)
        # with the outcome and so as often as that: once
        settled = settles(question, fact, self.tokens_beside_question)
        if self.feeds.log.append(outcome, settled):
            return self.tell(question, Arrived(outcome, now), above)
        # another invocation was faster, or an earlier attempt of this append
        standing = self.earlier(question)
        return NO_QUESTION if standing is None else self.tell(question, standing, above)

    def tell(self, question: Question, outcome: Arrived, above: int = 0) -> Became:
        """Number an outcome that the log has, and post it to every screen."""
        delivery = self.feeds.delivery
        numbered = delivery.number(outcome, above=above)
        if numbered is None:
            return NO_QUESTION
        delivery.post(numbered, self.feeds.stores.subscribers.of(numbered.feed, self.feeds.now()))
        try:
            self.leases.keep(question.message_id, numbered.pointer.seq)
        except Unavailable as unavailable:  # whoever asks for it looks for it among all that follows
            warn("number_not_kept", unavailable, message_id=question.message_id)
        return {**became(outcome.event.fact), "seq": numbered.pointer.seq}

    def tell_again(self, question: Question, outcome: Arrived, asking: str) -> Became:
        """Post an outcome to the one connection that asks for it, if it listens."""
        delivery = self.feeds.delivery
        numbered = delivery.number(outcome, self.leases.kept(question.message_id))
        if numbered is None:
            return NO_QUESTION
        listening = self.feeds.stores.subscribers.of(numbered.feed, self.feeds.now())
        delivery.post(numbered, [each for each in listening if each.connection_id == asking])
        return {"became": "repeated", "seq": numbered.pointer.seq}


def became(fact: Fact) -> Became:
    """Return what a line says of an outcome."""
    match fact:
        case ReplyCompleted():
            return {
                "became": "completed",
                "attempt": fact.attempt,
                "reason": fact.stop_reason,
                "input_tokens": fact.input_tokens,
                "output_tokens": fact.output_tokens,
                "model": fact.model,
            }
        case ReplyFailed():
            return {
                "became": "failed",
                "attempt": fact.attempt,
                "reason": fact.reason,
                FAULT: fault_of(Failure(fact.reason)),
            }
        case _:
            return NO_QUESTION
