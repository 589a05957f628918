"""What the connection manager answers, but for what shows connections."""

from typing import Final

import msgspec

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
    """To how many connections a message went, and where to go on if time ran out."""

    delivered: int
    gone: int
    failed: int
    cursor: str | None = None


class UserDisconnected(msgspec.Struct, frozen=True):
    """Of a user's connections how many were closed, had gone, or failed; and where to go on, as `Sent`."""

    disconnected: int
    gone: int
    failed: int
    cursor: str | None = None
    note: str = TOKENS_OUTLIVE
