"""Frames of speech are given once and in order; what is lost is silence, and counted."""

import hypothesis.strategies as st
from hypothesis import given

from functions.domain.voice.jitter import MOST_WAITING, WAIT_MILLISECONDS, Jitter


def audio(seq: int) -> bytes:
    return (seq + 1).to_bytes(4, "little")


SILENCE = bytes(4)


def test_frames_in_order_are_given_at_once():
    jitter = Jitter()

    assert [jitter.take(seq, audio(seq), 0) for seq in range(3)] == [[audio(0)], [audio(1)], [audio(2)]]
    assert (jitter.next, jitter.newest, jitter.lost, jitter.bytes) == (3, 2, 0, 12)


def test_a_missing_frame_is_waited_for_and_then_lost():
    jitter = Jitter()
    jitter.take(0, audio(0), 0)

    assert jitter.take(2, audio(2), 100) == []
    assert jitter.ready(100 + WAIT_MILLISECONDS - 1) == []
    assert jitter.ready(100 + WAIT_MILLISECONDS) == [SILENCE, audio(2)]
    assert jitter.lost == 1


def test_a_frame_that_comes_after_it_was_lost_is_dropped():
    jitter = Jitter()
    jitter.take(1, audio(1), 0)
    jitter.ready(WAIT_MILLISECONDS)

    assert jitter.take(0, audio(0), WAIT_MILLISECONDS + 1) == []
    assert (jitter.lost, jitter.dropped, jitter.bytes) == (1, 1, 4)


def test_each_frame_waits_for_itself_behind_two_gaps():
    jitter = Jitter()
    jitter.take(1, audio(1), 0)
    jitter.take(3, audio(3), 150)

    assert jitter.ready(200) == [SILENCE, audio(1)]
    assert jitter.ready(349) == []
    assert jitter.ready(350) == [SILENCE, audio(3)]


def test_more_frames_than_may_wait_make_the_missing_one_lost():
    jitter = Jitter()
    for seq in range(1, MOST_WAITING + 1):
        assert jitter.take(seq, audio(seq), 0) == []

    given_ = jitter.take(MOST_WAITING + 1, audio(MOST_WAITING + 1), 0)

    assert given_ == [SILENCE, *(audio(seq) for seq in range(1, MOST_WAITING + 2))]


def test_a_long_gap_is_counted_whole_and_its_silence_is_bounded():
    jitter = Jitter()
    jitter.take(0, audio(0), 0)
    jitter.take(5_000, audio(5_000), 0)

    assert len(jitter.ready(WAIT_MILLISECONDS)) == MOST_WAITING + 1
    assert jitter.lost == 4_999


def test_a_closed_one_is_done_when_all_before_was_given_or_lost():
    jitter = Jitter()
    jitter.take(0, audio(0), 0)

    jitter.close(3, 10)
    jitter.take(1, audio(1), 20)
    assert not jitter.is_done
    assert jitter.take(3, audio(3), 20) == []
    assert jitter.ready(10 + WAIT_MILLISECONDS) == [SILENCE]

    assert jitter.is_done
    assert (jitter.lost, jitter.next) == (1, 3)


def test_what_waits_beyond_where_it_is_closed_is_not_counted():
    jitter = Jitter()
    jitter.take(0, audio(0), 0)
    jitter.take(5, audio(5), 0)

    jitter.close(1, 0)

    assert jitter.is_done
    assert (jitter.bytes, jitter.newest) == (4, 0)


def test_it_may_be_closed_before_what_was_given():
    jitter = Jitter()
    for seq in range(5):
        jitter.take(seq, audio(seq), 0)

    jitter.close(2, 0)

    assert (jitter.is_done, jitter.newest) == (True, 4)


ARRIVALS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 400)), max_size=80)


@given(ARRIVALS, st.integers(0, 20))
def test_whatever_comes_is_given_in_order_once_and_the_rest_is_lost(arrivals, first):
    jitter, now, given_ = Jitter(first), 0, []
    for seq, later in arrivals:
        now += later
        given_ += jitter.take(seq, audio(seq), now)
    given_ += jitter.ready(now + WAIT_MILLISECONDS)

    heard = [each for each in given_ if each != SILENCE]
    seqs = [int.from_bytes(each, "little") - 1 for each in heard]
    assert seqs == sorted(set(seqs))
    assert jitter.next == jitter.newest + 1
    assert len(seqs) + jitter.lost == jitter.next - first
    assert jitter.bytes == sum(map(len, heard))
    assert len(arrivals) == len(heard) + jitter.dropped


@given(
    st.integers(1, 60),
    st.sets(st.integers(0, 59)),
    st.randoms(use_true_random=False),
    st.integers(0, 59),
    st.integers(0, 59),
)
def test_two_generations_hear_each_frame_once_however_late_the_next_one_asks(
    frames, lost, random, taken_at, first_heard
):
    """The older grants from the first frame that it has not heard; the next has heard all since it came."""
    sent = [seq for seq in range(frames) if seq not in lost]
    order = sorted(sent, key=lambda seq: seq + random.uniform(0, 3))
    older, heard = Jitter(), []
    position = min(taken_at, len(order))
    for seq in order[:position]:
        heard += older.take(seq, audio(seq), 0)

    boundary = max(min(order[first_heard:position], default=0), older.newest + 1)
    heard += older.close(boundary, 0)
    for seq in order[position:]:
        heard += older.take(seq, audio(seq), 0)
    heard += older.ready(WAIT_MILLISECONDS)
    younger = Jitter(boundary)
    for seq in order:
        if seq >= boundary:
            heard += younger.take(seq, audio(seq), 0)
    heard += younger.ready(WAIT_MILLISECONDS)

    seqs = [int.from_bytes(each, "little") - 1 for each in heard if each != SILENCE]
    last = max([boundary - 1, *sent])
    assert seqs == [seq for seq in range(last + 1) if seq in sent]
    assert older.lost + younger.lost == last + 1 - len(seqs)
