"""Where a list goes on, as opaque text with a checksum, so that a damaged cursor is refused.

The checksum finds mistakes and mixed-up lists; it is no secret, and a cursor gives no access that the
request would not give without it.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Final, TypeVar

import msgspec

_CHECKSUM_BYTES: Final = 12

Place = TypeVar("Place", bound=msgspec.Struct)


class InvalidCursorError(ValueError):
    """A cursor is not one of this list."""


def to_cursor(place: msgspec.Struct, scope: bytes) -> str:
    """Return the cursor of a place, bound to a scope: which list it is of."""
    encoded = msgspec.json.encode(place)
    checksum = sha256(len(encoded).to_bytes(4, "big") + encoded + scope).digest()[:_CHECKSUM_BYTES]
    return urlsafe_b64encode(checksum + encoded).rstrip(b"=").decode()


def from_cursor(cursor: str | None, scope: bytes, kind: type[Place]) -> Place | None:
    """Return the place of a cursor, None for no cursor.

    Raises
    ------
    InvalidCursorError
        If `to_cursor` did not make it, for this scope.
    """
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        place = msgspec.json.decode(urlsafe_b64decode(padded)[_CHECKSUM_BYTES:], type=kind)
    except ValueError:
        raise InvalidCursorError from None
    # the whole text is compared, since one value has several spellings in base64 and in JSON
    if to_cursor(place, scope) != cursor:
        raise InvalidCursorError
    return place
