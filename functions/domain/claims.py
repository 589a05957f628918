"""What must be strict: short-lived rows of the claims table, written in the event's own transaction.

No handler reads before it writes, so each claim is a condition, and what stands against it comes back with
the refusal.
"""

import msgspec


class Take(msgspec.Struct, frozen=True):
    """Hold a key: granted if it is free, has expired, or holds this very value already (a retry).

    Attributes
    ----------
    key, value
        What is claimed, and for whom or what.
    now, expires_at
        Epoch seconds; readers judge the expiry themselves, since the deletion of expired rows lags.
    overrides_below
        A value that sorts below this one may be replaced; the empty string replaces none.
    """

    key: str
    value: str
    now: int
    expires_at: int
    overrides_below: str = ""


class Release(msgspec.Struct, frozen=True):
    """Give a key up: granted only if it holds this value."""

    key: str
    value: str


Claim = Take | Release


def session_key(session_id: str) -> str:
    """Return the key of a session's owner; its value is the user id."""
    return f"session#{session_id}"


def voice_key(connection_id: str) -> str:
    """Return the key of a connection's one open voice session; its value is the session's id."""
    return f"voice#{connection_id}"


def reply_key(conversation: str, client_id: str) -> str:
    """Return the key of the one reply to a client's message; its value names message and text."""
    return f"reply#{conversation}#{client_id}"
