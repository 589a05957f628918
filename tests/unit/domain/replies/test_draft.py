"""A reply as far as it was said, and its deltas."""

import pytest

from functions.domain.frames.protocol import MAX_SENT_BYTES
from functions.domain.replies.draft import MAX_DELTA_BYTES, Delta, Draft, cut, interval, units

FACE = "\N{GRINNING FACE}"
HIGH, LOW = "\ud83d", "\ude00"


def said(*pieces: str, attempt: int = 1) -> Draft:
    draft = Draft(attempt)
    for piece in pieces:
        draft.add(piece)
    return draft


def test_the_first_delta_is_due_at_once() -> None:
    draft = said("Hel")

    assert draft.due_at == 0
    assert draft.take(1_000, 1) == [Delta(1, 0, "Hel")]


def test_what_is_said_meanwhile_is_one_delta() -> None:
    draft = said("Hel")
    draft.take(1_000, 1)
    draft.add("lo ")
    draft.add("you")

    assert draft.due_at == 1_100
    assert draft.take(1_099, 1) == []
    assert draft.take(1_100, 1) == [Delta(1, 3, "lo you")]
    assert draft.text == "Hello you"


def test_nothing_is_due_where_nothing_is_new() -> None:
    draft = said("Hel")
    draft.take(1_000, 1)

    assert draft.due_at is None
    assert draft.take(9_000, 1) == []


@pytest.mark.parametrize(("screens", "milliseconds"), [(0, 100), (1, 100), (5, 100), (6, 120), (10, 200)])
def test_the_interval_leaves_time_for_every_screen(screens: int, milliseconds: int) -> None:
    draft = said("a")
    draft.take(1_000, screens)
    draft.add("b")

    assert interval(screens) == milliseconds
    assert draft.due_at == 1_000 + milliseconds


def test_offsets_count_as_javascript_does() -> None:
    draft = said(f"a{FACE}")
    draft.take(0, 1)
    draft.add("é")

    assert units(f"a{FACE}") == 3
    assert draft.take(100, 1) == [Delta(1, 3, "é")]


def test_halves_of_a_pair_that_come_apart_are_one_character() -> None:
    draft = said(f"a{HIGH}")

    assert draft.take(0, 1) == [Delta(1, 0, "a")]

    draft.add(f"{LOW}b")
    assert draft.take(100, 1) == [Delta(1, 1, f"{FACE}b")]


def test_half_a_pair_alone_is_the_replacement_character() -> None:
    assert said(f"a{LOW}b{HIGH}c").text == "a\ufffdb\ufffdc"


def test_half_a_pair_at_the_end_is_replaced_once_it_is_known_that_nothing_follows() -> None:
    draft = said(f"a{HIGH}")

    assert draft.text == "a"

    draft.end()
    assert draft.text == "a\ufffd"


def test_who_comes_in_the_middle_gets_what_was_posted_and_then_the_rest() -> None:
    draft = said("Hel")
    draft.take(0, 1)
    draft.add("lo")

    assert draft.posted() == [Delta(1, 0, "Hel")]
    assert draft.take(100, 2) == [Delta(1, 3, "lo")]


def test_who_comes_before_the_first_word_gets_nothing_yet() -> None:
    assert said("Hello").posted() == []


def test_a_delta_names_its_attempt() -> None:
    assert said("a", attempt=3).take(0, 1) == [Delta(3, 0, "a")]


def test_a_long_text_is_several_deltas_each_of_which_fits_into_a_frame() -> None:
    draft = said(FACE * 20_000)

    deltas = draft.take(0, 1)

    assert len(deltas) == 3
    assert [delta.offset for delta in deltas] == [0, 13_824, 27_648]
    assert all(len(delta.text.encode()) <= MAX_DELTA_BYTES < MAX_SENT_BYTES for delta in deltas)


def test_a_text_is_cut_by_its_length_in_json() -> None:
    assert list(cut('a\n"b', 12)) == ["a\n", '"b']
    assert list(cut("", 6)) == []


def test_more_than_a_reply_can_hold_is_lost_from_the_first_character_that_does_not_fit() -> None:
    draft = Draft(1, most_bytes=4)

    draft.add("ab")
    assert not draft.is_full
    draft.add(f"{FACE}")
    draft.add("c")

    assert draft.is_full
    assert draft.text == "ab"


def test_a_reply_that_is_just_as_long_as_it_may_be_is_not_too_long() -> None:
    draft = Draft(1, most_bytes=3)

    draft.add("abc")

    assert (draft.text, draft.is_full) == ("abc", False)
