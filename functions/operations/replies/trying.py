"""Tries to answer a question: asks an engine, again where that may help, and says what came of it."""

from collections.abc import Callable, Sequence

import msgspec

from functions.aws.logs import write_line
from functions.aws.replies.leases import Leases
from functions.domain.log.facts import ReplyCompleted, ReplyFailed
from functions.domain.refusals import Unavailable
from functions.domain.replies.leasing import CLOCKS_MILLISECONDS, MOST_ATTEMPTS, Held, Lease, Spent, Taken
from functions.domain.replies.outcomes import ended, fault_of, outcome, pause
from functions.domain.replies.pieces import End, Failed, Failure
from functions.domain.replies.prompt import Bounds, Prompt, Utterance, prompt
from functions.domain.replies.questions import Question
from functions.operations.replies.hearing import Hearing

Outcome = ReplyCompleted | ReplyFailed


class Leasing(msgspec.Struct, frozen=True):
    """Takes the lease of one text for one invocation.

    Attributes
    ----------
    holder
        What a repetition of the invocation has in common with it.
    remaining_milliseconds
        Tells how long until Lambda ends it.
    """

    leases: Leases
    message_id: str
    holder: str
    now: Callable[[], int]
    remaining_milliseconds: Callable[[], int]

    def take(self) -> Lease:
        """Take the lease; it lasts for longer than the invocation."""
        now = self.now()
        until = now + self.remaining_milliseconds() + CLOCKS_MILLISECONDS
        return self.leases.take(self.message_id, self.holder, now, until)

    def take_again(self) -> Taken | Spent:
        """Take the lease for another attempt.

        Raises
        ------
        Unavailable
            If somebody is at the last attempt: where Lambda doubles an invocation, both are one holder.
        """
        lease = self.take()
        if isinstance(lease, Held):
            problem = "another invocation is at the last attempt"
            raise Unavailable(problem)
        return lease


class Trying(msgspec.Struct, frozen=True):
    """Tries to answer one question.

    Attributes
    ----------
    show_question
        Called once, while the engine thinks: numbers and posts it.
    history
        What was said before it.
    bounds, system
        How much of that the engine is told, and what it is told before.
    """

    question: Question
    leasing: Leasing
    hearing: Hearing
    show_question: Callable[[], None]
    history: Sequence[Utterance]
    bounds: Bounds
    system: str | None
    draw: Callable[[], float]

    def answer(self, first: Taken) -> Outcome:
        """Return what became of the text.

        Raises
        ------
        Unavailable
            If another invocation may answer it: an attempt is left, or the last is being made at this moment.
        """
        asked = self._prompt(self.history)
        if asked is None:
            self.show_question()
            return self._outcome("", Failed(Failure.BLANK, "white space"), first.attempt)
        lease, tries, whole = first, 0, True
        while True:
            tries += 1
            begun = self.show_question if tries == 1 else _nothing
            heard = self.hearing.hear(asked, lease.attempt, begun)
            if not isinstance(end := ended(heard.text, heard.end), Failed):
                return self._outcome(heard.text, end, lease.attempt)
            self._tell(end, lease.attempt)
            seconds = pause(end.failure, tries, self.draw())
            if end.failure is Failure.TOO_LONG and whole:
                # the question may fit by itself
                asked, seconds, whole = self._prompt(()) or asked, 0.0, False
            if seconds is None or lease.attempt >= MOST_ATTEMPTS:
                return self._outcome(heard.text, end, lease.attempt)
            if self.hearing.now() + seconds * 1_000 >= self.hearing.until:
                problem = f"{end.failure} and no time for another attempt"
                raise Unavailable(problem)
            if (early := self.hearing.rest(seconds)) is not None:
                # screens show what this attempt has said
                return self._outcome(heard.text, early, lease.attempt)
            again = self.leasing.take_again()
            if isinstance(again, Spent):
                return self._outcome(heard.text, end, lease.attempt)
            lease = again

    def _prompt(self, history: Sequence[Utterance]) -> Prompt | None:
        return prompt(self.question.utterance, history, self.bounds, self.system)

    def _outcome(self, text: str, end: End, attempt: int) -> Outcome:
        model = self.hearing.engine.model
        return outcome(self.question.message_id, text, end, model, attempt)

    def _tell(self, end: Failed, attempt: int) -> None:
        write_line(
            "attempt_failed",
            message_id=self.question.message_id,
            attempt=attempt,
            reason=end.failure.value,
            problem=end.problem,
            fault=fault_of(end.failure),
        )


def _nothing() -> None:
    """Do nothing: the question was told before."""
