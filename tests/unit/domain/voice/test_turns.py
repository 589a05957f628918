"""Turns are counted over the session, shown while they last, and kept once."""

import msgspec

from functions.domain.frames.voice_frames import (
    VoiceAudio,
    VoiceInterrupted,
    VoiceInterruptedData,
    VoiceTranscript,
)
from functions.domain.replies.prompt import Role
from functions.domain.voice.heard import Playing
from functions.domain.voice.said import Interrupted, Said, Spoke, Transcribed, TurnEnded
from functions.domain.voice.turns import MAX_TURN_CHARACTERS, Kept, Turns

SECOND = bytes(32_000)


def shown(turns: Turns, *said: Said, now: int = 0) -> list[object]:
    return [each if isinstance(each, Kept) else each.data for one in said for each in turns.say(one, now)]


def kept(outs: list[object]) -> list[tuple[int, str, str]]:
    return [(each.turn, each.role.value, each.text) for each in outs if isinstance(each, Kept)]


def test_words_are_shown_as_they_come_and_kept_when_they_are_final():
    turns = Turns("session", 16_000)

    outs = turns.say(Transcribed(Role.USER, "good", final=False), 1_000)
    outs += turns.say(Transcribed(Role.USER, "Good morning.", final=True), 1_100)
    outs += turns.say(Transcribed(Role.USER, "How are", final=False), 1_200)
    outs += turns.say(TurnEnded(Role.USER), 1_300)

    texts = [(each.data.text, each.data.final) for each in outs if isinstance(each, VoiceTranscript)]
    assert texts == [
        ("good", False),
        ("Good morning.", False),
        ("Good morning. How are", False),
        ("Good morning.", True),
    ]
    assert outs[-1] == Kept(0, Role.USER, "Good morning.", 1_000)


def test_turns_of_both_sides_have_one_row_of_numbers():
    turns = Turns("session", 16_000, turn=4, seq=10)

    outs = turns.say(Transcribed(Role.USER, "a", final=True), 0)
    outs += turns.say(Spoke(b"12"), 0)
    outs += turns.say(Spoke(b"34"), 0)
    outs += turns.say(TurnEnded(Role.USER), 0)
    outs += turns.say(Transcribed(Role.USER, "b", final=True), 0)

    audio = [(each.data.turn, each.data.seq) for each in outs if isinstance(each, VoiceAudio)]
    assert audio == [(5, 10), (5, 11)]
    assert (turns.turn, turns.seq) == (7, 12)


def test_long_audio_is_posted_in_pieces_that_fit_a_frame():
    outs = Turns("session", 16_000).say(Spoke(bytes(40_000)), 0)

    sizes = [len(each.data.audio) for each in outs if isinstance(each, VoiceAudio)]
    assert sizes == [19_200, 19_200, 1_600]


def test_a_turn_without_words_is_not_kept():
    turns = Turns("session", 16_000)

    assert kept(shown(turns, Spoke(b"12"), TurnEnded(Role.ASSISTANT))) == []
    assert kept(shown(turns, Transcribed(Role.USER, "  ", final=True), TurnEnded(Role.USER))) == []


def test_a_turn_that_is_broken_into_waits_for_how_far_it_was_played():
    turns = Turns("session", 16_000)
    shown(turns, Transcribed(Role.ASSISTANT, "one two three four", final=True), *[Spoke(SECOND)] * 4)

    (interrupted,) = turns.say(Interrupted(), 1_500)
    assert isinstance(interrupted, VoiceInterrupted)
    assert (interrupted.data.turn, interrupted.data.from_seq) == (0, 3)
    assert turns.due(2_499) == []
    assert kept(list(turns.played(0, 3_500))) == [(0, "assistant", "one two three")]
    assert turns.due(10_000) == []


def test_nobody_says_how_far_it_was_played_so_the_clock_does():
    turns = Turns("session", 16_000)
    shown(turns, Transcribed(Role.ASSISTANT, "one two three four", final=True), *[Spoke(SECOND)] * 4)
    turns.say(Interrupted(), 2_000)

    assert kept(list(turns.due(3_000))) == [(0, "assistant", "one two")]


def test_words_after_their_audio_are_those_of_that_audio():
    turns = Turns("session", 16_000)
    shown(turns, Spoke(SECOND), Transcribed(Role.ASSISTANT, "First.", final=True))
    shown(turns, Spoke(SECOND), Transcribed(Role.ASSISTANT, "Second.", final=True))
    turns.say(Interrupted(), 1_000)

    assert kept(list(turns.due(2_000))) == [(0, "assistant", "First.")]


def test_a_turn_whose_engine_is_done_stops_being_played_and_stays_as_it_was_kept():
    turns = Turns("session", 16_000)
    outs = shown(
        turns,
        Transcribed(Role.ASSISTANT, "one two", final=True),
        Spoke(SECOND),
        TurnEnded(Role.ASSISTANT),
    )
    assert kept(outs) == [(0, "assistant", "one two")]

    (interrupted,) = turns.say(Interrupted(), 500)

    assert isinstance(interrupted, VoiceInterrupted)
    assert turns.due(5_000) == []
    assert turns.say(Interrupted(), 1_500) == []


def test_who_is_broken_into_is_played_until_then_and_stopped_once():
    turns = Turns("session", 16_000)
    shown(turns, *[Spoke(SECOND)] * 4)
    assert turns.playing(1_500) == Playing(0, 3, 4_000)

    turns.say(Interrupted(), 1_500)

    assert turns.playing(1_600) == Playing(0, 3, 1_500)
    assert turns.ends_at() == 1_500
    assert turns.say(Interrupted(), 1_600) == []


def test_words_of_the_person_stop_what_is_played_of_the_generation_before():
    turns = Turns("session", 16_000, turn=4, seq=10)
    turns.earlier = Playing(3, 8, 2_000)

    assert not any(isinstance(each, VoiceInterrupted) for each in turns.say(Spoke(SECOND), 1_000))
    assert turns.say(Transcribed(Role.USER, " ", final=False), 1_000) == []
    stopped, words = turns.say(Transcribed(Role.USER, "stop", final=False), 1_500)

    assert stopped == VoiceInterrupted(data=VoiceInterruptedData("session", 3, 8))
    assert isinstance(words, VoiceTranscript)


def test_the_end_keeps_all_that_was_said_and_of_the_assistant_what_was_heard():
    def talked() -> Turns:
        turns = Turns("session", 16_000)
        shown(turns, Transcribed(Role.ASSISTANT, "one two three four", final=True), *[Spoke(SECOND)] * 4)
        shown(turns, Transcribed(Role.USER, "Stop.", final=True))
        return turns

    cut = kept(list(talked().end(2_000, is_heard_out=False)))
    whole = kept(list(talked().end(2_000, is_heard_out=True)))

    assert cut == [(0, "assistant", "one two"), (1, "user", "Stop.")]
    assert sorted(whole) == [(0, "assistant", "one two three four"), (1, "user", "Stop.")]


def test_a_turn_that_is_too_long_for_a_frame_goes_on_as_the_next():
    turns = Turns("session", 16_000)
    half = "x" * (MAX_TURN_CHARACTERS - 10)

    outs = shown(turns, Transcribed(Role.USER, half, final=True), Transcribed(Role.USER, half, final=True))

    assert kept(outs) == [(0, "user", half)]
    assert all(len(msgspec.json.encode(each)) < 28_000 for each in outs)
