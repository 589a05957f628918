"""Reads a connection's events back, in the order of their ids."""

from collections.abc import Iterator
from typing import Any

from functions.aws.attributes import Item, to_item
from functions.aws.faults import unavailable


def pages(client: Any, table: str, connection_id: str) -> Iterator[list[Item]]:
    """Yield the items of a connection, read consistently, up to 1 MB at a time; may raise `Unavailable`."""
    query = {
        "TableName": table,
        "KeyConditionExpression": "connection_id = :connection_id",
        "ExpressionAttributeValues": to_item({":connection_id": connection_id}),
        "ConsistentRead": True,
    }
    with unavailable():
        while True:
            page = client.query(**query)
            yield page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]
