"""What a user may do in a minute: the count that goes with a frame, and the refusal of what is beyond it."""

from typing import Final

from functions.domain.log.claims import Count
from functions.domain.log.events import Cause
from functions.domain.log.ids import MINUTE, minute_of
from functions.domain.refusals import Refused

COUNTED_SECONDS: Final = 3600
"""How long a minute's count is kept: for whoever asks afterwards, since the next minute has another key."""


def count(key: str, limit: int, cause: Cause, size: int = 0, byte_limit: int | None = None) -> Count:
    """Return the claim that counts one more under a key, and its bytes if there is a limit on them."""
    return Count(key, limit, minute_of(cause.at) // 1000 + COUNTED_SECONDS, size, byte_limit)


def over_the_limit(cause: Cause, most: str) -> Refused:
    """Return the refusal of what a user has done too often, or at too great length, in this minute."""
    retry_after = -(-(MINUTE - cause.at % MINUTE) // 1000)
    return Refused("rate_limited", f"Too much in this minute: at most {most}.", retry_after=retry_after)
