"""The scripted engine: it says what the question tells it, slowly. It costs nothing and is no model."""

import time
from collections.abc import Callable, Generator

from functions.domain.replies.pieces import Piece
from functions.domain.replies.prompt import Prompt
from functions.domain.replies.script import steps


class Script:
    """Plays a script in time.

    Parameters
    ----------
    sleep
        Passes so many seconds.
    """

    model = "script"

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep

    def reply(self, prompt: Prompt, asked: int, /) -> Generator[Piece]:
        """Yield the pieces of `functions.domain.replies.script`, each after its pause."""
        for step in steps(prompt, asked):
            if step.pause:
                self._sleep(step.pause / 1_000)
            yield step.piece
