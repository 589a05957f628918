"""Asks an engine, and hears it to its end."""

from functions.aws.engines.engine import Engine
from functions.domain.replies.draft import Draft
from functions.domain.replies.pieces import End, TextPiece
from functions.domain.replies.prompt import Bounds, Prompt, Role, Utterance, prompt


def asking(text: str, *history: Utterance, system: str | None = None) -> Prompt:
    """Return the prompt of a text, to which a script answers without pauses."""
    asked = prompt(Utterance("9", Role.USER, f"[pause 0] {text}"), history, Bounds(), system)
    assert asked is not None
    return asked


def heard(engine: Engine, asked: Prompt) -> tuple[str, End]:
    """Return all that an engine says, and how it ends, which is the last that it says."""
    *words, end = engine.reply(asked, 1)
    assert not isinstance(end, TextPiece)
    draft = Draft(1)
    for word in words:
        assert isinstance(word, TextPiece), "an end that is not the last"
        draft.add(word.text)
    draft.end()
    return draft.text, end
