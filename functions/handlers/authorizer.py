"""Decides who may connect, in the mode ``identity: cognito``: by a verified token or a one-time ticket."""

from typing import Any, Final

from functions.aws import environment
from functions.aws.identity.tickets import Tickets
from functions.aws.identity.tokens import Tokens
from functions.aws.read_models.connections import Connections
from functions.domain.identity.identity import Identity
from functions.operations.identity.authorizing import Handshake, authorize
from functions.operations.identity.credentials import identify

_TOKENS: Final = environment.tokens()
_TICKETS: Final = environment.tickets()
_CONNECTIONS: Final = environment.connections_to_count()
_MOST: Final = environment.connections_per_user()
_RETENTION: Final = environment.retention_seconds()


def handler(
    event: dict[str, Any],
    _context: object,
    tokens: Tokens = _TOKENS,
    tickets: Tickets = _TICKETS,
    connections: Connections = _CONNECTIONS,
    most: int = _MOST,
) -> dict[str, Any]:
    """Answer a REQUEST authorization; see `authorize` and `identify`."""
    now = environment.now()

    def proved(handshake: Handshake) -> Identity:
        return identify(handshake, tokens, tickets, now)

    return authorize(event, proved, connections, most, _RETENTION)
