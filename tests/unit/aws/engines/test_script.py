"""The scripted engine in time."""

from functions.aws.engines.script import Script
from functions.domain.replies.pieces import Ended, TextPiece
from functions.domain.replies.prompt import Prompt, Role, Turn

ORDER = "[say 3] [pause 200] [wait 3000]"


def test_words_come_after_their_pauses_and_the_end_at_once() -> None:
    slept: list[float] = []

    *words, end = Script(slept.append).reply(Prompt(ORDER, (Turn(Role.USER, ORDER),)), 1)

    assert slept == [3.0, 0.2, 0.2]
    assert words == [TextPiece("1"), TextPiece(" 2"), TextPiece(" 3")]
    assert isinstance(end, Ended)


def test_it_is_called_what_it_is() -> None:
    assert Script().model == "script"
