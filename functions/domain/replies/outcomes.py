"""What becomes of a text: a reply, a failure for good, or another try."""

from typing import Final

import msgspec

from functions.domain.log.facts import ReplyCompleted, ReplyFailed
from functions.domain.refusals import Fault
from functions.domain.replies.pieces import End, Ended, Failed, Failure, StopReason


class _Meaning(msgspec.Struct, frozen=True):
    """Whether another try may succeed, how long it waits at most at first, and whose doing the failure is."""

    may_pass: bool
    fault: Fault | None
    pause_seconds: float = 0.5


_MEANINGS: Final = {
    # a client can use up a quota, so this wakes nobody: what lasts ends as throttled
    Failure.THROTTLED: _Meaning(may_pass=True, fault=None, pause_seconds=1),
    Failure.UNAVAILABLE: _Meaning(may_pass=True, fault=Fault.SERVER),
    Failure.TIMED_OUT: _Meaning(may_pass=True, fault=Fault.SERVER),
    Failure.INTERRUPTED: _Meaning(may_pass=True, fault=Fault.SERVER),
    # a question can lead to it
    Failure.MALFORMED: _Meaning(may_pass=True, fault=None),
    Failure.EMPTY: _Meaning(may_pass=False, fault=Fault.CLIENT),
    Failure.REFUSED: _Meaning(may_pass=False, fault=Fault.CLIENT),
    Failure.GUARDRAIL: _Meaning(may_pass=False, fault=Fault.CLIENT),
    Failure.TOO_LONG: _Meaning(may_pass=False, fault=Fault.CLIENT),
    Failure.BLANK: _Meaning(may_pass=False, fault=Fault.CLIENT),
    Failure.REJECTED: _Meaning(may_pass=False, fault=Fault.SERVER),
    Failure.MISCONFIGURED: _Meaning(may_pass=False, fault=Fault.SERVER),
    Failure.DEADLINE: _Meaning(may_pass=True, fault=Fault.SERVER),
    Failure.ABANDONED: _Meaning(may_pass=False, fault=Fault.SERVER),
}
_LONGEST_PAUSE_SECONDS: Final = 8.0
_WITHOUT_A_WORD: Final = {
    StopReason.GUARDRAIL: Failure.GUARDRAIL,
    StopReason.REFUSED: Failure.REFUSED,
    StopReason.DEADLINE: Failure.DEADLINE,
}


def ended(text: str, end: End) -> End:
    """Return how a try ended, by what was said too: a reply without a word is none, unless it was cancelled.

    What was said before a failure is dropped with it, since the next try begins anew.
    """
    if isinstance(end, Failed) or text.strip() or end.stop_reason is StopReason.CANCELLED:
        return end
    return Failed(_WITHOUT_A_WORD.get(end.stop_reason, Failure.EMPTY), f"no text, {end.stop_reason}")


def fault_of(failure: Failure) -> Fault | None:
    """Return whose doing a failure is, for the log: what a client can cause wakes nobody."""
    return _MEANINGS[failure].fault


def pause(failure: Failure, tries: int, drawn: float) -> float | None:
    """Return the seconds after which an engine is asked again, None if that is of no use.

    Too long a prompt is a matter of its own: it is asked again without the conversation, and at once.

    Parameters
    ----------
    tries
        How often it was asked, from 1.
    drawn
        Between 0 and 1, by chance: those who failed together should not meet again.
    """
    meaning = _MEANINGS[failure]
    if not meaning.may_pass:
        return None
    longest: float = meaning.pause_seconds * 2 ** min(tries - 1, 8)
    return drawn * min(longest, _LONGEST_PAUSE_SECONDS)


def outcome(
    message_id: str, text: str, end: End, model: str, attempt: int | None = None
) -> ReplyCompleted | ReplyFailed:
    """Return the fact that a text's last try gives.

    Parameters
    ----------
    text, end
        All that the engine said, and how it ended.
    model
        Who said it.
    attempt
        Which attempt it was, from 1.
    """
    match ended(text, end):
        case Failed(failure=failure):
            return ReplyFailed(message_id, failure.value, attempt)
        case Ended(stop_reason=stop_reason, usage=usage):
            return ReplyCompleted(
                message_id,
                text,
                stop_reason=stop_reason.value,
                input_tokens=None if usage is None else usage.input_tokens,
                output_tokens=None if usage is None else usage.output_tokens,
                model=model,
                attempt=attempt,
            )
