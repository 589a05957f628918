"""Reads whose a session is, by the claim that was made when it began."""

from typing import Any

from functions.aws.attributes import to_item
from functions.aws.faults import unavailable
from functions.domain.log.claims import session_key
from functions.names import TTL_ATTRIBUTE


class Owners:
    """The owners of sessions among the claims.

    Parameters
    ----------
    client
        A DynamoDB client.
    table
        The name of the claims table.
    """

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def of(self, session_id: str, now: int) -> str | None:
        """Return the user whose session it is, None if it is nobody's; ``now`` in epoch milliseconds.

        Raises `Unavailable` if the table cannot be read in time.
        """
        key = to_item({"claim": session_key(session_id)})
        with unavailable():
            item = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        if item is None or int(item[TTL_ATTRIBUTE]["N"]) <= now // 1000:
            return None
        user_id: str = item["value"]["S"]
        return user_id
