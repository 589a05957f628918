"""The claims table for tickets, in memory: what a client of DynamoDB would do with it, and no more."""

from hashlib import sha256
from typing import Any

import msgspec

from functions.domain.identity.identity import Identity


class MemoryClaims:
    """A client that puts and deletes claims.

    Attributes
    ----------
    items
        What is held, by claim.
    """

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}

    def hold(self, ticket: str, identity: Identity, *, expires_at: int) -> None:
        """Have a ticket in the table, as `Tickets.issue` would have put it."""
        claim = f"ticket#{sha256(ticket.encode()).hexdigest()}"
        value = msgspec.json.encode(identity).decode()
        self.items[claim] = {"value": {"S": value}, "expires_at": {"N": str(expires_at)}}

    def put_item(self, **call: Any) -> dict[str, Any]:
        """Put an item."""
        self.items[call["Item"]["claim"]["S"]] = call["Item"]
        return {}

    def delete_item(self, **call: Any) -> dict[str, Any]:
        """Delete an item and return what it was."""
        old = self.items.pop(call["Key"]["claim"]["S"], None)
        return {} if old is None or call["ReturnValues"] != "ALL_OLD" else {"Attributes": old}
