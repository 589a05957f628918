"""Which texts need no reply any more, each for an hour: no reply takes so long."""

from typing import Any, Final

from functions.aws.attributes import to_item
from functions.aws.faults import unavailable
from functions.aws.feeds.keys import cancellation_key
from functions.names import TTL_ATTRIBUTE

KEPT_SECONDS: Final = 3_600


class Cancellations:
    """The items ``x#`` of the feeds.

    Parameters
    ----------
    client
        A DynamoDB client.
    table
        The table's name.
    """

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def cancel(self, feed: str, message_id: str, now: int) -> None:
        """Cancel a text of a conversation; to cancel it again does no harm.

        ``now`` in epoch milliseconds. Raises `Unavailable` if it cannot be written in time.
        """
        item = {
            "feed": feed,
            "key": cancellation_key(message_id),
            "cancelled_at": now,
            TTL_ATTRIBUTE: now // 1000 + KEPT_SECONDS,
        }
        with unavailable():
            self._client.put_item(TableName=self._table, Item=to_item(item))
