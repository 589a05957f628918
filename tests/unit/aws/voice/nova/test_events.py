"""What is sent, held against the automaton of the fake: its orders, its sizes and its formats."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.aws.voice.engines.nova import events
from functions.domain.replies.prompt import Role, Turn
from tests.nova.fake.automaton import Asked, Automaton, Heard, Over, RefusedError, Taken

HISTORY = [Turn(Role.USER, "Hello"), Turn(Role.ASSISTANT, "Hi")]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=3_000)


def begun(system: str | None = None) -> list[bytes]:
    return events.setup("p", voice="matthew", system=system, endpointing="LOW")


def taken(*sent: bytes) -> list[Taken]:
    automaton = Automaton()
    return [said for each in sent if (said := automaton.take(each)) is not None]


def test_a_whole_stream_is_taken() -> None:
    told = taken(
        *begun("Be kind."),
        *events.history("p", HISTORY),
        events.audio_start("p", 16_000),
        *events.question("p", "And now?"),
        events.audio("p", b"\1\0" * 10),
        *events.ending("p", audio_started=True),
    )

    assert told == [Asked("And now?"), Heard(b"\1\0" * 10), Over()]


def test_a_stream_that_was_never_spoken_to_is_ended() -> None:
    assert taken(*begun(), *events.ending("p", audio_started=False)) == [Over()]


@given(TEXTS)
def test_a_text_of_any_length_is_told_whole_in_parts_that_are_taken(text: str) -> None:
    automaton = Automaton()
    for each in [*begun(text), *events.history("p", [Turn(Role.USER, text)])]:
        automaton.take(each)

    assert automaton.told == [("SYSTEM", text), ("USER", text)]


def test_endpointing_is_the_model_s_own_where_nothing_is_asked_for() -> None:
    start = json.loads(events.setup("p", voice="amy")[0])["event"]["sessionStart"]

    assert "turnDetectionConfiguration" not in start


AUDIO = events.audio_start("p", 16_000)
PIECE = events.audio("p", b"\1\0")


@pytest.mark.parametrize(
    "sent",
    [
        [PIECE],
        [*begun(), PIECE],
        [*begun(), *begun()],
        [*begun(), *events.history("p", HISTORY[1:])],
        [*begun(), AUDIO, *events.history("p", HISTORY)],
        [*begun(), *events.question("p", "Early")],
        [*begun(), AUDIO, AUDIO],
        [*begun(), AUDIO, events.audio("p", b"\1")],
        [*begun(), AUDIO, *events.ending("p", audio_started=False)],
        [*begun(), *events.ending("p", audio_started=False), AUDIO],
        [*begun(), *events.history("other", HISTORY)],
        [*begun(), *events.history("p", [Turn(Role.USER, "a" * 41_000)])],
        events.setup("p", voice="nobody"),
        events.setup("p", voice="amy", endpointing="NEVER"),
        [*begun(), events.audio_start("p", 44_100)],
        [*begun()[:-1], b'{"event":{"textInput":{"promptName":"p"}}}'],
    ],
)
def test_the_automaton_refuses_what_the_model_would_refuse(sent: list[bytes]) -> None:
    with pytest.raises((RefusedError, KeyError)):
        taken(*sent)
