"""Reads a whole table in segments, side by side, each from where it was left."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, Final

from functions.aws.attributes import Item
from functions.domain.log.unconnected import is_connection

SEGMENTS: Final = 8

Position = dict[str, Any]
"""The key after which a segment goes on, as DynamoDB gives it; empty at its start."""


Threads = Callable[[int], Executor]
"""Makes what works on as many segments side by side."""


def in_segments(work: Callable[[int], object], threads: Threads = ThreadPoolExecutor) -> None:
    """Do something with every segment, side by side."""
    with threads(SEGMENTS) as running:
        for _ in running.map(work, range(SEGMENTS)):
            pass


def pages(
    client: Any, table: str, segment: int, position: Position | None = None, **query: Any
) -> Iterator[tuple[list[Item], Position | None]]:
    """Yield the pages of a segment, read consistently, each with what comes after it, None after the last."""
    query |= {"TableName": table, "Segment": segment, "TotalSegments": SEGMENTS, "ConsistentRead": True}
    while True:
        if position:
            query["ExclusiveStartKey"] = position
        page = client.scan(**query)
        position = page.get("LastEvaluatedKey")
        yield page["Items"], position
        if not position:
            return


def keys(
    client: Any, table: str, segment: int, *names: str, where: Mapping[str, Any] | None = None
) -> Iterator[Item]:
    """Yield the named attributes of a segment's items, those that ``where`` (a filter) lets through."""
    placeholders = {f"#{name}": name for name in names}
    query: dict[str, Any] = {"ProjectionExpression": ", ".join(placeholders), **(where or {})}
    query["ExpressionAttributeNames"] = placeholders | query.get("ExpressionAttributeNames", {})
    for items, _ in pages(client, table, segment, **query):
        yield from items


def connection_pages(
    client: Any, log_table: str, segment: int, position: Position | None = None
) -> Iterator[tuple[list[str], Position | None]]:
    """Yield the connections that each page of a segment of the log names, with what comes after the page.

    A connection is named once, however many pages its events fill: a scan gives them one after the other, so
    that only the first of a page can be the last of the page before, and no other segment has any of them.
    What belongs to no connection is left out.
    After a position, the connection in whose events it lies is named once more.
    """
    last = None
    for items, after in pages(client, log_table, segment, position, ProjectionExpression="connection_id"):
        names = dict.fromkeys(item["connection_id"]["S"] for item in items)
        yield [name for name in names if name != last and is_connection(name)], after
        last = next(reversed(names), last)
