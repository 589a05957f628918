"""What the echo makes of sound, silence and time."""

from typing import Final

import pytest

from functions.domain.replies.prompt import Role, Turn
from functions.domain.voice.echoing import Echoing, Way, way_of
from functions.domain.voice.said import (
    Broken,
    Failure,
    Interrupted,
    Opening,
    Said,
    Spoke,
    Transcribed,
    TurnEnded,
)
from tests.contract.speaking import audio, silence, sound, words

FRAME: Final = 3_200
"""Bytes of 100 ms."""
USER_DONE: Final = TurnEnded(Role.USER)
ASSISTANT_DONE: Final = TurnEnded(Role.ASSISTANT)


def echoing(way: Way = Way.AT_ONCE, history: tuple[Turn, ...] = ()) -> Echoing:
    return Echoing(Opening(16_000, way, history=history))


def speak(echo: Echoing, heard: bytes, began: float = 0.0) -> list[Said]:
    """Speak at the pace of speech, and return what came of it until the end of the last frame."""
    said: list[Said] = []
    for number, at in enumerate(range(0, len(heard), FRAME), 1):
        said += echo.heard(heard[at : at + FRAME], began + number / 10)
    return said


def test_every_sample_comes_back_at_once_from_the_first_sound_to_the_pause() -> None:
    heard = silence(0.2) + sound(0.5) + silence(0.4) + sound(0.3) + silence(0.9)

    said = speak(echoing(), heard)

    assert audio(said) == heard[2 * FRAME : -3 * FRAME]


def test_a_frame_is_answered_before_the_next_comes() -> None:
    first = sound()

    assert echoing().heard(first, 1.0) == [
        Transcribed(Role.USER, "0.1 s of sound at -15 dB", final=False),  # theirs is the first turn
        Spoke(first),
    ]


def test_both_say_in_words_how_long_it_was_and_how_loud() -> None:
    said = speak(echoing(), sound(0.5) + silence(0.4) + sound(0.3) + silence(0.7))

    assert words(said, Role.USER) == "1.2 s of sound at -17 dB"
    assert words(said, Role.ASSISTANT) == "You said: 1.2 s of sound at -17 dB"


def test_each_second_is_shown_before_the_turn_is_over() -> None:
    said = speak(echoing(), sound(2.5))

    shown = [each for each in said if isinstance(each, Transcribed)]
    assert shown == [
        Transcribed(Role.USER, "0.1 s of sound at -15 dB", final=False),
        Transcribed(Role.USER, "1.0 s of sound at -15 dB", final=False),
        Transcribed(Role.USER, "2.0 s of sound at -15 dB", final=False),
    ]


def test_silence_says_nothing() -> None:
    echo = echoing()

    assert speak(echo, silence(5.0)) == []
    assert echo.due_at is None


def test_what_a_pause_is_shorter_than_is_one_turn() -> None:
    said = speak(echoing(), sound(0.3) + silence(0.5) + sound(0.3) + silence(0.6))

    assert said.count(USER_DONE) == 1


def test_a_turn_ends_when_nothing_comes_for_a_second() -> None:
    echo = echoing()
    speak(echo, sound(0.3))

    assert echo.due_at == pytest.approx(1.3)
    assert echo.passed(1.2) == []
    said = echo.passed(1.31)

    assert [each for each in said if isinstance(each, TurnEnded)] == [USER_DONE, ASSISTANT_DONE]


def test_a_turn_ends_after_a_minute() -> None:
    said = speak(echoing(), sound(60.0))

    assert said.count(USER_DONE) == 1


def test_what_is_under_way_at_the_end_is_told_in_words() -> None:
    echo = echoing()
    speak(echo, sound(0.3))

    said = echo.last_words()

    assert words(said, Role.USER) == "0.3 s of sound at -15 dB"
    assert words(said, Role.ASSISTANT) == "You said: 0.3 s of sound at -15 dB"


def test_history_is_told_of() -> None:
    history = (Turn(Role.USER, "a"), Turn(Role.ASSISTANT, "b"))

    said = speak(echoing(history=history), sound(0.3) + silence(0.7))

    assert words(said, Role.ASSISTANT).startswith("You said (after 2 turns): ")


def test_speech_ahead_of_its_time_is_still_played_when_the_next_begins() -> None:
    echo = echoing()
    for _ in range(20):
        echo.heard(sound(), 1.0)
    for _ in range(6):
        echo.heard(silence(), 1.0)

    interrupted = echo.heard(sound(), 2.0)  # it is played until 3.6

    assert interrupted[0] == Interrupted()
    assert audio(interrupted) == sound()


def test_an_assistant_is_done_when_all_was_played() -> None:
    echo = echoing()
    for _ in range(20):
        echo.heard(sound(), 1.0)
    for _ in range(6):
        echo.heard(silence(), 1.0)

    said = echo.passed(2.7)
    assert said == [Transcribed(Role.ASSISTANT, "You said: 2.0 s of sound at -15 dB", final=True)]
    assert echo.due_at == pytest.approx(3.6)
    assert echo.passed(3.61) == [ASSISTANT_DONE]
    assert Interrupted() not in echo.heard(sound(), 3.7)


def test_in_turn_all_is_said_after_the_pause_without_it() -> None:
    echo = echoing(Way.IN_TURN)
    heard = sound(0.5) + silence(0.3) + sound(0.1)

    said = speak(echo, heard + silence(0.6))
    before = said.index(USER_DONE)

    assert audio(said[:before]) == b""
    assert audio(said[before:]) == heard
    assert echo.due_at == pytest.approx(2.4)
    assert echo.passed(2.41) == [ASSISTANT_DONE]


def test_in_turn_little_is_said_ahead_of_its_time() -> None:
    echo = echoing(Way.IN_TURN)

    said = speak(echo, sound(5.0) + silence(0.6))

    assert len(audio(said)) == 10 * FRAME + FRAME
    assert echo.due_at == pytest.approx(5.7)
    assert len(audio(echo.passed(5.75))) == FRAME


def test_in_turn_what_was_not_said_is_forgotten_when_it_is_interrupted() -> None:
    echo = echoing(Way.IN_TURN)
    said = speak(echo, sound(5.0) + silence(0.6))

    interrupted = speak(echo, sound(0.1), began=6.0)

    assert words(said, Role.ASSISTANT).endswith(" … 1 … 2")
    assert Interrupted() in interrupted
    assert words(interrupted, Role.ASSISTANT) == ""
    assert audio(speak(echo, silence(0.6), began=6.1)) == sound(0.1)


def test_a_stream_that_is_to_break_hears_silence_before() -> None:
    echo = echoing(Way.BREAKS)

    assert speak(echo, silence(1.0)) == []
    assert echo.heard(sound(), 2.0) == [Broken(Failure.UNAVAILABLE, "its voice is to break")]


@pytest.mark.parametrize("voice", [None, "matthew", "at-once"])
def test_an_unknown_voice_answers_at_once(voice: str | None) -> None:
    assert way_of(Opening(16_000, voice)) is Way.AT_ONCE
