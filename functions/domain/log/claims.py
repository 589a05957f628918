"""What must be strict: short-lived rows of the claims table, written in the event's own transaction.

No handler reads before it writes, so each claim is a condition, and what stands against it comes back with
the refusal.
"""

from collections.abc import Mapping
from hashlib import sha256

import msgspec

from functions.names import (
    CLAIM_ANSWER,
    CLAIM_CANCELS,
    CLAIM_ENDED,
    CLAIM_HISTORIES,
    CLAIM_INFLIGHT,
    CLAIM_REPLY,
    CLAIM_RESUMES,
    CLAIM_RUN,
    CLAIM_SEATS,
    CLAIM_SEND,
    CLAIM_SESSION,
    CLAIM_SPEAKING,
    CLAIM_SPOKEN,
    CLAIM_TEXTS,
    CLAIM_TICKET,
    CLAIM_TOKENS,
    CLAIM_VOICE,
    CLAIM_VOICES,
)


class Take(msgspec.Struct, frozen=True):
    """Hold a key: granted if it is free, has expired, or holds this very value already (a retry).

    It never gets shorter. For example, a session that its user holds until June is not taken until May: the
    claim is refused, and the event is not appended, as after any refusal. Since nothing is left to claim, its
    caller appends it without the claim.

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


class Count(msgspec.Struct, frozen=True):
    """Count one more under a key: granted while fewer than the limit were counted.

    Attributes
    ----------
    key, limit
        What is counted, and up to how many. The first under a key is always granted.
    expires_at
        Epoch seconds; a key names its minute, so nobody judges by it.
    bytes, byte_limit
        How long this one is, and how long all under the key may be together; no limit counts no bytes.
    """

    key: str
    limit: int
    expires_at: int
    bytes: int = 0
    byte_limit: int | None = None


class Reserve(msgspec.Struct, frozen=True):
    """Set an amount aside under a key: granted while all that is set aside there is within the limit.

    Attributes
    ----------
    key, amount, limit
        What is reserved, how much of it, and how much there is.
    expires_at
        Epoch seconds; a key names its time, so nobody judges by it.
    """

    key: str
    amount: int
    limit: int
    expires_at: int


class Settle(msgspec.Struct, frozen=True):
    """Correct what is set aside under a key, by an amount that may be negative: always granted.

    It goes with an event of which there can be one only, so that it happens once. For example, 5,000 tokens
    were reserved for a text, and its reply took 1,200: -3,800.
    """

    key: str
    amount: int
    expires_at: int


Claim = Take | Release | Count | Reserve | Settle

Standing = Mapping[str, str | None]
"""What stands against each claim that was not granted, by its key.

That is the value of the key; None if nobody holds it, or if it is a count or a reservation.
"""


def session_key(session_id: str) -> str:
    """Return the key of a session's owner; its value is the user id."""
    return f"{CLAIM_SESSION}{session_id}"


def voice_key(connection_id: str) -> str:
    """Return the key of a connection's one open voice session; its value is the session's id."""
    return f"{CLAIM_VOICE}{connection_id}"


def speaking_key(user_id: str, minute: int) -> str:
    """Return the key of how many voice sessions of a user are open in a minute (its start)."""
    return f"{CLAIM_SPEAKING}{user_id}#{minute // 1000}"


def seats_key(minute: int) -> str:
    """Return the key of how many voice sessions are open in a minute, over all users."""
    return f"{CLAIM_SEATS}{minute // 1000}"


def spoken_key(user_id: str, day: int) -> str:
    """Return the key of the seconds of a user's voice sessions of a day (its start, epoch milliseconds)."""
    return f"{CLAIM_SPOKEN}{user_id}#{day // 1000}"


def run_key(voice_session_id: str, generation: int) -> str:
    """Return the key of which invocation holds a generation of a voice session."""
    return f"{CLAIM_RUN}{voice_session_id}#{generation}"


def ended_key(conversation: str, voice_session_id: str) -> str:
    """Return the key of how a voice session of a conversation ended; its value is that, as JSON."""
    return f"{CLAIM_ENDED}{conversation} {voice_session_id}"


def texts_key(user_id: str, minute: int) -> str:
    """Return the key of the texts, and their bytes, of a user in a minute (its start, epoch milliseconds)."""
    return f"{CLAIM_TEXTS}{user_id}#{minute // 1000}"


def voices_key(user_id: str, minute: int) -> str:
    """Return the key of how many voice sessions a user opened in a minute."""
    return f"{CLAIM_VOICES}{user_id}#{minute // 1000}"


def resumes_key(user_id: str, minute: int) -> str:
    """Return the key of how often a user asked in a minute for what they missed."""
    return f"{CLAIM_RESUMES}{user_id}#{minute // 1000}"


def histories_key(user_id: str, minute: int) -> str:
    """Return the key of how many pages of history a user asked for in a minute."""
    return f"{CLAIM_HISTORIES}{user_id}#{minute // 1000}"


def cancels_key(user_id: str, minute: int) -> str:
    """Return the key of how many texts a user cancelled in a minute."""
    return f"{CLAIM_CANCELS}{user_id}#{minute // 1000}"


def inflight_key(user_id: str, quarter: int) -> str:
    """Return the key of how many texts of a user, of a quarter of an hour, have no outcome yet."""
    return f"{CLAIM_INFLIGHT}{user_id}#{quarter // 1000}"


def tokens_key(user_id: str, day: int) -> str:
    """Return the key of the tokens that a user's texts of a day took, or may still take."""
    return f"{CLAIM_TOKENS}{user_id}#{day // 1000}"


def ticket_key(ticket: str) -> str:
    """Return the key of a one-time ticket: its hash, so that who reads the table cannot use it."""
    return f"{CLAIM_TICKET}{sha256(ticket.encode()).hexdigest()}"


def send_key(feed: str, client_id: str) -> str:
    """Return the key of the one notification that a service sends under an id; its value is like a reply's.

    It is a hash, since the feed may be a user's: neither part has a space, so no two pairs have one key.
    """
    return f"{CLAIM_SEND}{sha256(f'{feed} {client_id}'.encode()).hexdigest()}"


def answer_key(message_id: str) -> str:
    """Return the key of who answers a text, and how often that was tried."""
    return f"{CLAIM_ANSWER}{message_id}"


def reply_key(conversation: str, client_id: str) -> str:
    """Return the key of the one answer to a client's frame; its value names the frame's event and content.

    Neither part has a space, and a client's id may have a ``#``: no two pairs have one key.
    """
    return f"{CLAIM_REPLY}{conversation} {client_id}"
