"""Lets in whoever names a user in the URL, in the mode ``identity: query``: it proves nothing."""

from typing import Any, Final

from functions.aws import environment
from functions.aws.read_models.connections import Connections
from functions.domain.identity.denials import Denial
from functions.domain.identity.identity import NAME, Identity, Unidentified
from functions.domain.limits import CONNECTION_SECONDS
from functions.operations.identity.authorizing import Handshake, authorize

_CONNECTIONS: Final = environment.connections_to_count()
_MOST: Final = environment.connections_per_user()
_RETENTION: Final = environment.retention_seconds()


def handler(
    event: dict[str, Any], _context: object, connections: Connections = _CONNECTIONS, most: int = _MOST
) -> dict[str, Any]:
    """Answer a REQUEST authorization; see `authorize`."""
    return authorize(event, _named, connections, most, _RETENTION)


def _named(handshake: Handshake) -> Identity:
    user_id = handshake.query.get("userId", "")
    if not NAME.fullmatch(user_id):
        raise Unidentified(Denial.MALFORMED_USER_ID)
    return Identity(user_id, handshake.connected_at // 1000 + CONNECTION_SECONDS)
