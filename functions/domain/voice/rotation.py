"""When a model's stream gives way to the next one, and how often a broken one is opened again.

A stream of Nova 2 Sonic lives for eight minutes at most. The next one is opened before that and takes over
where nobody is speaking, or at the latest in time.
"""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Final

import msgspec

PAUSES: Final = (0.0, 0.2, 0.5, 1.0, 2.0)
"""Before each try to open a broken stream again, in seconds. After the last, it stays broken."""
BREAKS_SECONDS: Final = 60.0
"""How long a break counts."""


class Lives(msgspec.Struct, frozen=True):
    """How long streams live, and what else passes with time, in seconds.

    Attributes
    ----------
    early
        From when on, since it was opened, a stream gives way as soon as nobody is speaking.
    late
        From when on it gives way whatever the person is doing: what they said is said again to the next one.
    last
        From when on it gives way even while the assistant is speaking.
    spare
        How long the next one may wait for its turn: a model hangs up on who says nothing for 55 s.
    again
        Between two tries to open the next one.
    pause
        How long somebody has been silent at least when the model says what it understood.
    tick
        Between two looks at the clock.
    """

    early: float = 360
    late: float = 440
    last: float = 470
    spare: float = 40
    again: float = 5
    pause: float = 1
    tick: float = 0.1


class Step(Enum):
    """What is to be done now."""

    NOTHING = auto()
    OPEN = auto()
    """Open the next stream; one that has waited for too long is closed."""
    SWAP = auto()


def next_step(
    lives: Lives, age: float, *, spare: float | None, tried: float | None, asking: bool, answering: bool
) -> Step:
    """Return what is to be done about a stream's end.

    Parameters
    ----------
    age
        Of the stream, in seconds.
    spare
        How long the next one has been open, None if it is not.
    tried
        How long ago it was last tried to open it, None if it never was.
    asking
        Whether the person is speaking, or waits for an answer.
    answering
        Whether the assistant is speaking.
    """
    if age < lives.early:
        return Step.NOTHING
    if spare is None or spare >= lives.spare:
        return Step.OPEN if tried is None or tried >= lives.again else Step.NOTHING
    if answering:
        return Step.SWAP if age >= lives.last else Step.NOTHING
    if asking:
        return Step.SWAP if age >= lives.late else Step.NOTHING
    return Step.SWAP


def pause_before_reopening(breaks: Sequence[float], now: float) -> float | None:
    """Return how long to wait until a broken stream is opened again, None if it is given up.

    Parameters
    ----------
    breaks
        When it broke, or could not be opened, this time included.
    """
    recent = sum(now - each < BREAKS_SECONDS for each in breaks)
    return PAUSES[recent - 1] if recent <= len(PAUSES) else None
