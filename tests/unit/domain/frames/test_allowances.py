"""What a text reserves, and what it is told where nothing is left."""

import pytest

from functions.domain.frames.allowances import reservation, reserves
from functions.domain.frames.decisions import decide
from functions.domain.frames.protocol import TextAck, TextAckData, TextMessage, TextMessageData
from functions.domain.limits import Allowance, Limits
from functions.domain.log.claims import Reserve
from functions.domain.tokens import tokens_of
from tests.gateway_events import cause
from tests.unit.domain.frames.bodies import refused_claims as refused

HOUR = 3_600_000
NOON = 1_795_392_000_000 + 12 * HOUR
"""Noon of a day, UTC, epoch milliseconds."""
DAY = NOON - 12 * HOUR
ALLOWANCE = Allowance(replies_in_flight=2, tokens_per_day=10_000, tokens_beside_question=5_000)
LIMITS = Limits(allowance=ALLOWANCE)
TEXT = TextMessage(data=TextMessageData("hello"))
IN_FLIGHT = f"inflight#alice#{NOON // 1000}"
TOKENS = f"tokens#alice#{DAY // 1000}"


def test_a_text_reserves_a_reply_and_all_the_tokens_that_it_may_take() -> None:
    assert reserves("hello", cause(at=NOON), ALLOWANCE) == (
        Reserve(IN_FLIGHT, 1, 2, NOON // 1000 + 900 + 3_600),
        Reserve(TOKENS, 5_000 + tokens_of("hello"), 10_000, DAY // 1000 + 86_400 + 3_600),
    )


def test_where_nothing_is_answered_nothing_is_reserved() -> None:
    assert reserves("hello", cause(), None) == ()
    assert len(decide(TEXT, cause()).claims) == 1


def test_a_longer_text_reserves_more() -> None:
    assert reservation("日" * 8_000, 5_000) - reservation("", 5_000) == 8_000


def test_replies_are_counted_by_the_quarter_of_an_hour_and_tokens_by_the_day() -> None:
    def keys(at: int) -> tuple[str, ...]:
        return tuple(claim.key for claim in reserves("hello", cause(at=at), ALLOWANCE))

    begin, end = keys(NOON), keys(NOON + HOUR // 4 - 1)
    next_quarter, next_day = keys(NOON + HOUR // 4), keys(NOON + 12 * HOUR)

    assert begin == end
    assert (next_quarter[0] == begin[0], next_quarter[1] == begin[1]) == (False, True)
    assert next_day[1] != begin[1]


def test_a_user_has_one_allowance_over_all_connections() -> None:
    here = reserves("hello", cause(at=NOON), ALLOWANCE)
    there = reserves("hello", cause(at=NOON, connection_id="another", session_id=None), ALLOWANCE)
    of_another = reserves("hello", cause(at=NOON, user_id="bob"), ALLOWANCE)

    assert here == there
    assert not {claim.key for claim in here} & {claim.key for claim in of_another}


def test_a_text_is_one_transaction_with_all_that_it_counts_and_reserves() -> None:
    decision = decide(TEXT, cause(at=NOON), LIMITS)

    assert [claim.key.partition("#")[0] for claim in decision.claims] == ["texts", "inflight", "tokens"]


def test_who_waits_for_replies_already_tries_again_soon() -> None:
    verdict = refused(decide(TEXT, cause(at=NOON), LIMITS), {IN_FLIGHT: None})

    assert (verdict.code, verdict.retry_after) == ("rate_limited", 5)
    assert verdict.message == "Other texts are being answered: at most 2 are at a time."


@pytest.mark.parametrize(
    ("before_midnight", "seconds"), [(12 * HOUR, 43_200), (1_000, 1), (1, 1), (1_001, 2)]
)
def test_whose_tokens_are_used_up_tries_again_the_next_day(before_midnight: int, seconds: int) -> None:
    at = DAY + 24 * HOUR - before_midnight

    verdict = refused(decide(TEXT, cause(at=at), LIMITS), {TOKENS: None})

    assert (verdict.code, verdict.retry_after) == ("rate_limited", seconds)
    assert verdict.message == "The tokens of this day are used up: there are 10000."


def test_of_several_limits_the_longest_wait_is_told() -> None:
    counted = decide(TEXT, cause(at=NOON), LIMITS).claims[0].key
    every = {counted: None, IN_FLIGHT: None, TOKENS: None}

    assert refused(decide(TEXT, cause(at=NOON), LIMITS), every).retry_after == 43_200


def test_a_text_beyond_the_limit_of_the_minute_is_told_of_the_minute() -> None:
    counted = decide(TEXT, cause(at=NOON), LIMITS).claims[0].key

    assert refused(decide(TEXT, cause(at=NOON), LIMITS), {counted: None}).retry_after == 60


def test_a_text_that_is_repeated_is_acknowledged_though_nothing_is_left() -> None:
    decision = decide(TextMessage(id="m-1", data=TEXT.data), cause(at=NOON), LIMITS)
    reply, *_ = decision.claims

    assert decision.refused is not None
    answer = decision.refused({reply.key: reply.value, IN_FLIGHT: None, TOKENS: None})  # type: ignore[union-attr]  # a Take

    assert decision.event is not None
    assert answer == TextAck(id="m-1", data=TextAckData(decision.event.event_id))
