"""What a model is asked: the question, and as much of the conversation before it as the bounds allow."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import groupby
from typing import Final

import msgspec

from functions.domain.replies.pieces import StopReason
from functions.domain.tokens import tokens_of

_BETWEEN: Final = "\n\n"
_BLOCKED: Final = frozenset({StopReason.GUARDRAIL, StopReason.REFUSED})


class Role(StrEnum):
    """Who said something."""

    USER = "user"
    ASSISTANT = "assistant"


class Turn(msgspec.Struct, frozen=True):
    """What one side said until the other one spoke."""

    role: Role
    text: str


class Utterance(msgspec.Struct, frozen=True):
    """A text or a reply of the conversation.

    Attributes
    ----------
    message_id
        The text's; of a reply, that of the text which it answers.
    stop_reason
        Of a reply: why it has no more text. Of a text: that of its reply, or why it got none.
    """

    message_id: str
    role: Role
    text: str
    stop_reason: str | None = None


class Bounds(msgspec.Struct, frozen=True):
    """How much of the conversation is told besides the question: texts and replies, and their tokens."""

    turns: int = 20
    tokens: int = 4_000


class Prompt(msgspec.Struct, frozen=True):
    """What a model is asked: turns that alternate, and begin and end with the user's.

    Attributes
    ----------
    question
        The text that gets the reply. The last turn ends with it, and may begin with texts that got none.
    """

    question: str
    turns: tuple[Turn, ...]
    system: str | None = None

    @property
    def tokens(self) -> int:
        """About how many tokens it has."""
        return sum(tokens_of(turn.text) for turn in self.turns) + tokens_of(self.system or "")


def prompt(
    question: Utterance, history: Iterable[Utterance], bounds: Bounds, system: str | None = None
) -> Prompt | None:
    """Return what a model is asked, None if the question has white space only.

    The conversation is told from its end backwards, as far as the bounds allow, whole texts and replies only.
    What follows the question is left out: somebody may have sent two texts at once. Left out is also a text
    whose reply a guardrail or the model itself stopped, in its midst or before its first word, together with
    the reply: a guardrail looks at the whole prompt, so that it would stop every later reply of the
    conversation too.

    Parameters
    ----------
    history
        Texts and replies of the conversation, in any order; the question may be among them.
    """
    if not question.text.strip():
        return None
    told = _newest(_earlier(question, history), bounds)
    turns = _merged([*told, question])
    if turns[0].role is Role.ASSISTANT:
        turns = turns[1:]
    return Prompt(question.text, tuple(turns), system)


def conversation(history: Iterable[Utterance], bounds: Bounds) -> tuple[Turn, ...]:
    """Return what is told of a conversation without a question: as what is before one in `prompt`."""
    turns = _merged(_newest(_told(list(history)), bounds))
    return tuple(turns[1:] if turns and turns[0].role is Role.ASSISTANT else turns)


def _earlier(question: Utterance, history: Iterable[Utterance]) -> list[Utterance]:
    """Return what was said before the question, oldest first: each text, then its reply."""
    # ids of texts begin with their times
    return _told([each for each in history if each.message_id < question.message_id])


def _told(before: Sequence[Utterance]) -> list[Utterance]:
    blocked = {each.message_id for each in before if each.stop_reason in _BLOCKED}
    told = {
        (each.message_id, each.role is Role.ASSISTANT): each
        for each in before
        if each.message_id not in blocked and each.text.strip()
    }
    return [told[key] for key in sorted(told)]


def _newest(said: Sequence[Utterance], bounds: Bounds) -> list[Utterance]:
    kept: list[Utterance] = []
    tokens = 0
    for each in reversed(said):
        tokens += tokens_of(each.text)
        if len(kept) == bounds.turns or tokens > bounds.tokens:
            break
        kept.append(each)
    return kept[::-1]


def _merged(said: Sequence[Utterance]) -> list[Turn]:
    """Return turns that alternate: models refuse two of one side in a row, as after a reply that failed."""
    return [
        Turn(role, _BETWEEN.join(each.text for each in together))
        for role, together in groupby(said, key=lambda each: each.role)
    ]
