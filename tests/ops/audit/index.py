"""A stand-in for queries of an index of the log: partitions, order, limits and the key to go on after."""

from typing import Any

from functions.aws.attributes import Item
from tests.stage import error


class Index:
    """Answers queries by arrival as DynamoDB does, from items in memory.

    Parameters
    ----------
    items
        Of the log, each with the stamp of its arrival.
    scannable
        How many items one page of a scan holds; None refuses to scan, as where nobody allowed it.
    """

    def __init__(self, items: list[Item], scannable: int | None = 1_000) -> None:
        self._items = items
        self._scannable = scannable
        self._partitions: dict[str, list[Item]] = {}
        for item in sorted(items, key=_sort):
            self._partitions.setdefault(item["arrival_day"]["S"], []).append(item)

    def query(self, **query: Any) -> dict[str, Any]:
        """Answer a query on ``by-arrival``."""
        values = query["ExpressionAttributeValues"]
        first, last = int(values[":first"]["N"]), int(values[":last"]["N"])
        found = [
            item
            for item in self._partitions.get(values[":day"]["S"], [])
            if first <= int(item["arrived_at"]["N"]) <= last
        ]
        if not query["ScanIndexForward"]:
            found.reverse()
        if start := query.get("ExclusiveStartKey"):
            found = found[[_sort(item) for item in found].index(_sort(start)) + 1 :]
        page, rest = found[: query["Limit"]], found[query["Limit"] :]
        answer: dict[str, Any] = {"Items": page, "Count": len(page), "ScannedCount": len(page)}
        answer["ConsumedCapacity"] = {"CapacityUnits": 0.5}
        if rest or len(page) == query["Limit"]:  # as DynamoDB does, also where nothing follows
            answer["LastEvaluatedKey"] = page[-1]
        return answer

    def scan(self, **_: Any) -> dict[str, Any]:
        """Answer the first page of a scan."""
        if self._scannable is None:
            raise error("AccessDeniedException", "Scan")
        page = self._items[: self._scannable]
        answer: dict[str, Any] = {"Items": page, "Count": len(page), "ScannedCount": len(page)}
        if page != self._items:
            answer["LastEvaluatedKey"] = page[-1]
        return answer


def _sort(item: Item) -> tuple[int, str, str]:
    return int(item["arrived_at"]["N"]), item["connection_id"]["S"], item["event_id"]["S"]
