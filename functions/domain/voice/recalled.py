"""What has been said in a conversation, as the next stream of a model is told it."""

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from functions.domain.replies.prompt import Role, Turn

MOST_BYTES: Final = 40_000
"""Of all texts, in UTF-8: Nova 2 Sonic takes 40 KB of history."""


class Recalled:
    """Turns of a conversation, those of the assistant in pieces as they become final.

    Parameters
    ----------
    history
        What was said before. If it ends with the user's text, that waits for its answer.
    is_answered
        Whether somebody else answers it.

    Attributes
    ----------
    asked
        Whether the user's last text waits for its answer.
    """

    def __init__(self, history: Iterable[Turn], *, is_answered: bool = False) -> None:
        self._pieces = list(history)
        self._answer: int | None = None
        self.asked = not is_answered and bool(self._pieces) and self._pieces[-1].role is Role.USER

    def add(self, role: Role, text: str) -> None:
        """Add what is final."""
        self._pieces.append(Turn(role, text))
        if role is Role.USER:
            self.asked = True
        # twice as much as is ever told: what is older need not be carried along
        if self._answer is None and sum(len(each.text) for each in self._pieces) > 2 * MOST_BYTES:
            self._pieces = _newest(self._pieces)

    def begin_answer(self) -> None:
        """The assistant begins a turn."""
        self._answer = len(self._pieces)
        self.asked = False

    def end_answer(self) -> None:
        """The turn is over, and stays as it is: who broke into it does not wait for more of it."""
        self._answer = None

    def forget_answer(self) -> None:
        """The turn was broken off by nobody's wish: what was said of it is forgotten, and asked for again."""
        if self._answer is not None:
            del self._pieces[self._answer :]
            self._answer = None
            self.asked = bool(self._pieces) and self._pieces[-1].role is Role.USER

    def told(self, *, goes_on: bool) -> tuple[list[Turn], str | None]:
        """Return the history, and the user's last text apart from it if it waits for its answer.

        Roles alternate in the history, which begins with the user's.

        Parameters
        ----------
        goes_on
            The user is saying more, and will be answered to all of it: nothing is apart.
        """
        turns = [
            Turn(role, " ".join(each.text for each in together))
            for role, together in groupby(_newest(self._pieces), key=lambda each: each.role)
        ]
        if turns and turns[0].role is Role.ASSISTANT:
            turns = turns[1:]
        if self.asked and turns and not goes_on:
            return turns[:-1], turns[-1].text
        return turns, None


def _newest(pieces: list[Turn]) -> list[Turn]:
    kept: list[Turn] = []
    size = 0
    for each in reversed(pieces):
        size += len(each.text.encode())
        if size > MOST_BYTES:
            break
        kept.append(each)
    return kept[::-1]
