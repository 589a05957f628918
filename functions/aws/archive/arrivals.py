"""What arrived in an hour, read from the log's index by arrival one shard at a time."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from functions.aws.archive.archived_items import to_line
from functions.aws.attributes import Item, to_item
from functions.aws.clients import MOST_CALLS
from functions.aws.faults import unavailable
from functions.aws.log.arrivals import arrived_at, partitions
from functions.domain.archive.hours import DAY, HOUR
from functions.domain.archive.lines import Line
from functions.names import ARRIVAL_SHARDS, EVENTS_BY_ARRIVAL

SHARDS: Final = range(ARRIVAL_SHARDS)
"""The shards of each hour."""


class Arrivals:
    """The log, as the archive reads it.

    Parameters
    ----------
    client
        A DynamoDB client.
    events
        The table's name.
    """

    def __init__(self, client: Any, events: str) -> None:
        self._client = client
        self._events = events

    def first(self, since: int, until: int) -> int | None:
        """Return when the first event arrived from one time on and before another, None if none did.

        All in epoch milliseconds. A silent day costs one request for each shard.
        """
        with ThreadPoolExecutor(MOST_CALLS) as threads:
            for day in range(since - since % DAY, until, DAY):
                begin, end = max(since, day), min(until, day + DAY)
                ask = partial(self._first, since=begin, until=end)
                firsts = [at for at in threads.map(ask, partitions(begin, end - 1)) if at is not None]
                if firsts:
                    return min(firsts)
        return None

    def lines(self, hour: int, shard: int) -> Iterator[Line]:
        """Yield the lines of what arrived in an hour, in one shard, in no order."""
        for page in self._pages(hour, shard):
            yield from map(to_line, page["Items"])

    def count(self, hour: int, shards: Iterable[int]) -> int:
        """Return how many events arrived in an hour, in some shards."""
        with ThreadPoolExecutor(MOST_CALLS) as threads:
            return sum(threads.map(partial(self._count, hour), shards))

    def _count(self, hour: int, shard: int) -> int:
        return sum(page["Count"] for page in self._pages(hour, shard, Select="COUNT"))

    def _first(self, partition: str, since: int, until: int) -> int | None:
        query = self._query(partition, since, until)
        with unavailable():
            page = self._client.query(**query, Limit=1, ProjectionExpression="arrived_at")
        items: list[Item] = page["Items"]
        return arrived_at(items[0]) if items else None

    def _pages(self, hour: int, shard: int, **options: Any) -> Iterator[dict[str, Any]]:
        partition = list(partitions(hour, hour))[shard]
        query = self._query(partition, hour, hour + HOUR) | options
        while True:
            with unavailable():
                page: dict[str, Any] = self._client.query(**query)
            yield page
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _query(self, partition: str, since: int, until: int) -> dict[str, Any]:
        values = {":day": partition, ":first": since, ":last": until - 1}
        return {
            "TableName": self._events,
            "IndexName": EVENTS_BY_ARRIVAL,
            "KeyConditionExpression": "arrival_day = :day AND arrived_at BETWEEN :first AND :last",
            "ExpressionAttributeValues": to_item(values),
        }
