"""A file that is said on real sockets: what comes back, and what happens when something is in the way."""

import asyncio
import io
from collections.abc import Iterator
from typing import Final

import pytest

from local.chat.conversation import Conversation
from local.chat.screen import Screen
from local.errors import LocalError
from local.voice.call import Call, Format, Over
from local.voice.ends import Files
from local.voice.talking import Talking
from local.voice.wav import Sound
from ops.terminal import Terminal
from tests.contract.speaking import sound
from tests.local.voice.listening import Listening, listening

SAID: Final = sound(0.3)


class Person:
    """Somebody who says something from a file."""

    def __init__(self, backend: Listening) -> None:
        self.output = io.StringIO()
        self.files = Files(Sound(16_000, SAID), unanswered_seconds=1.0, rest_seconds=0.2)
        self.is_up = True
        self._backend = backend

    def talk(self) -> Over:
        async def talk() -> Over:
            talking = Talking(
                lambda: (self._backend.url, {}),
                lambda: self.is_up,
                Call(Format(16_000), "p"),
                Conversation("p"),
                self.files,
                Screen(Terminal(file=self.output, soft_wrap=True), echoes=False),
            )
            async with asyncio.timeout(20):
                return await talking.run()

        return asyncio.run(talk())


@pytest.fixture
def backend() -> Iterator[Listening]:
    with listening() as backend:
        yield backend


@pytest.fixture
def person(backend: Listening) -> Person:
    return Person(backend)


def test_what_a_file_says_comes_back_and_its_words_are_shown(person: Person, backend: Listening) -> None:
    over = person.talk()

    assert person.files.answer == Sound(16_000, SAID)
    assert over == Over("client", len(backend.of("voice_data")), lost=0, seconds=1)
    assert "Yes." in person.output.getvalue()
    assert [data["seq"] for data in backend.of("voice_data")] == list(range(over.frames))


def test_a_cut_is_survived_with_the_frame_that_was_cut_lost(person: Person, backend: Listening) -> None:
    backend.cut_after = 1

    over = person.talk()

    assert over.reason == "client"
    assert len(backend.of("voice_start")) == 1
    assert backend.of("voice_listen")[0]["audio"] is True
    assert person.files.answer is not None
    assert person.files.answer.audio.startswith(SAID[:3_200])
    assert "connected again" in person.output.getvalue()


def test_who_is_refused_is_told_why(person: Person, backend: Listening) -> None:
    backend.refuses = "conflict"

    with pytest.raises(LocalError, match=r"conflict: No\."):
        person.talk()


def test_a_voice_session_that_nobody_answers_is_over(person: Person, backend: Listening) -> None:
    backend.ends = "unavailable"

    assert person.talk().reason == "unavailable"
    assert person.files.answer is None


def test_a_backend_that_has_stopped_is_told(person: Person, backend: Listening) -> None:
    backend.cut_after = 0
    person.is_up = False

    with pytest.raises(LocalError, match="the backend has stopped"):
        person.talk()
