"""What becomes of a text."""

import pytest

from functions.domain.log.facts import ReplyCompleted, ReplyFailed
from functions.domain.refusals import Fault
from functions.domain.replies.outcomes import fault_of, outcome, pause
from functions.domain.replies.pieces import End, Ended, Failed, Failure, StopReason, Usage

MODEL = "amazon.nova-lite-v1:0"


@pytest.mark.parametrize("reason", StopReason)
def test_a_reply_with_words_is_completed_whatever_ended_it(reason: StopReason) -> None:
    assert outcome("m-1", "Hello", Ended(reason, Usage(7, 2)), MODEL) == ReplyCompleted(
        "m-1", "Hello", stop_reason=reason.value, input_tokens=7, output_tokens=2, model=MODEL
    )


def test_a_reply_whose_usage_did_not_come_has_none() -> None:
    completed = outcome("m-1", "Hel", Ended(StopReason.CANCELLED), MODEL)

    assert isinstance(completed, ReplyCompleted)
    assert (completed.input_tokens, completed.output_tokens) == (None, None)


def test_a_reply_that_was_cancelled_before_its_first_word_is_cancelled_all_the_same() -> None:
    assert outcome("m-1", "", Ended(StopReason.CANCELLED), MODEL) == ReplyCompleted(
        "m-1", "", stop_reason="cancelled", model=MODEL
    )


@pytest.mark.parametrize(
    ("reason", "failure"),
    [
        (StopReason.END_TURN, "empty"),
        (StopReason.MAX_TOKENS, "empty"),
        (StopReason.REFUSED, "refused"),
        (StopReason.GUARDRAIL, "guardrail"),
        (StopReason.DEADLINE, "deadline"),
    ],
)
@pytest.mark.parametrize("text", ["", " \n"])
def test_a_reply_without_a_word_failed(text: str, reason: StopReason, failure: str) -> None:
    assert outcome("m-1", text, Ended(reason), MODEL) == ReplyFailed("m-1", failure)


@pytest.mark.parametrize("end", [Failed(failure, "") for failure in Failure])
def test_what_failed_failed_whatever_was_said_before(end: Failed) -> None:
    failed: End = end

    assert outcome("m-1", "Hel", failed, MODEL) == ReplyFailed("m-1", end.failure.value)


@pytest.mark.parametrize(
    ("failure", "again"),
    [
        (Failure.THROTTLED, True),
        (Failure.UNAVAILABLE, True),
        (Failure.TIMED_OUT, True),
        (Failure.INTERRUPTED, True),
        (Failure.MALFORMED, True),
        (Failure.DEADLINE, True),
        (Failure.EMPTY, False),
        (Failure.REFUSED, False),
        (Failure.GUARDRAIL, False),
        (Failure.TOO_LONG, False),
        (Failure.BLANK, False),
        (Failure.REJECTED, False),
        (Failure.MISCONFIGURED, False),
        (Failure.ABANDONED, False),
    ],
)
def test_what_may_pass_is_tried_again(failure: Failure, *, again: bool) -> None:
    assert (pause(failure, 1, 0.5) is not None) is again


def test_pauses_double_up_to_a_bound_and_are_drawn_by_chance() -> None:
    assert [pause(Failure.THROTTLED, tries, 1.0) for tries in (1, 2, 3, 4, 5, 1_000)] == [1, 2, 4, 8, 8, 8]
    assert pause(Failure.UNAVAILABLE, 1, 1.0) == 0.5
    assert pause(Failure.THROTTLED, 3, 0.25) == 1
    assert pause(Failure.THROTTLED, 3, 0.0) == 0


@pytest.mark.parametrize(
    "failure",
    [
        Failure.THROTTLED,
        Failure.MALFORMED,
        Failure.EMPTY,
        Failure.REFUSED,
        Failure.GUARDRAIL,
        Failure.TOO_LONG,
        Failure.BLANK,
    ],
)
def test_what_a_client_can_cause_is_not_the_servers_doing(failure: Failure) -> None:
    assert fault_of(failure) is not Fault.SERVER


@pytest.mark.parametrize("failure", [Failure.REJECTED, Failure.MISCONFIGURED, Failure.UNAVAILABLE])
def test_what_no_client_can_cause_is_the_servers_doing(failure: Failure) -> None:
    assert fault_of(failure) is Fault.SERVER
