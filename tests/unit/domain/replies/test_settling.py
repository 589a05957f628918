"""What the outcome of a text gives back."""

import pytest

from functions.domain.frames.allowances import reserves
from functions.domain.log.claims import Settle
from functions.domain.log.events import event
from functions.domain.log.facts import ReplyCompleted, ReplyFailed, TextMessageReceived
from functions.domain.log.ids import lowest
from functions.domain.replies.pieces import Failure, Usage
from functions.domain.replies.questions import Question, question_of
from functions.domain.replies.settling import settlement, settles, usage_of
from tests.gateway_events import cause
from tests.unit.domain.frames.test_allowances import ALLOWANCE, NOON

BESIDE = ALLOWANCE.tokens_beside_question
ID = lowest(NOON)
WHOLE = ReplyCompleted(ID, "Hi.", "end_turn", 1_000, 200)
FREE = {Failure.BLANK, Failure.TOO_LONG, Failure.REJECTED, Failure.MISCONFIGURED, Failure.THROTTLED}


def said(text: str = "hello") -> Question:
    question = question_of(event(cause(at=NOON), TextMessageReceived(text)))
    assert question is not None
    return question


def test_an_outcome_gives_the_reply_back_and_what_was_not_used() -> None:
    in_flight, tokens = reserves("hello", cause(at=NOON), ALLOWANCE)

    assert settles(said(), WHOLE, BESIDE) == (
        Settle(in_flight.key, -1, in_flight.expires_at),
        Settle(tokens.key, 1_200 - tokens.amount, tokens.expires_at),
    )


def test_what_is_settled_later_is_settled_where_it_was_reserved() -> None:
    text = said()
    late = text.outcome(WHOLE, NOON + 20 * 3_600_000)

    assert late.at > text.event.at
    assert settles(text, WHOLE, BESIDE)[1].key == reserves("hello", cause(at=NOON), ALLOWANCE)[1].key


def test_a_reply_that_took_more_than_was_reserved_is_charged_for_it() -> None:
    assert settlement(1_000, Usage(900, 300)) == 200


@pytest.mark.parametrize(
    "outcome",
    [
        ReplyCompleted(ID, "Hi", "cancelled"),
        ReplyCompleted(ID, "Hi", "end_turn", 1_000),
        ReplyCompleted(ID, "Hi", "end_turn", None, 200),
        *(ReplyFailed(ID, failure) for failure in Failure if failure not in FREE),
    ],
)
def test_where_nobody_knows_what_was_used_the_reservation_stands(
    outcome: ReplyCompleted | ReplyFailed,
) -> None:
    (in_flight,) = settles(said(), outcome, BESIDE)

    assert (in_flight.key, in_flight.amount) == (reserves("hello", cause(at=NOON), ALLOWANCE)[0].key, -1)


@pytest.mark.parametrize("failure", sorted(FREE))
def test_what_no_model_has_taken_is_given_back_whole(failure: Failure) -> None:
    assert usage_of(ReplyFailed(ID, failure.value)) == Usage(0, 0)
    assert (
        settles(said(), ReplyFailed(ID, failure.value), BESIDE)[1].amount
        == -reserves("hello", cause(at=NOON), ALLOWANCE)[1].amount
    )


def test_who_does_not_know_what_was_reserved_gives_the_reply_back_alone() -> None:
    assert [each.amount for each in settles(said(), WHOLE, None)] == [-1]


def test_a_reservation_that_was_exact_needs_no_correction() -> None:
    exact = ReplyCompleted(ID, "Hi.", "end_turn", reserves("hello", cause(at=NOON), ALLOWANCE)[1].amount, 0)

    assert len(settles(said(), exact, BESIDE)) == 1
