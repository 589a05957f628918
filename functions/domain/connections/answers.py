"""What the connection manager answers, but for what shows connections."""

from typing import Final

import msgspec

from functions.domain.frames.feed_frames import Position

TOKENS_OUTLIVE: Final = (
    "A token that the user holds opens new connections until it expires. Let Cognito issue no more of them "
    "first (admin-disable-user, admin-user-global-sign-out), and ask again once the last one has expired."
)
"""Tokens are verified by their signature alone, so that nobody learns of a revocation."""


class StatusSet(msgspec.Struct, frozen=True, rename="camel"):
    """The event that was appended."""

    event_id: str


class Swept(msgspec.Struct, frozen=True):
    """How many idle connections were checked, and how many of them were lost, closed, or active after all."""

    checked: int
    lost: int
    closed: int
    refreshed: int


class Sent(msgspec.Struct, frozen=True, omit_defaults=True):
    """To how many connections a message went, and where to go on if time ran out.

    What is ``queued`` goes by the delivery queue, where there is one.
    """

    delivered: int
    gone: int
    failed: int
    cursor: str | None = None
    queued: int = 0


class Notified(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A notification that is in the log: its id, its number, and how many screens it was posted to.

    Those that were busy wait for it in the delivery queue, where there is one.

    Without a number it could not be numbered in time, or is not in the log any more; the sweeper numbers what
    is.
    """

    message_id: str
    posted: int
    seq: int | None = None
    queued: int = 0


class Receipt(msgspec.Struct, frozen=True, rename="camel"):
    """Up to where a user acknowledged a feed: the number, what has it, and when, in ISO 8601."""

    user_id: str
    seq: int
    message_id: str
    at: str


class ReceiptsShown(msgspec.Struct, frozen=True):
    """Where a feed is, and up to where each user acknowledged it."""

    position: Position
    receipts: tuple[Receipt, ...]


class UserDisconnected(msgspec.Struct, frozen=True):
    """Of a user's connections how many were closed, had gone, or failed; and where to go on, as `Sent`."""

    disconnected: int
    gone: int
    failed: int
    cursor: str | None = None
    note: str = TOKENS_OUTLIVE
