from array import array

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.voice.unanswered import LOUD, MOST_SECONDS, Unanswered, is_loud

RATE = 1_000
SECOND = 10
"""Pieces of 100 ms."""


def sound(value: int = LOUD + 1) -> bytes:
    return array("h", [value] * (RATE // 10)).tobytes()


SILENCE = sound(0)


def unanswered(*pieces: bytes) -> Unanswered:
    kept = Unanswered(RATE, pause_seconds=0.5)
    for each in pieces:
        kept.add(each)
    return kept


def test_all_that_was_said_is_kept_in_its_pieces() -> None:
    pieces = [sound(1_000 + at) for at in range(30)]

    assert unanswered(*pieces).pieces == pieces


def test_of_silence_only_the_last_second_is_kept() -> None:
    kept = unanswered(*[SILENCE] * 50)

    assert len(kept.pieces) == SECOND
    assert not kept.spoken


def test_speech_is_kept_with_the_silence_around_it() -> None:
    kept = unanswered(*[SILENCE] * 50, sound(), *[SILENCE] * 50)

    assert len(kept.pieces) == SECOND + 51
    assert kept.spoken


def test_what_was_understood_is_forgotten_but_for_the_pause_after_it() -> None:
    kept = unanswered(*[sound()] * 20, *[SILENCE] * 4, sound(9_000))

    kept.understood()

    assert kept.pieces == [*[SILENCE] * 4, sound(9_000)]
    assert kept.spoken


def test_who_speaks_without_an_end_is_kept_for_a_minute() -> None:
    kept = unanswered(*[sound()] * (int(MOST_SECONDS) * SECOND + 5))

    assert len(kept.pieces) == MOST_SECONDS * SECOND


@given(st.lists(st.integers(-32_768, 32_767)))
def test_loud_is_what_has_a_sample_beyond_the_bound(samples: list[int]) -> None:
    assert is_loud(array("h", samples).tobytes()) == any(abs(each) > LOUD for each in samples)
