"""What the model says, in the order in which it says it, and in others."""

import json
from base64 import b64encode
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from functions.aws.voice.engines.nova.turns import Turns
from functions.domain.replies.prompt import Role
from functions.domain.voice.said import Interrupted, Said, Spoke, Transcribed, TurnEnded, Used
from tests.nova.saying import audio, content, event, text

USER = content("u", "USER", "TEXT", text("u", "Hello"), "END_TURN", stage="FINAL")
PLANNED = content("a1", "ASSISTANT", "TEXT", text("a1", "Good morning."), "PARTIAL_TURN", stage="SPECULATIVE")
SPOKEN = content("a2", "ASSISTANT", "AUDIO", audio("a2", b"\1\0"), "END_TURN")
FINAL = content("a3", "ASSISTANT", "TEXT", text("a3", "Good morning."), "END_TURN", stage="FINAL")
BROKEN_INTO = content(
    "a4", "ASSISTANT", "TEXT", text("a4", '{ "interrupted" : true }'), "INTERRUPTED", stage="FINAL"
)
HEARD = Transcribed(Role.USER, "Hello", final=True)
SAID = Transcribed(Role.ASSISTANT, "Good morning.", final=True)
SHOWN = Transcribed(Role.ASSISTANT, "Good morning.", final=False)
ANSWERED = [HEARD, TurnEnded(Role.USER), SHOWN, Spoke(b"\1\0"), SAID, TurnEnded(Role.ASSISTANT)]


def said(*events: bytes, turns: Turns | None = None) -> list[Said]:
    turns = turns or Turns()
    return [said for each in events for said in turns.read(each)]


def test_a_question_and_its_answer() -> None:
    assert said(*USER, *PLANNED, *SPOKEN, *FINAL) == ANSWERED


def test_final_words_may_come_before_the_audio_is_over() -> None:
    begin, piece, end = SPOKEN

    told = said(*USER, *PLANNED, begin, piece, *FINAL[:2], end, FINAL[2])

    assert told == ANSWERED


def test_a_turn_of_several_sentences_ends_once() -> None:
    first = [each.replace(b"END_TURN", b"PARTIAL_TURN") for each in (*SPOKEN, *FINAL)]

    told = said(*USER, *PLANNED, *first, *PLANNED, *SPOKEN, *FINAL)

    assert told.count(TurnEnded(Role.ASSISTANT)) == 1
    assert told[-1] == TurnEnded(Role.ASSISTANT)
    assert told.count(SAID) == 2


def test_who_speaks_again_ends_a_turn_that_was_never_said_to_be_over() -> None:
    assert said(*PLANNED, *SPOKEN[:2], *USER)[-2:] == [TurnEnded(Role.ASSISTANT), HEARD]


def test_an_interruption_is_said_once_and_never_as_words() -> None:
    cut = event("contentEnd", contentId="a2", type="AUDIO", stopReason="INTERRUPTED")

    told = said(*USER, *PLANNED, *SPOKEN[:2], cut, *BROKEN_INTO)

    assert told.count(Interrupted()) == 1
    assert TurnEnded(Role.ASSISTANT) not in told
    assert not any("interrupted" in getattr(each, "text", "") for each in told)


def test_what_was_begun_to_be_said_is_kept_before_an_interruption() -> None:
    later = content("b", "ASSISTANT", "TEXT", text("b", "How are you?"), "PARTIAL_TURN", stage="SPECULATIVE")

    told = said(*USER, *PLANNED, *SPOKEN[:2], *later, *BROKEN_INTO)

    assert told[-2:] == [SAID, Interrupted()]


def test_nothing_is_played_of_a_turn_that_was_broken_into() -> None:
    assert said(*USER, *PLANNED, *SPOKEN[:2], *BROKEN_INTO, SPOKEN[1], *FINAL)[-1] == Interrupted()


def test_the_next_answer_is_played_again() -> None:
    turns = Turns()
    said(*USER, *PLANNED, *SPOKEN[:2], *BROKEN_INTO, turns=turns)

    assert said(*USER, *PLANNED, *SPOKEN, *FINAL, turns=turns) == ANSWERED


def test_an_interruption_after_the_end_still_stops_the_playing() -> None:
    assert said(*USER, *PLANNED, *SPOKEN, *FINAL, *BROKEN_INTO) == [*ANSWERED, Interrupted()]


def test_tokens_are_those_since_the_last() -> None:
    usage = [event("usageEvent", totalInputTokens=each, totalOutputTokens=2 * each) for each in (3, 3, 10)]

    assert said(*usage) == [Used(3, 6), Used(7, 14)]


def test_the_tokens_of_the_next_stream_are_counted_from_its_beginning() -> None:
    turns = Turns()
    usage = event("usageEvent", totalInputTokens=5, totalOutputTokens=0)
    said(usage, turns=turns)

    turns.leave()

    assert said(usage, turns=turns) == [Used(5, 0)]


def test_a_turn_of_which_all_audio_has_come_is_whole_for_the_next_stream() -> None:
    turns = Turns()
    said(*USER, *PLANNED, *SPOKEN, turns=turns)

    assert turns.leave() == [SAID, TurnEnded(Role.ASSISTANT)]


def test_what_has_become_final_is_not_said_again_for_the_next_stream() -> None:
    turns = Turns()
    later = content("b", "ASSISTANT", "TEXT", text("b", "How are you?"), "PARTIAL_TURN", stage="SPECULATIVE")
    said(*PLANNED, *later, *SPOKEN, FINAL[0], FINAL[1], turns=turns)

    assert turns.leave() == [
        Transcribed(Role.ASSISTANT, "How are you?", final=True),
        TurnEnded(Role.ASSISTANT),
    ]


def test_a_turn_that_is_broken_off_is_said_to_be_interrupted() -> None:
    turns = Turns()
    said(*USER, *PLANNED, *SPOKEN[:2], turns=turns)

    assert turns.leave() == [SAID, Interrupted()]
    assert not turns.answering


def test_a_question_stays_open_for_the_next_stream() -> None:
    turns = Turns()
    said(*USER, turns=turns)

    assert turns.leave() == []
    assert turns.asked


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["contentStart", "textOutput", "audioOutput", "contentEnd", "usageEvent", "toolUse"])
FIELDS = st.sampled_from(["contentId", "content", "role", "type", "stopReason", "additionalModelFields"])


@given(st.lists(st.binary(max_size=20) | st.builds(lambda each: json.dumps(each).encode(), JSON)))
def test_what_is_no_event_says_nothing(events: list[bytes]) -> None:
    assert said(*events) == []


@given(st.lists(st.tuples(NAMES, st.dictionaries(FIELDS, JSON, max_size=4))))
def test_a_strange_event_breaks_nothing(events: list[tuple[str, dict[str, Any]]]) -> None:
    said(*(json.dumps({"event": {name: value}}).encode() for name, value in events))


def test_audio_that_is_no_base64_is_not_played() -> None:
    broken = event("audioOutput", contentId="a2", content=b64encode(b"\1\0").decode() + "!")

    assert said(*PLANNED, SPOKEN[0], broken) == [SHOWN]
