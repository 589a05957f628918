"""Where a list of connections goes on."""

from typing import Annotated

import msgspec

from functions.domain import cursors
from functions.domain.connections.bases import RequestError
from functions.domain.cursors import Place, to_cursor

__all__ = ["Position", "from_cursor", "place_of", "to_cursor"]


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


def from_cursor(cursor: str | None, scope: bytes) -> Position | None:
    """Return the position of a cursor, None for no cursor.

    Raises
    ------
    RequestError
        ``invalid_cursor`` if `to_cursor` did not make it, for this scope.
    """
    return place_of(cursor, scope, Position)


def place_of(cursor: str | None, scope: bytes, kind: type[Place]) -> Place | None:
    """Return the place of a cursor of a request, in whatever list; raises as `from_cursor`."""
    try:
        return cursors.from_cursor(cursor, scope, kind)
    except cursors.InvalidCursorError:
        message = "The cursor is not one of this list. Begin it anew."
        raise RequestError("invalid_cursor", message) from None
