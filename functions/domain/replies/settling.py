"""What the outcome of a text gives back of what the text had reserved: in the outcome's own transaction.

A text has one outcome, whose id follows from the text, so it is given back once.
"""

from typing import Final

from functions.domain.frames.allowances import DAY, QUARTER, kept_until, reservation, start
from functions.domain.log.claims import Settle, inflight_key, tokens_key
from functions.domain.log.facts import ReplyCompleted, ReplyFailed
from functions.domain.replies.pieces import Failure, Usage
from functions.domain.replies.questions import Question

_NOTHING: Final = Usage(0, 0)
_UNASKED: Final = frozenset(
    {Failure.BLANK, Failure.TOO_LONG, Failure.REJECTED, Failure.MISCONFIGURED, Failure.THROTTLED}
)
"""Failures in which a model took nothing: it was not asked, or did not take the request."""


def settlement(reserved: int, usage: Usage | None) -> int:
    """Return by how much a reservation is corrected, 0 where nobody knows what was used: then it stands."""
    return 0 if usage is None else usage.input_tokens + usage.output_tokens - reserved


def usage_of(outcome: ReplyCompleted | ReplyFailed) -> Usage | None:
    """Return what a text used, None where nobody knows: who cancels before the model has said it pays all."""
    match outcome:
        case ReplyCompleted(input_tokens=int(told), output_tokens=int(said)):
            return Usage(told, said)
        case ReplyFailed(reason=reason) if reason in _UNASKED:
            return _NOTHING
    return None


def settles(
    question: Question, outcome: ReplyCompleted | ReplyFailed, tokens_beside_question: int | None
) -> tuple[Settle, ...]:
    """Return the claims that go with the outcome of a text.

    Who does not know what a text has reserved besides its own tokens gives none of them back.
    """
    text = question.event
    quarter, day = start(text.at, QUARTER), start(text.at, DAY)
    left = Settle(inflight_key(text.user_id, quarter), -1, kept_until(quarter, QUARTER))
    if tokens_beside_question is None:
        return (left,)
    amount = settlement(reservation(question.text, tokens_beside_question), usage_of(outcome))
    if amount == 0:
        return (left,)
    return (left, Settle(tokens_key(text.user_id, day), amount, kept_until(day, DAY)))
