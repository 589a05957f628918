"""What the sweeper does about a text that has no outcome: has it answered again, or says that nobody will."""

from enum import Enum
from typing import Final

import msgspec

from functions.domain.log.ids import MINUTE
from functions.domain.replies.leasing import CLOCKS_MILLISECONDS, MOST_ATTEMPTS, Standing

ABANDONED_MILLISECONDS: Final = 10 * MINUTE
"""So old is a text whose answer is not begun any more: the sweeper has had it answered twice by then."""


class Unanswered(msgspec.Struct, frozen=True):
    """A text without an outcome so far: its key, its outcome's, and when it arrived (epoch milliseconds)."""

    key: tuple[str, str]
    outcome_key: tuple[str, str]
    arrived_at: int


class Next(Enum):
    """What is done about a text."""

    WAIT = "wait"
    """Somebody is answering it."""
    ASK = "ask"
    """The responder is invoked for it."""
    ABANDON = "abandon"
    """It gets no reply."""


def judge(text: Unanswered, standing: Standing | None, now: int) -> Next:
    """Return what is done about a text that has no outcome.

    Parameters
    ----------
    standing
        Who answers it, None if nobody ever began.
    now
        Epoch milliseconds.
    """
    if standing is not None and standing.leased_until > now:
        return Next.WAIT
    is_spent = standing is not None and standing.attempts >= MOST_ATTEMPTS
    if is_spent or now - text.arrived_at >= ABANDONED_MILLISECONDS:
        return Next.ABANDON
    return Next.ASK


def may_be_abandoned(arrived_at: int, now: int) -> bool:
    """Tell whether a text is so old that it may have been given up, although nobody ever began to answer it.

    Both in epoch milliseconds, by clocks that may differ.
    """
    return now - arrived_at >= ABANDONED_MILLISECONDS - CLOCKS_MILLISECONDS
