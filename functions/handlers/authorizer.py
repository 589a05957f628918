"""Decides who may connect, in the mode ``identity: cognito``: by a verified token or a one-time ticket."""

from typing import Any, Final

from functions.aws import environment
from functions.aws.feeds import environment as of_feeds
from functions.aws.identity.tickets import Tickets
from functions.aws.identity.tokens import Tokens
from functions.domain.identity.identity import Identity
from functions.operations.identity.authorizing import Handshake, authorize
from functions.operations.identity.credentials import identify
from functions.operations.identity.room import Room

_TOKENS: Final = environment.tokens()
_TICKETS: Final = environment.tickets()
_ROOM: Final = Room(
    of_feeds.subscribers_to_count(), environment.callbacks_to_ask(), environment.connections_per_user()
)
_RETENTION: Final = environment.retention_seconds()


def handler(
    event: dict[str, Any],
    _context: object,
    tokens: Tokens = _TOKENS,
    tickets: Tickets = _TICKETS,
    room: Room = _ROOM,
) -> dict[str, Any]:
    """Answer a REQUEST authorization; see `authorize` and `identify`."""
    now = environment.now()

    def proved(handshake: Handshake) -> Identity:
        return identify(handshake, tokens, tickets, now)

    return authorize(event, proved, room, _RETENTION)
