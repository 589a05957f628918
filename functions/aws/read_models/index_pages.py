"""Reads an index of the connections table, page by page."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from functions.aws.attributes import Item, to_item
from functions.aws.faults import unavailable
from functions.aws.read_models.connection_items import ConnectionInfo, info
from functions.domain.connections.connection import Status
from functions.domain.connections.cursors import Position
from functions.names import (
    CONNECTIONS_ACTIVE,
    CONNECTIONS_ACTIVE_KEY,
    CONNECTIONS_BY_USER,
    CONNECTIONS_BY_USER_KEY,
)

_KEYS: Final = {CONNECTIONS_BY_USER: CONNECTIONS_BY_USER_KEY, CONNECTIONS_ACTIVE: CONNECTIONS_ACTIVE_KEY}


class Row(msgspec.Struct, frozen=True):
    """A connection, and where it stands in the index that it was read from."""

    position: Position
    info: ConnectionInfo


class Page(msgspec.Struct, frozen=True):
    """What one query gave; ``after`` is where its partition goes on, None at the end of it."""

    rows: tuple[Row, ...]
    after: Position | None


class PagedIndexes:
    """The indexes that list connections.

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

    def pages(
        self,
        index: str,
        key: tuple[str, int],
        comparison: str,
        status: Status | None = None,
        after: Position | None = None,
        page_size: int | None = None,
        *,
        forward: bool = True,
    ) -> Iterator[Page]:
        """Yield what queries of one partition give, from its beginning or from where a list goes on.

        Parameters
        ----------
        index
            One of the indexes that list connections.
        key, comparison
            The partition with what its sort key is compared to, and how: ``("3", 1795420800000)``, ``"<="``.
        status
            Only those that show it.
        after
            Where to go on.
        page_size
            How many rows a query reads; as many as DynamoDB gives (1 MB) by default.
        forward
            Whether in the order of the sort key.
        """
        partition, sort = _KEYS[index]
        values: dict[str, Any] = {":partition": key[0], ":sort": key[1]}
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": index,
            "KeyConditionExpression": f"{partition} = :partition AND {sort} {comparison} :sort",
            "ScanIndexForward": forward,
        }
        if page_size is not None:
            query["Limit"] = page_size
        if status is not None:
            values[":status"] = status
            query["FilterExpression"] = "#status = :status"
            query["ExpressionAttributeNames"] = {"#status": "status"}
        query["ExpressionAttributeValues"] = to_item(values)
        while True:
            if after is not None:
                start = {"connectionId": after.connection_id, partition: key[0], sort: after.sort}
                query["ExclusiveStartKey"] = to_item(start)
            with unavailable():
                answer = self._client.query(**query)
            rows = tuple(Row(_position(item, index), info(item)) for item in answer["Items"])
            last: Item | None = answer.get("LastEvaluatedKey")
            after = None if last is None else _position(last, index)
            yield Page(rows, after)
            if after is None:
                return


def _position(item: Item, index: str) -> Position:
    partition, sort = _KEYS[index]
    shard = int(item[partition]["S"]) if index == CONNECTIONS_ACTIVE else 0
    return Position(item["connectionId"]["S"], int(item[sort]["N"]), shard)
