"""How fast speech may come: judged without memory, since a voice session's id holds when it began."""

from typing import Final

from functions.domain.log.events import Cause
from functions.domain.log.ids import time_of
from functions.domain.refusals import Refused

FRAMES_PER_SECOND: Final = 50
FRAMES_BURST: Final = 100
_AHEAD: Final = (
    f"Speech is ahead of its time: at most {FRAMES_BURST} frames, and {FRAMES_PER_SECOND} more each second."
)


def keep_pace(session: str, seq: int, cause: Cause) -> None:
    """Refuse frames that come faster than speech, or that name a voice session which cannot have begun.

    For example, ten seconds after a session began the frame with ``seq`` 600 may come (100, and 50 a second),
    and 601 is refused.

    Raises
    ------
    Refused
        ``not_found``, or ``rate_limited`` with the seconds after which the frame may come.
    """
    began = time_of(session)
    if began > cause.at:
        raise not_open()
    surplus = seq - FRAMES_BURST - FRAMES_PER_SECOND * (cause.at - began) / 1000
    if surplus > 0:
        raise ahead(-int(-surplus // FRAMES_PER_SECOND))


def ahead(retry_after: int) -> Refused:
    """Return the refusal of what comes faster than speech."""
    return Refused("rate_limited", _AHEAD, retry_after=retry_after)


def not_open() -> Refused:
    """Return the refusal of what names a voice session that is not open."""
    return Refused("not_found", "The voice session is not open in this conversation.")


def no_speech() -> Refused:
    """Return the refusal of all frames of speech where nobody can speak."""
    return Refused("invalid_message", "This backend takes no speech.")
