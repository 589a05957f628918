"""The register of erasures: what was begun and not finished, and what was finished a short while ago.

It is kept beside the counters, as the position of a rebuild is. The person's id is in it only until their
erasure is finished: it is how another run finds the pseudonym that an interrupted one has drawn.
"""

from typing import Any, Final

import msgspec

from functions.aws.attributes import from_item, to_item
from functions.names import TTL_ATTRIBUTE

_METRIC: Final = "erasure"
_DAY: Final = 86_400
_UNFINISHED_DAYS: Final = 90
"""As long as the log is kept by default: then there is nothing left to go on with."""
_FINISHED_DAYS: Final = 7
"""So long a doctor looks for what came late: no connection lives for longer than two hours."""


class Erasure(msgspec.Struct, frozen=True):
    """One erasure. Times in epoch milliseconds; ``user_id`` only until it is finished."""

    pseudonym: str
    begun_at: int
    user_id: str | None = None
    finished_at: int | None = None


class Register:
    """The items of the metrics table that tell of erasures.

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

    def erasures(self) -> list[Erasure]:
        """Return the erasures that are known."""
        query = {
            "TableName": self._table,
            "KeyConditionExpression": "metric = :metric",
            "ExpressionAttributeValues": to_item({":metric": _METRIC}),
            "ConsistentRead": True,
        }
        pages = self._client.get_paginator("query").paginate(**query)
        return [_erasure(item) for page in pages for item in page["Items"]]

    def unfinished(self, user_id: str) -> Erasure | None:
        """Return the erasure of a person that was begun and not finished, if there is one."""
        return next((each for each in self.erasures() if each.user_id == user_id), None)

    def begin(self, erasure: Erasure) -> None:
        """Note that an erasure begins, and of whom."""
        self._put(erasure, erasure.begun_at, _UNFINISHED_DAYS)

    def finish(self, erasure: Erasure, now: int) -> None:
        """Note that an erasure is finished, and forget whose it was."""
        done = msgspec.structs.replace(erasure, user_id=None, finished_at=now)
        self._put(done, now, _FINISHED_DAYS)

    def _put(self, erasure: Erasure, since: int, days: int) -> None:
        values = {**msgspec.to_builtins(erasure), TTL_ATTRIBUTE: since // 1000 + days * _DAY}
        del values["pseudonym"]
        key = {"metric": _METRIC, "bucket": erasure.pseudonym}
        self._client.put_item(TableName=self._table, Item=to_item(key | values))


def _erasure(item: Any) -> Erasure:
    values = from_item(item)
    return msgspec.convert({**values, "pseudonym": values["bucket"]}, Erasure)
