"""How far a turn was heard, and which of its words that was."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from functions.domain.voice.heard import Playback, Segment, heard_text, joined


@pytest.mark.parametrize(
    ("played_ms", "text"),
    [(0, ""), (900, ""), (1_000, "one"), (1_999, "one"), (2_200, "one two"), (4_000, "one two three")],
)
def test_a_segment_is_heard_by_whole_words(played_ms, text):
    assert heard_text([Segment("one two three", 0, 4_000)], played_ms, 4_000) == text


def test_segments_that_were_played_are_heard_and_later_ones_are_not():
    segments = [Segment("First.", 0, 1_000), Segment("Second.", 1_000, 2_000), Segment("Third.", 2_000)]

    assert heard_text(segments, 2_000, 5_000) == "First. Second."


def test_a_segment_whose_end_is_not_known_lasts_as_long_as_the_audio():
    assert heard_text([Segment("one two", 0)], 2_000, 2_000) == "one two"


def test_a_text_without_spaces_is_heard_by_its_characters():
    assert heard_text([Segment("今日は良い天気", 0, 700)], 300, 700) == "今日は"


@given(st.lists(st.text(alphabet="ab c", min_size=1, max_size=20)), st.integers(0, 5_000))
def test_more_is_heard_of_what_is_played_for_longer(texts, played_ms):
    segments = [Segment(text, at * 1_000, (at + 1) * 1_000) for at, text in enumerate(texts)]
    all_ms = len(texts) * 1_000

    less = heard_text(segments, played_ms, all_ms)

    assert heard_text(segments, played_ms + 1, all_ms).startswith(less)
    assert heard_text(segments, all_ms, all_ms) == joined(texts)


def test_pieces_are_played_one_after_the_other_and_none_before_it_is_posted():
    playback = Playback(16_000)
    playback.post(7, bytes(32_000), 10_000)
    playback.post(8, bytes(32_000), 10_100)
    assert [playback.played_ms(at) for at in (10_500, 12_000)] == [500, 2_000]

    playback.post(9, bytes(32_000), 15_000)

    assert playback.all_ms == 3_000
    assert [playback.played_ms(at) for at in (15_500, 20_000)] == [2_500, 3_000]
    assert [playback.first_unplayed(at, 10) for at in (10_500, 11_000, 11_500, 15_001)] == [8, 8, 9, 10]
