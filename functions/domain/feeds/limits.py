"""How often a user may ask for what they missed and cancel texts, and how far back."""

from typing import Final

import msgspec

WINDOW_SECONDS: Final = 24 * 3_600


class FeedLimits(msgspec.Struct, frozen=True):
    """How often one user may ask in one minute, over all of their connections, and how far back.

    ``window_seconds`` is a rule for readers only: numbers are kept for as long as their events.
    ``pending_seconds`` is how far back they are told of texts without a reply: 0 where nobody answers.
    """

    resumes: int = 30
    histories: int = 30
    cancels: int = 60
    window_seconds: int = WINDOW_SECONDS
    pending_seconds: int = 0


USUAL: Final = FeedLimits()
"""What holds where nobody chose."""
