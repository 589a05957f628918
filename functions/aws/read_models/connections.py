"""Reads of the connections table: one by its id, a user's, the active ones, the stale ones."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Final
from zlib import crc32

from functions.aws.attributes import to_item
from functions.aws.faults import unavailable
from functions.aws.read_models.connection_items import ConnectionInfo, active_since, info
from functions.aws.read_models.index_pages import Page, PagedIndexes
from functions.domain.connections.connection import Status
from functions.domain.connections.cursors import Position
from functions.domain.connections.idleness import ASK_AFTER_SECONDS
from functions.domain.identity.identity import has_expired
from functions.names import (
    ACTIVE_SHARDS,
    CONNECTIONS_ACTIVE,
    CONNECTIONS_BY_USER,
)

_IN_A_ROUND: Final = 100
"""Rows of each shard: few, so that no shard is far ahead of another when time runs out."""


class Connections:
    """The connections table, read only: the projector alone writes it.

    Every method raises `Unavailable` if the table cannot be read in time.

    Parameters
    ----------
    client
        A DynamoDB client.
    table
        The table's name.
    shards
        How many partitions of ``active-index`` are read: as many as rows were ever written to.
    """

    def __init__(self, client: Any, table: str, shards: int = ACTIVE_SHARDS) -> None:
        self._client = client
        self._table = table
        self._shards = shards
        self._index = PagedIndexes(client, table)

    def get(self, connection_id: str) -> ConnectionInfo | None:
        """Return a connection, read consistently, None if the projection does not know it."""
        with unavailable():
            answer = self._client.get_item(
                TableName=self._table, Key=to_item({"connectionId": connection_id}), ConsistentRead=True
            )
        return info(answer["Item"]) if "Item" in answer else None

    def of_user(
        self,
        user_id: str,
        *,
        status: Status | None = None,
        since: int = 0,
        after: Position | None = None,
        page_size: int | None = None,
    ) -> Iterator[Page]:
        """Yield a user's connections, newest first.

        Parameters
        ----------
        user_id
            The user.
        status
            Only those that show it; pages then hold fewer rows than were read, or none.
        since
            Only those opened at or after it, epoch milliseconds.
        after
            Where to go on.
        page_size
            How many rows a query reads; as many as DynamoDB gives (1 MB) by default.
        """
        if after is not None:  # a start outside the range of the condition is refused
            since = min(since, after.sort)
        return self._index.pages(
            CONNECTIONS_BY_USER, (user_id, since), ">=", status, after, page_size, forward=False
        )

    def active(self, *, after: Position | None = None, page_size: int | None = None) -> Iterator[Page]:
        """Yield the connections whose status shows CONNECTED, shard by shard, longest idle first.

        One that becomes active meanwhile moves towards the end of its shard, so that it may come twice but
        is never missed.
        """
        first = 0 if after is None else after.shard
        for shard in range(first, self._shards):
            yield from self._index.pages(
                CONNECTIONS_ACTIVE, (str(shard), 0), ">=", "CONNECTED", after, page_size
            )
            after = None

    def stale(self, idle_seconds: int, now: int) -> Iterator[tuple[ConnectionInfo, ...]]:
        """Yield the connections that have not ended and were idle for so long, or whose identity expired.

        Whatever status an operator gave them. They come in rounds: the longest due of every shard, a hundred
        of each, so that no shard waits until another is done. The shard that a round begins with is drawn by
        the time, so that none is the last every time, and a retry does the same again.

        Parameters
        ----------
        idle_seconds
            How long they were not active.
        now
            Epoch milliseconds.
        """
        idle_since = now - idle_seconds * 1000
        last = active_since(max(idle_since, now - ASK_AFTER_SECONDS * 1000))
        start = crc32(str(now).encode())
        shards = [str((start + step) % self._shards) for step in range(self._shards)]
        reads = [
            self._index.pages(CONNECTIONS_ACTIVE, (shard, last), "<=", page_size=_IN_A_ROUND)
            for shard in shards
        ]
        for pages in zip_longest(*reads):
            infos = (row.info for page in pages if page is not None for row in page.rows)
            yield tuple(
                each
                for each in infos
                if each.last_activity <= idle_since or has_expired(each.token_expires_at, now=now)
            )
