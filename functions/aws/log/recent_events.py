"""Reads which events of some types arrived lately, from the log's index by arrival."""

from collections.abc import Iterable, Iterator
from typing import Any

from functions.aws.attributes import to_item
from functions.aws.faults import unavailable
from functions.aws.log.arrivals import partitions
from functions.aws.log.event_items import MalformedEventError
from functions.aws.log.event_reads import Arrived, arrived_of
from functions.domain.feeds.healing import turned
from functions.names import EVENTS_BY_ARRIVAL


class RecentEvents:
    """The index, as far as somebody needs it who follows the log.

    Parameters
    ----------
    client
        A DynamoDB client.
    table
        The name of the events table.
    """

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def of_types(self, types: Iterable[str], first: int, last: int, drawn: int = 0) -> Iterator[Arrived]:
        """Yield the events of some types that arrived from one time to another, both included, in no order.

        Times in epoch milliseconds. What cannot be read as an event is left out. Raises `Unavailable` if the
        index cannot be read in time.

        Who may have no time for all of them draws a number, which says with which partition it begins.
        """
        kinds = {f":type{number}": kind for number, kind in enumerate(types)}
        for partition in turned(list(partitions(first, last)), drawn):
            values = {":day": partition, ":first": first, ":last": last, **kinds}
            query = {
                "TableName": self._table,
                "IndexName": EVENTS_BY_ARRIVAL,
                "KeyConditionExpression": "arrival_day = :day AND arrived_at BETWEEN :first AND :last",
                "FilterExpression": f"#type IN ({', '.join(kinds)})",
                "ExpressionAttributeNames": {"#type": "type"},
                "ExpressionAttributeValues": to_item(values),
            }
            yield from self._events(query)

    def _events(self, query: dict[str, Any]) -> Iterator[Arrived]:
        while True:
            with unavailable():
                page = self._client.query(**query)
            for item in page["Items"]:
                try:
                    yield arrived_of(item)
                except MalformedEventError:  # a redrive tells of it; nobody can post it
                    continue
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]
