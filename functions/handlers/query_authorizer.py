"""Lets in whoever names a user in the URL, in the mode ``identity: query``: it proves nothing."""

from typing import Any, Final

from functions.aws import environment
from functions.aws.feeds import environment as of_feeds
from functions.domain.identity.denials import Denial
from functions.domain.identity.identity import NAME, Identity, Unidentified
from functions.domain.limits import CONNECTION_SECONDS
from functions.operations.identity.authorizing import Handshake, authorize
from functions.operations.identity.room import Room

_ROOM: Final = Room(
    of_feeds.subscribers_to_count(), environment.callbacks_to_ask(), environment.connections_per_user()
)
_RETENTION: Final = environment.retention_seconds()


def handler(event: dict[str, Any], _context: object, room: Room = _ROOM) -> dict[str, Any]:
    """Answer a REQUEST authorization; see `authorize`."""
    return authorize(event, _named, room, _RETENTION)


def _named(handshake: Handshake) -> Identity:
    user_id = handshake.query.get("userId", "")
    if not NAME.fullmatch(user_id):
        raise Unidentified(Denial.MALFORMED_USER_ID)
    return Identity(user_id, handshake.connected_at // 1000 + CONNECTION_SECONDS)
