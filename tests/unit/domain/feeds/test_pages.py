"""A page of a feed's history."""

from functions.domain.feeds.pages import page
from functions.domain.frames.feed_frames import Before, MessageData

PLENTY = 100_000


def message(seq: int, part: int | None = None) -> MessageData:
    parts = None if part is None else 3
    return MessageData("session", seq, f"e{seq}", "", "text", text="words", part=part, parts=parts)


FEED = [message(4), message(3, 3), message(3, 2), message(3, 1), message(2), message(1)]


def test_a_page_has_no_more_than_it_may() -> None:
    assert page(FEED, None, 2, PLENTY) == ((FEED[0], FEED[1]), True)
    assert page(FEED, None, 6, PLENTY) == (tuple(FEED), False)


def test_a_page_begins_below_a_number() -> None:
    assert page(FEED, Before(3), 9, PLENTY) == ((message(2), message(1)), False)


def test_a_page_begins_below_a_part() -> None:
    assert page(FEED, Before(3, 3), 2, PLENTY) == ((message(3, 2), message(3, 1)), True)
    assert page(FEED, Before(3, 1), 1, PLENTY) == ((message(2),), True)


def test_a_page_is_no_longer_than_it_may_be() -> None:
    one = 100  # bytes of one message, or a little more

    shown, is_cut = page(FEED, None, 9, 2 * one)

    assert (len(shown), is_cut) == (2, True)


def test_a_page_has_one_message_however_long_it_is() -> None:
    assert page(FEED, None, 9, 1) == ((FEED[0],), True)


def test_a_page_of_nothing_is_empty() -> None:
    assert page([], None, 9, PLENTY) == ((), False)
