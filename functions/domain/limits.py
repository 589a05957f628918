"""What is bounded: how long a connection lives, and how much a user may do in a minute."""

from typing import Final

import msgspec

CONNECTION_SECONDS: Final = 2 * 3600
"""The longest that the gateway keeps a connection (API Gateway quotas)."""

LOST_AFTER_SECONDS: Final = CONNECTION_SECONDS + 600
"""Longer than any connection lives, with ten minutes for clocks and late events."""


class Limits(msgspec.Struct, frozen=True):
    """How much one user may do in one minute, over all of their connections.

    ``text_bytes`` are those of the texts in UTF-8, as they are kept; at least as many as one text may have.
    """

    texts: int = 60
    voice_sessions: int = 6
    text_bytes: int = 120_000


USUAL: Final = Limits()
"""What holds where nobody chose."""
