"""Where a list goes on, as opaque text with a checksum, so that a damaged cursor is refused.

The checksum finds mistakes and mixed-up lists; it is no secret, and a cursor gives no access that the
operation would not give without it.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Annotated, Final

import msgspec

from functions.domain.connections.requests import RequestError

_CHECKSUM_BYTES: Final = 12


class Position(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A place in an index of connections, after which a list goes on.

    Attributes
    ----------
    connection_id
        The last connection that was dealt with.
    sort
        Its sort key in the index, epoch milliseconds.
    shard
        The partition of the index, where an index has several; a row may be in one that is not its own any
        more.
    """

    connection_id: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    sort: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    shard: Annotated[int, msgspec.Meta(ge=0, le=2**31)] = 0


def to_cursor(position: Position, scope: bytes) -> str:
    """Return the cursor of a position, bound to a scope: an operation and its arguments."""
    place = msgspec.json.encode(position)
    checksum = sha256(len(place).to_bytes(4, "big") + place + scope).digest()[:_CHECKSUM_BYTES]
    return urlsafe_b64encode(checksum + place).rstrip(b"=").decode()


def from_cursor(cursor: str | None, scope: bytes) -> Position | None:
    """Return the position of a cursor, None for no cursor.

    Raises
    ------
    RequestError
        ``invalid_cursor`` if `to_cursor` did not make it, for this scope.
    """
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        place = urlsafe_b64decode(padded)[_CHECKSUM_BYTES:]
        position = msgspec.json.decode(place, type=Position)
    except ValueError:
        position = None
    # the whole text is compared, since one value has several spellings in base64 and in JSON
    if position is None or to_cursor(position, scope) != cursor:
        raise RequestError("invalid_cursor", "The cursor is not one of this list. Begin it anew.")
    return position
