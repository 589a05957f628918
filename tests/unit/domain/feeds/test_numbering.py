"""Which number an event gets, by what was read of its feed."""

import msgspec
import pytest

from functions.domain.feeds.numbering import Free, Has, judge, judge_taken
from tests.unit.domain.feeds.pointers import NOW, pointer, unnumbered

EXPIRED = NOW // 1000


def test_the_first_event_of_a_feed_is_number_1() -> None:
    assert judge(unnumbered(), [], NOW, whole=True) == Free(1)


def test_a_new_event_gets_the_number_above_the_top() -> None:
    assert judge(unnumbered(), [pointer(7), pointer(6)], NOW, whole=True) == Free(8)


def test_an_event_that_has_a_number_keeps_it() -> None:
    seen = [pointer(8), pointer(7, event="new"), pointer(6)]

    assert judge(unnumbered(), seen, NOW, whole=False) == Has(7)


def test_an_event_of_another_connection_is_another_event() -> None:
    seen = [pointer(1, event="new")]

    assert judge(unnumbered(connection="c-2"), seen, NOW, whole=True) == Free(2)


@pytest.mark.parametrize(("seconds", "verdict"), [(-10.001, Free(8)), (-10, None), (-9, None)])
def test_it_is_looked_for_down_to_10_s_before_it_arrived(seconds: float, verdict: Free | None) -> None:
    seen = [pointer(7), pointer(6, seconds=seconds)]

    assert judge(unnumbered(), seen, NOW, whole=False) == verdict


def test_it_is_looked_for_down_to_what_was_there_before_it() -> None:
    reply = msgspec.structs.replace(unnumbered(), above=6)

    assert judge(reply, [pointer(8), pointer(7)], NOW, whole=False) is None
    assert judge(reply, [pointer(8), pointer(7), pointer(6)], NOW, whole=False) == Free(9)
    assert judge(reply, [pointer(8), pointer(7, event="new"), pointer(6)], NOW, whole=False) == Has(7)


def test_what_was_numbered_before_it_arrived_does_not_end_the_search_where_it_is_found() -> None:
    seen = [pointer(7, event="new", seconds=-60)]

    assert judge(unnumbered(), seen, NOW, whole=False) == Has(7)


def test_nothing_is_decided_over_nothing() -> None:
    assert judge(unnumbered(), [], NOW, whole=False) is None


def test_what_has_expired_counts_as_absent_although_it_is_still_there() -> None:
    seen = [pointer(9, expires_at=EXPIRED), pointer(4), pointer(3, event="new", expires_at=EXPIRED)]

    assert judge(unnumbered(), seen, NOW, whole=True) == Free(5)
    assert judge(unnumbered(), [pointer(9, expires_at=EXPIRED)], NOW, whole=True) == Free(1)


def test_a_number_that_a_rival_took_is_followed_by_the_next() -> None:
    assert judge_taken(unnumbered(), pointer(8)) == Free(9)


def test_a_number_that_an_earlier_attempt_took_is_the_events_own() -> None:
    assert judge_taken(unnumbered(), pointer(8, event="new")) == Has(8)
