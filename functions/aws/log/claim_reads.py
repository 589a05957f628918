"""Reads a claim by its key, as of now."""

from typing import Any

import msgspec

from functions.aws.attributes import to_item
from functions.aws.faults import unavailable
from functions.names import TTL_ATTRIBUTE


class Held(msgspec.Struct, frozen=True):
    """What a key holds, and until when: epoch seconds. It may be over, and not deleted yet."""

    value: str
    expires_at: int

    def is_over(self, now: int) -> bool:
        """Tell whether it counts as absent; ``now`` in epoch milliseconds."""
        return self.expires_at <= now // 1000


def held(client: Any, table: str, key: str) -> Held | None:
    """Return what a key of the claims table holds, None if nothing.

    Raises `Unavailable` if the table cannot be read in time.
    """
    with unavailable():
        item = client.get_item(TableName=table, Key=to_item({"claim": key}), ConsistentRead=True).get("Item")
    if item is None or "value" not in item:
        return None
    return Held(item["value"]["S"], int(item[TTL_ATTRIBUTE]["N"]))
