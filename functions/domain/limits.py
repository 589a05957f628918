"""What is bounded: how long a connection lives, and how much a user may do in a minute."""

from typing import Final

import msgspec

CONNECTION_SECONDS: Final = 2 * 3600
"""The longest that the gateway keeps a connection (API Gateway quotas)."""

LOST_AFTER_SECONDS: Final = CONNECTION_SECONDS + 600
"""Longer than any connection lives, with ten minutes for clocks and late events."""


class Allowance(msgspec.Struct, frozen=True):
    """How much one user may have answered, over all of their conversations.

    Attributes
    ----------
    replies_in_flight
        Texts of a quarter of an hour that have no outcome yet.
    tokens_per_day
        Of what models were told and said, in a day of UTC.
    tokens_beside_question
        The most that one text takes besides its own.
    """

    replies_in_flight: int
    tokens_per_day: int
    tokens_beside_question: int


class Speaking(msgspec.Struct, frozen=True):
    """How much may be spoken.

    Attributes
    ----------
    sessions
        Voice sessions at a time, over all users.
    sessions_per_user
        At a time, of one user.
    seconds_per_day
        Of one user's voice sessions, in a day of UTC.
    """

    sessions: int = 50
    sessions_per_user: int = 2
    seconds_per_day: int = 3_600


class Limits(msgspec.Struct, frozen=True):
    """How much one user may do in one minute, over all of their connections.

    ``text_bytes`` are those of the texts in UTF-8, as they are kept; at least as many as one text may have.
    There is an ``allowance`` where texts are answered, and limits of what is ``spoken`` where people speak.
    """

    texts: int = 60
    voice_sessions: int = 6
    text_bytes: int = 120_000
    allowance: Allowance | None = None
    spoken: Speaking | None = None


USUAL: Final = Limits()
"""What holds where nobody chose."""
