"""Titles of conversations: short, whole characters, one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.texts.titles import MOST_CHARACTERS, title_of

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1e9\U0001f1ea"
THUMB = "\U0001f44d\U0001f3fd"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hello", "Hello"),
        ("  Hello,\n\tworld \r\n", "Hello, world"),
        ("one\u2028two\u00a0three", "one two three"),
        ("\x00\x1b[31mred\x07", "[31mred"),
        ("\u202egnp.exe\u2066 \u200fx\ufeff", "gnp.exe x"),
        (f"{FAMILY} at home", f"{FAMILY} at home"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
        ("word " * 30, "word " * 11 + "word…"),
    ],
)
def test_a_title_is_the_first_words_in_one_line(text: str, title: str) -> None:
    assert title_of(text) == title


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\x00\x01", "\u200b\u202e", "\u200d", " \u200c\u200d ", " " * 1_000 + "late"]
)
def test_what_has_no_words_has_no_title(text: str) -> None:
    assert title_of(text) is None


def test_a_long_word_without_a_space_near_is_cut() -> None:
    assert title_of("a " + "b" * 100) == "a " + "b" * 57 + "…"


@pytest.mark.parametrize("whole", ["e\u0323\u0301", FAMILY, FLAG, THUMB, "\u2764\ufe0f"])
@pytest.mark.parametrize("before", range(50, 60))
def test_what_is_seen_as_one_character_is_not_cut_apart(whole: str, before: int) -> None:
    title = title_of("x" * before + whole * 30)

    assert title is not None
    assert set(title.removesuffix("…").lstrip("x").replace(whole, "")) == set()


def test_a_letter_with_a_hundred_accents_is_cut_all_the_same() -> None:
    title = title_of("x" + "\u0301" * 100)

    assert title is not None
    assert len(title) == MOST_CHARACTERS


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_has_a_short_title_of_one_line_or_none(text: str) -> None:
    title = title_of(text)

    assert title is None or ((0 < len(title) <= MOST_CHARACTERS and title.isprintable()) or title.strip())
    assert title is None or title == " ".join(title.split())
    assert title is None or not {"\n", "\r", "\x00", "\u202e", "\u2066"} & set(title)
