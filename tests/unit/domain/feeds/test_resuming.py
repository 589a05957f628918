"""What a client missed, by its position and what the feed holds from there on."""

import pytest

from functions.domain.feeds.feeds import Pointer
from functions.domain.feeds.resuming import Missed, missed
from functions.domain.frames.feed_frames import Position
from tests.unit.domain.feeds.pointers import NOW, pointer

DAY = 86_400
EXPIRED = NOW // 1000


def at(seq: int, *found: Pointer, event: str | None = None, most: int = 200) -> Missed | None:
    """Return what a client missed that is at a number; `event` is what it had there."""
    position = Position(seq, (f"e{seq}" if seq else "") if event is None else event)
    return missed(position, found, most, NOW, DAY)


def test_what_follows_the_position_was_missed() -> None:
    assert at(1, *map(pointer, (1, 2, 3))) == Missed((pointer(2), pointer(3)), more=False)


def test_who_is_at_the_top_missed_nothing() -> None:
    assert at(3, pointer(3)) == Missed((), more=False)


def test_who_has_nothing_yet_missed_all() -> None:
    assert at(0, pointer(1), pointer(2)) == Missed((pointer(1), pointer(2)), more=False)
    assert at(0) == Missed((), more=False)


@pytest.mark.parametrize("found", [(), (pointer(4),), (pointer(3, event="other"), pointer(4))])
def test_who_is_at_a_number_of_something_else_begins_anew(found: tuple[Pointer, ...]) -> None:
    assert at(3, *found) is None


def test_a_position_that_has_expired_is_not_there() -> None:
    assert at(3, pointer(3, expires_at=EXPIRED), pointer(4)) is None


@pytest.mark.parametrize(("seconds", "goes_on"), [(-DAY, True), (-DAY - 0.001, False)])
def test_who_missed_something_older_than_the_window_begins_anew(seconds: float, *, goes_on: bool) -> None:
    found = at(3, pointer(3, seconds=-3 * DAY), pointer(4, seconds=seconds), pointer(5))

    assert (found is not None) is goes_on


def test_who_missed_nothing_goes_on_however_long_ago_that_was() -> None:
    assert at(3, pointer(3, seconds=-30 * DAY)) == Missed((), more=False)


def test_no_more_is_sent_than_may_be_and_the_client_is_told() -> None:
    found = at(1, *map(pointer, (1, 2, 3, 4)), most=2)

    assert found == Missed((pointer(2), pointer(3)), more=True)


def test_where_nothing_may_be_sent_the_client_is_told_that_there_is_something() -> None:
    assert at(1, pointer(1), pointer(2), most=0) == Missed((), more=True)
    assert at(2, pointer(2), most=0) == Missed((), more=False)


def test_what_comes_after_a_hole_is_not_sent() -> None:
    found = at(1, *map(pointer, (1, 2, 4)))

    assert found == Missed((pointer(2),), more=True)


@pytest.mark.parametrize("seq", [0, 1])
def test_who_is_before_a_hole_begins_anew(seq: int) -> None:
    found = [pointer(seq)] if seq else []

    assert at(seq, *found, pointer(seq + 2)) is None


def test_an_expired_number_is_a_hole() -> None:
    assert at(1, pointer(1), pointer(2, expires_at=EXPIRED), pointer(3)) is None
