"""Deletes a feed, with all that is in it: its numbers, its subscribers and what was acknowledged of it."""

from typing import Any, Final

from functions.aws.attributes import to_item
from functions.aws.faults import unavailable
from functions.domain.refusals import Unavailable

_TOGETHER: Final = 25
"""Items that one BatchWriteItem deletes."""
_ATTEMPTS: Final = 6


def delete_feed(client: Any, table: str, feed: str) -> int:
    """Delete all items of a feed, and return how many there were; to delete it again does no harm.

    What somebody writes meanwhile may stay: whoever wants a feed gone for good stops its writers first.

    Raises
    ------
    Unavailable
        If the table cannot be read or written in time; some of the items may be deleted by then.
    """
    query = {
        "TableName": table,
        "KeyConditionExpression": "feed = :feed",
        "ProjectionExpression": "feed, #key",
        "ExpressionAttributeNames": {"#key": "key"},
        "ExpressionAttributeValues": to_item({":feed": feed}),
        "ConsistentRead": True,
    }
    deleted = 0
    while True:
        with unavailable():
            page = client.query(**query)
        keys = page["Items"]
        for start in range(0, len(keys), _TOGETHER):
            _delete(client, table, keys[start : start + _TOGETHER])
        deleted += len(keys)
        if "LastEvaluatedKey" not in page:
            return deleted
        query["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _delete(client: Any, table: str, keys: list[dict[str, Any]]) -> None:
    unprocessed: dict[str, Any] = {table: [{"DeleteRequest": {"Key": key}} for key in keys]}
    for _ in range(_ATTEMPTS):
        with unavailable():
            unprocessed = client.batch_write_item(RequestItems=unprocessed).get("UnprocessedItems") or {}
        if not unprocessed:
            return
    problem = "UnprocessedItems of BatchWriteItem"
    raise Unavailable(problem)
