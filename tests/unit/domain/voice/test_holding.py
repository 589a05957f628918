"""What a voice session takes minute by minute, and gives back at its end."""

from collections import Counter

import hypothesis.strategies as st
from hypothesis import given

from functions.domain.log.claims import Reserve, Settle, Take, seats_key, speaking_key, spoken_key, voice_key
from functions.domain.log.events import Cause
from functions.domain.log.ids import MINUTE, event_id, minute_of
from functions.domain.voice.holding import (
    first_held_until,
    given_back,
    moment_of,
    renewal,
    renewal_due,
    renewal_token,
)
from functions.domain.voice.starts import Start

NOON = 1_790_000_000_000 - 1_790_000_000_000 % 86_400_000 + 43_200_000
DAY = 86_400_000


def started(at: int) -> Start:
    session = event_id(at, "request-1")
    cause = Cause("c1", "ada", "chat-1", at - 1_000, at // 1_000 + 90 * 86_400, at, "request-1")
    return Start(session, cause, 16_000, first_held_until(at), at)


def test_what_starts_within_a_minute_is_held_until_the_end_of_the_next():
    assert first_held_until(NOON + 40_000) == NOON // 1_000 + 120
    assert renewal_due(NOON // 1_000 + 120) == NOON + 60_000


def test_sessions_that_start_at_several_times_renew_at_several_times_early_in_the_minute():
    moments = [moment_of(started(NOON + at)) for at in range(0, MINUTE, 1_000)]

    assert len(set(moments)) == 60
    assert max(moments) < 15_000


def test_a_renewal_takes_the_next_minute_of_all_that_is_held():
    start = started(NOON + 40_000)
    until, minute = start.held_until, start.held_until * 1_000

    take, *seats, spoken = renewal(start, until, 3_600)

    assert take == Take(voice_key("chat-1"), start.voice_session_id, until - 60, until + 60)
    assert [(each.key, each.amount) for each in seats if isinstance(each, Settle)] == [
        (speaking_key("ada", minute), 1),
        (seats_key(minute), 1),
    ]
    assert isinstance(spoken, Reserve)
    assert (spoken.key, spoken.amount, spoken.limit) == (spoken_key("ada", NOON - 43_200_000), 60, 3_600)


def test_a_renewal_is_the_same_however_often_it_is_asked_for_and_no_other():
    start = started(NOON)

    assert renewal_token(start, start.held_until) == renewal_token(start, start.held_until)
    assert renewal_token(start, start.held_until) != renewal_token(start, start.held_until + 60)
    assert len(renewal_token(start, start.held_until)) <= 36


def test_a_minute_of_the_next_day_is_one_of_the_next_day():
    start = started(NOON + 43_200_000 - 90_000)

    (*_, spoken) = renewal(start, start.held_until, 3_600)

    assert spoken.key == spoken_key("ada", NOON + 43_200_000)


@given(st.integers(0, DAY), st.integers(0, 20), st.integers(0, 20 * MINUTE))
def test_what_is_left_at_the_end_is_what_was_used(into_day, renewals, lasted):
    at = NOON - 43_200_000 + into_day
    start = started(at)
    taken: Counter[str] = Counter()
    for minute in (minute_of(at), minute_of(at) + MINUTE):
        taken[speaking_key("ada", minute)] += 1
        taken[seats_key(minute)] += 1
    taken[spoken_key("ada", at - at % DAY)] += start.held_until - at // 1_000
    until = start.held_until
    for _ in range(renewals):
        for claim in renewal(start, until, 10**6):
            if isinstance(claim, Settle | Reserve):
                taken[claim.key] += claim.amount
        until += 60
    end = min(at + lasted, until * 1_000)

    for claim in given_back(start, until, end):
        taken[claim.key] += claim.amount

    spoken = sum(amount for key, amount in taken.items() if key.startswith("spoken#"))
    assert spoken == end // 1_000 - at // 1_000
    assert min(taken.values()) >= 0
    for key, amount in taken.items():
        if not key.startswith("spoken#") and int(key.split("#")[-1]) * 1_000 >= minute_of(end):
            assert amount == 0
