"""What the scripted engine says: it does what the question tells it, and the same each time.

A question that begins with directives in brackets is an order; any other one is repeated, and followed by a
passage that is long enough to be cut.

    [say 10000]           the words 1 to 10000
    [say 0]               nothing
    [pause 200]           200 ms between two words, instead of 40
    [wait 3000]           3 s before the first word
    [fail throttled]      fails, in the words of `Failure`
    [end guardrail]       ends so, in the words of `StopReason`
    [after 3]             fails or ends after three words, not before the first or after the last
    [times 2]             does so the first two times that it is asked, and answers the third
    [prompt]              says what it was asked: the system prompt, and turn by turn

Several may stand together: ``[fail interrupted] [after 5] [times 1] Good morning``.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Final

import msgspec

from functions.domain.replies.pieces import Ended, Failed, Failure, Piece, StopReason, TextPiece, Usage
from functions.domain.replies.prompt import Prompt

PAUSE_MS: Final = 40
"""Between two words, where the question does not say otherwise: about as fast as people read."""
MOST: Final = 100_000
"""Words, and milliseconds: more are a slip."""

_DIRECTIVE: Final = re.compile(r"\s*\[(\w+)(?: (\w+))?\]")
_PASSAGE: Final = (
    "This is the scripted engine, which stands in for a model. It thinks nothing of its own, and takes its "
    "time word by word, so that there is something to look at: a second screen that joins in the middle, a "
    "network that goes away and comes back, or somebody who has heard enough."
)


_Number = Annotated[int, msgspec.Meta(ge=0, le=MOST)]


class Directives(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a question tells the engine to do."""

    say: _Number | None = None
    pause: _Number = PAUSE_MS
    wait: _Number = 0
    fail: Failure | None = None
    end: StopReason = StopReason.END_TURN
    after: _Number | None = None
    times: _Number = MOST
    prompt: bool = False


class Step(msgspec.Struct, frozen=True):
    """A piece, and the milliseconds before it."""

    pause: int
    piece: Piece


def steps(prompt: Prompt, asked: int) -> Iterator[Step]:
    """Yield what is said.

    Parameters
    ----------
    asked
        How often this question was asked, from 1.
    """
    directives, rest = read(prompt.question)
    words = _words(directives, rest, prompt)
    ends_early = asked <= directives.times
    if ends_early and directives.after is not None:
        words = words[: directives.after]
    elif ends_early and directives.fail is not None:
        words = []
    for index, word in enumerate(words):
        pause = directives.pause if index else directives.wait
        yield Step(pause, TextPiece(f" {word}" if index else word))
    pause = 0 if words else directives.wait
    if ends_early and directives.fail is not None:
        yield Step(pause, Failed(directives.fail, "script"))
    else:
        reason = directives.end if ends_early else StopReason.END_TURN
        yield Step(pause, Ended(reason, Usage(prompt.tokens, len(words))))


def read(text: str) -> tuple[Directives, str]:
    """Return the directives that a text begins with, and the rest; what is none is text."""
    given: dict[str, str | bool] = {}
    directives = Directives()
    position = 0
    while (found := _DIRECTIVE.match(text, position)) is not None:
        name, value = found.groups()
        given = {**given, name: True if value is None else value}
        try:
            # in the words of a person: numbers come as text
            directives = msgspec.convert(given, Directives, strict=False)
        except msgspec.ValidationError:
            break
        position = found.end()
    return directives, text[position:].strip()


def _words(directives: Directives, rest: str, prompt: Prompt) -> list[str]:
    if directives.say is not None:
        return [str(number) for number in range(1, directives.say + 1)]
    if directives.prompt:
        told = [f"{turn.role}: {turn.text}" for turn in prompt.turns]
        return told if prompt.system is None else [f"system: {prompt.system}", *told]
    return [*(["You", "said:", *rest.split()] if rest else []), *_PASSAGE.split()]
