from typing import get_args

import pytest

from docs import schemas
from functions.domain.frames import protocol, voice_frames


@pytest.mark.parametrize("name", schemas.documents())
def test_a_committed_document_is_what_the_types_say(name: str) -> None:
    committed = (schemas.FOLDER / name).read_text(encoding="utf-8")

    assert committed == schemas.documents()[name], "run `python -m docs.schemas`"


def test_nothing_else_is_committed_as_a_schema() -> None:
    committed = {path.name for path in schemas.FOLDER.iterdir()}

    assert committed == set(schemas.documents())


def test_every_frame_of_a_client_has_its_answers() -> None:
    frames = set(get_args(protocol.Frame))

    assert set(schemas.REPLIES) == frames


def test_what_answers_nothing_comes_by_itself() -> None:
    answers = {answer for replies in schemas.REPLIES.values() for answer in replies}

    assert set(get_args(protocol.Sent)) - answers == set(schemas.PUSHED) - {
        protocol.Error,
        voice_frames.VoiceEnded,
    }


def test_every_answer_answers_something() -> None:
    answers = {answer for replies in schemas.REPLIES.values() for answer in replies}

    assert answers == set(get_args(protocol.Answer))
