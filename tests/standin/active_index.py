"""The index of the active connections in memory: a client that answers the queries of it, and no others."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from functions.aws.attributes import Item
from functions.aws.read_models.connection_items import Stored, encode
from functions.domain.connections.connection import Connection

Place = tuple[int, str]
"""Where a row stands in its shard: the sort key, then the connection's id."""


class ActiveIndex:
    """A DynamoDB client that holds the rows of connections.

    Attributes
    ----------
    queries
        The shards that were asked for, query by query.
    """

    def __init__(self, rows: Iterable[Connection] = ()) -> None:
        self.queries: list[str] = []
        self._items: dict[str, Item] = {}
        self._shards: defaultdict[str, list[Place]] = defaultdict(list)
        for row in rows:
            self.put(encode(Stored(row, 1, 1)))

    def put(self, item: Item) -> None:
        """Put the item of a row that has not ended, whatever shard it names."""
        self._items[item["connectionId"]["S"]] = item
        insort(self._shards[item["activeShard"]["S"]], _place(item))

    def end(self, connection_id: str) -> None:
        """Take a connection that has ended out of the index."""
        item = self._items.pop(connection_id)
        places = self._shards[item["activeShard"]["S"]]
        del places[bisect_left(places, _place(item))]

    def query(self, **asked: Any) -> dict[str, Any]:
        """Answer a query: a partition up to a sort key, forwards, with or without a limit and a start."""
        values = asked["ExpressionAttributeValues"]
        shard, last = values[":partition"]["S"], int(values[":sort"]["N"])
        self.queries.append(shard)
        places = self._shards[shard]
        start = asked.get("ExclusiveStartKey")
        first = 0 if start is None else bisect_right(places, _place(start))
        due = places[first : bisect_left(places, (last + 1, ""))]
        found = due[: asked.get("Limit")]
        answer: dict[str, Any] = {"Items": [self._items[connection_id] for _, connection_id in found]}
        if len(found) == asked.get("Limit"):  # as DynamoDB does, also where nothing is left
            answer["LastEvaluatedKey"] = {
                name: answer["Items"][-1][name] for name in ("connectionId", "activeShard", "activeSince")
            }
        return answer


def _place(item: Item) -> Place:
    return int(item["activeSince"]["N"]), item["connectionId"]["S"]
