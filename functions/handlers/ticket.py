"""Gives a one-time ticket to whoever comes with a token: ``POST /tickets``."""

from typing import Any, Final

from functions.aws import environment
from functions.aws.identity.tickets import Tickets
from functions.operations.identity.ticketing import give

_TICKETS: Final = environment.tickets()
_USE: Final = environment.identity_use()


def handler(
    event: dict[str, Any], _context: object, tickets: Tickets = _TICKETS, use: str = _USE
) -> dict[str, Any]:
    """Answer a request that the gateway's JWT authorizer has let through; see `give`."""
    return give(event, tickets, use, environment.now())
