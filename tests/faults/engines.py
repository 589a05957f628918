"""The scripted engine in a world: what it is asked, what it says, and the time that it takes."""

import threading
from collections import defaultdict
from collections.abc import Callable, Generator
from random import Random
from typing import Final

from functions.aws.engines.script import Script
from functions.domain.replies.pieces import Piece
from functions.domain.replies.prompt import Prompt, Role
from functions.domain.replies.script import read

ORDERS: Final = (
    *("[say 4]", "[say 9]", "[say 14]", "[say 25]", "[fail throttled] [times 1] [say 3]"),
    *("[fail interrupted] [after 2] [times 1] [say 6]", "[fail rejected]", "[fail unavailable]", "[say 0]"),
    *("[end guardrail] [after 3] [say 9]", "[fail too_long] [times 1] [say 2]", "[end max_tokens] [say 5]"),
    "\N{GRINNING FACE}",
)
SHARES: Final = (4, 6, 4, 3, 2, 2, 1, 1, 1, 1, 1, 1, 2)
"""What texts tell the engine to do, and how often one does."""
_READER: Final = "(_read)"


class Engine:
    """An engine that does what the question tells it, and remembers what it was asked.

    Attributes
    ----------
    asked, begun_at
        How often it was asked each question, in any attempt; and when last, epoch milliseconds.
    told
        What users said before each question, and the question, as it was told in any attempt.
    """

    model = "script"

    def __init__(self, now: Callable[[], int]) -> None:
        self.asked: dict[str, int] = defaultdict(int)
        self.begun_at: dict[str, int] = {}
        self.told: dict[str, set[str]] = defaultdict(set)
        self._now = now
        self._script = Script(lambda _seconds: None)

    def reply(self, prompt: Prompt, asked: int, /) -> Generator[Piece]:
        """Say what the question tells."""
        self.asked[prompt.question] += 1
        self.begun_at[prompt.question] = self._now()
        for turn in prompt.turns:
            if turn.role is Role.USER:
                self.told[prompt.question].update(turn.text.split("\n\n"))
        yield from self._script.reply(prompt, asked)


def said_before_it_is_heard() -> None:
    """Wait until every engine has said what it says: how fast threads are must change nothing."""
    for thread in threading.enumerate():
        if thread.name.endswith(_READER):
            thread.join()


def order(random: Random) -> str:
    """Draw what a text tells the engine."""
    return f"{random.choices(ORDERS, SHARES)[0]} "


def failure_of(question: str) -> str | None:
    """Return why a text gets no reply, if nothing else goes wrong; None if it gets one."""
    directives, _ = read(question)
    if directives.fail is not None and directives.times > 1:
        return directives.fail.value
    return "empty" if directives.say == 0 else None


def whole_reply(question: str) -> str | None:
    """Return what the engine says to a question from the beginning to the end; None if that is not told."""
    directives, _ = read(question)
    if directives.say is None:
        return None
    return " ".join(str(number) for number in range(1, directives.say + 1))
