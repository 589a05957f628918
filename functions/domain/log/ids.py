"""Deterministic event ids: ULIDs that are a pure function of their cause, so a retry repeats the key."""

from hashlib import sha256
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32, in the order of its code points, so that ids sort by time (ulid/spec)."""

PATTERN: Final = r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$(?!\n)"
"""A valid id, for JSON Schema and Python alike: Python's ``$`` also matches before a last newline."""

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE

_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_TIME_LENGTH: Final = 10
_RANDOM_BITS: Final = 80


def event_id(at: int, cause: str, kind: str = "") -> str:
    """Return the id of the event that a cause gives.

    Parameters
    ----------
    at
        The time of the cause in epoch milliseconds, 0 to 2**48 - 1.
    cause
        What makes the cause unique: a gateway request id, a message id, …
    kind
        The event's type; empty for events that exclude each other, so that only one can exist.

    Returns
    -------
    str
        A ULID, 26 characters: 48 bits of time, 80 bits of a hash of the cause.
    """
    digest = sha256(f"{cause}\0{kind}".encode()).digest()
    number = (at << _RANDOM_BITS) | int.from_bytes(digest[: _RANDOM_BITS // 8])
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def time_of(event_id: str) -> int:
    """Return the epoch milliseconds that an id holds."""
    at = 0
    for character in event_id[:_TIME_LENGTH]:
        at = at << 5 | _VALUES[character]
    return at


def lowest(at: int) -> str:
    """Return what sorts at or below every id of a time, and above every id of an earlier one."""
    return "".join(ALPHABET[(at >> shift) & 31] for shift in range(45, -1, -5)) + "0" * 16


def minute_of(at: int) -> int:
    """Return the start of a time's minute, both in epoch milliseconds."""
    return at - at % MINUTE
