"""Hears what an engine says of a question, and has it shown while it comes, until it ends or has to."""

from collections.abc import Callable
from typing import Final

import msgspec

from functions.aws.engines.engine import Engine
from functions.aws.engines.reading import Reading
from functions.domain.refusals import Unavailable
from functions.domain.replies.draft import Draft
from functions.domain.replies.pieces import End, Ended, Piece, StopReason, TextPiece
from functions.domain.replies.prompt import Prompt
from functions.operations.replies.screens import Screens

_SECOND: Final = 1_000


class Heard(msgspec.Struct, frozen=True):
    """All that was said in one attempt, and how it ended."""

    text: str
    end: End


class Hearing(msgspec.Struct, frozen=True):
    """Hears attempts at one question.

    Attributes
    ----------
    engine
        Who is asked.
    screens
        Who sees it.
    now
        Tells the time in epoch milliseconds.
    until
        When to stop, epoch milliseconds: there is time left then for what follows.
    sleep
        Passes so many seconds.
    """

    engine: Engine
    screens: Screens
    now: Callable[[], int]
    until: int
    sleep: Callable[[float], None]

    def hear(self, prompt: Prompt, attempt: int, begun: Callable[[], None]) -> Heard:
        """Ask once, and hear the reply to its end.

        Parameters
        ----------
        attempt
            How often this question was asked, from 1. It goes into each delta.
        begun
            Called while the engine thinks, before any of its words is shown.

        Raises
        ------
        Unavailable
            If the engine has a fault. Its words are left out: they may repeat what it was asked.
        """
        draft = Draft(attempt)
        with Reading(lambda: self.engine.reply(prompt, attempt)) as reading:
            begun()
            end = self._hear(reading, draft)
        draft.end()
        return Heard(draft.text, end)

    def _hear(self, reading: Reading, draft: Draft) -> End:
        while True:
            if (early := self.stopped(draft)) is not None:
                return early
            due = min(self.until, self.screens.look_at, self.until if draft.due_at is None else draft.due_at)
            match _next(reading, (due - self.now()) / _SECOND):
                case None:
                    pass
                case TextPiece(text=text):
                    draft.add(text)
                case end:
                    return end
            if draft.is_full:
                return Ended(StopReason.MAX_TOKENS)
            self.screens.post(draft.take(self.now(), len(self.screens)))

    def stopped(self, draft: Draft | None = None) -> Ended | None:
        """Look after the screens if it is time, and return the end if the reply has to end now."""
        now = self.now()
        if now >= self.until:
            return Ended(StopReason.DEADLINE)
        if now >= self.screens.look_at:
            self.screens.look(draft)
        return Ended(StopReason.CANCELLED) if self.screens.is_cancelled else None

    def rest(self, seconds: float) -> Ended | None:
        """Wait before another attempt; return the end if the reply has to end meanwhile."""
        rested_at = self.now() + round(seconds * _SECOND)
        while (left := rested_at - self.now()) > 0:
            self.sleep(min(left, _SECOND) / _SECOND)
            if (early := self.stopped()) is not None:
                return early
        return None


def _next(reading: Reading, seconds: float) -> Piece | None:
    try:
        return reading.next(seconds)
    except Exception as fault:  # noqa: BLE001 - whatever it is, nobody may log what it says
        problem = f"{type(fault).__name__} of an engine"
        raise Unavailable(problem) from None
