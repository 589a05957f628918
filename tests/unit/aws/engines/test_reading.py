"""An engine's reply, read in a thread."""

from collections.abc import Callable, Generator
from threading import Event

import pytest

from functions.aws.engines.reading import Reading
from functions.domain.replies.pieces import Ended, Piece, StopReason, TextPiece

pytestmark = pytest.mark.timeout(5, func_only=True)

END = Ended(StopReason.END_TURN)
LONG = 4.0


def saying(*pieces: Piece) -> Callable[[], Generator[Piece]]:
    def reply() -> Generator[Piece]:
        yield from pieces

    return reply


def test_pieces_come_in_their_order() -> None:
    with Reading(saying(TextPiece("Hel"), TextPiece("lo"), END)) as reading:
        assert [reading.next(LONG) for _ in range(3)] == [TextPiece("Hel"), TextPiece("lo"), END]


def test_after_the_end_nothing_comes() -> None:
    with Reading(saying(END)) as reading:
        reading.next(LONG)

        assert reading.next(0) is None


@pytest.mark.parametrize("seconds", [-1.0, 0.0, 0.01])
def test_who_waits_for_a_silent_engine_is_told_so_in_time(seconds: float) -> None:
    speak = Event()

    def silent() -> Generator[Piece]:
        speak.wait(LONG)
        yield END

    with Reading(silent) as reading:
        assert reading.next(seconds) is None

        speak.set()
        assert reading.next(LONG) == END


def test_what_an_engine_raises_is_raised_where_it_is_listened_to() -> None:
    def broken() -> Generator[Piece]:
        yield TextPiece("Hel")
        raise ZeroDivisionError

    with Reading(broken) as reading:
        reading.next(LONG)
        with pytest.raises(ZeroDivisionError):
            reading.next(LONG)


def test_what_an_engine_raises_before_it_begins_is_raised_too() -> None:
    def never() -> Generator[Piece]:
        raise ZeroDivisionError

    with Reading(never) as reading, pytest.raises(ZeroDivisionError):
        reading.next(LONG)


def test_who_stops_closes_the_engine() -> None:
    closed = Event()

    def endless() -> Generator[Piece]:
        try:
            while True:
                yield TextPiece("and so on ")
        finally:
            closed.set()

    reading = Reading(endless)
    reading.next(LONG)

    assert reading.stop(LONG)
    assert closed.is_set()


def test_whoever_leaves_a_reading_closes_the_engine() -> None:
    closed = Event()

    def endless() -> Generator[Piece]:
        try:
            while True:
                yield TextPiece("and so on ")
        finally:
            closed.set()

    with Reading(endless) as reading:
        reading.next(LONG)

    assert closed.wait(LONG)


def test_an_engine_that_is_silent_is_left_and_closed_when_it_speaks() -> None:
    speak, closed = Event(), Event()

    def silent() -> Generator[Piece]:
        try:
            speak.wait(LONG)
            yield TextPiece("late")
        finally:
            closed.set()

    reading = Reading(silent)

    assert not reading.stop(0)
    assert not closed.is_set()

    speak.set()
    assert closed.wait(LONG)
