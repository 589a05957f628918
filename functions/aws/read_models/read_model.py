"""The read models: loads rows with the generation that counts, and writes them with their counters."""

import random
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec

from functions.aws.attributes import to_attribute
from functions.aws.batch_reads import Key, read
from functions.aws.read_models import connection_items, message_items, writing
from functions.aws.read_models.connection_items import Stored
from functions.aws.read_models.counter_items import CONTROL_KEY, CounterKey, counters
from functions.aws.read_models.message_items import MessageKey
from functions.aws.read_models.transactions import Write
from functions.aws.read_models.writing import Written
from functions.domain.connections.counters import Contribution, by_name
from functions.domain.log.retention import days_kept
from functions.domain.texts.messages import Message
from functions.names import METRIC_SHARDS, TTL_ATTRIBUTE

_COUNTED_BY: Final = {
    "ProjectionExpression": "conversation, event_id, #generation",
    "ExpressionAttributeNames": {"#generation": "generation"},
}
"""Of a message only whether it is there, and which generation counted it."""
_FIRST_GENERATION: Final = 1
"""The one that counts while there is no control item: before the first rebuild."""


class LoadedRows(msgspec.Struct, frozen=True):
    """The generation that counts, rows by connection, and the generation that counted each message."""

    generation: int
    rows: dict[str, Stored]
    messages: dict[MessageKey, int]

    @property
    def older(self) -> frozenset[str]:
        """The connections whose rows an older generation counted."""
        return frozenset(each for each, stored in self.rows.items() if stored.generation < self.generation)

    @property
    def newer(self) -> frozenset[str]:
        """The connections whose rows a generation counted that began after the control item was read."""
        return frozenset(each for each, stored in self.rows.items() if stored.generation > self.generation)


class ReadModel:
    """The connections, messages and metrics tables.

    Parameters
    ----------
    client
        A DynamoDB client.
    connections, messages, metrics
        The tables' names.
    draw
        Draws the shard of each transaction's counters.
    sleep
        Waits some seconds before what DynamoDB left unread is asked for again.
    """

    def __init__(
        self,
        client: Any,
        *,
        connections: str,
        messages: str,
        metrics: str,
        draw: Callable[[int], int] = random.randrange,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._connections = connections
        self._messages = messages
        self._metrics = metrics
        self._draw = draw
        self._sleep = sleep

    def load(self, connections: Iterable[str], messages: Iterable[MessageKey] = ()) -> LoadedRows:
        """Return rows and what counts them, read consistently, in one request for each hundred keys.

        Raises
        ------
        Unavailable
            If the tables cannot be read in time.
        """
        keys: list[Key] = [(self._metrics, CONTROL_KEY)]
        keys += [(self._connections, {"connectionId": {"S": connection}}) for connection in connections]
        keys += [(self._messages, message_items.to_key(key)) for key in messages]
        generation = _FIRST_GENERATION
        rows: dict[str, Stored] = {}
        counted_by: dict[MessageKey, int] = {}
        for table, item in read(self._client, keys, {self._messages: _COUNTED_BY}, sleep=self._sleep):
            if table == self._metrics:
                generation = int(item["generation"]["N"])
            elif table == self._connections:
                stored = connection_items.decode(item, current=generation)
                rows[stored.row.connection_id] = stored
            else:
                key = item["conversation"]["S"], item["event_id"]["S"]
                counted_by[key] = int(item["generation"]["N"])
        return LoadedRows(generation, rows, counted_by)

    def connection(self, new: Stored, changes: Contribution, *, again: bool = False) -> Write:
        """Return the write of a row that was read one revision earlier.

        Where an older generation has counted the row and this one counts it `again`, nobody knows what of it
        is new.
        """
        put: dict[str, Any] = {"TableName": self._connections, "Item": connection_items.encode(new)}
        if new.revision == 1:
            put["ConditionExpression"] = "attribute_not_exists(connectionId)"
        else:
            put["ConditionExpression"] = "#revision = :revision"
            put["ExpressionAttributeNames"] = {"#revision": "revision"}
            put["ExpressionAttributeValues"] = {":revision": to_attribute(new.revision - 1)}
        days = days_kept(new.row.created_at, new.row.expires_at)
        counted = dict(counters(changes, new.generation, days))
        moved = {} if again else by_name(changes)
        return Write(new.row.connection_id, put, counted, is_row=True, moved=moved)

    def message(self, message: Message, generation: int, *, again: bool = False) -> Write:
        """Return the write of a message that this generation has not counted; `again` if an older one has."""
        put = {
            "TableName": self._messages,
            "Item": message_items.encode(message, generation),
            "ConditionExpression": "attribute_not_exists(event_id) OR #generation < :generation",
            "ExpressionAttributeNames": {"#generation": "generation"},
            "ExpressionAttributeValues": {":generation": to_attribute(generation)},
        }
        days = days_kept(message.at, message.expires_at)
        counted = dict(counters(message.contribution, generation, days))
        moved = {} if again else by_name(message.contribution)
        return Write(message.connection_id, put, counted, moved=moved)

    def write(self, writes: Iterable[Write]) -> Written:
        """Write rows and messages with the counters that they move; see `writing.write`."""
        return writing.write(
            writes, lambda part: self._client.transact_write_items(TransactItems=self._actions(part))
        )

    def _actions(self, chunk: Sequence[Write]) -> list[dict[str, Any]]:
        moves: dict[CounterKey, int] = {}
        for write in chunk:
            for key, change in write.moves.items():
                moves[key] = moves.get(key, 0) + change
        shard = self._draw(METRIC_SHARDS)
        updates = [{"Update": self._move(key, change, shard)} for key, change in moves.items() if change]
        return [*({"Put": write.put} for write in chunk), *updates]

    def _move(self, key: CounterKey, change: int, shard: int) -> dict[str, Any]:
        update: dict[str, Any] = {
            "TableName": self._metrics,
            "Key": {"metric": {"S": key.name}, "bucket": {"S": key.shard(shard)}},
            "UpdateExpression": "ADD #count :change",
            "ExpressionAttributeNames": {"#count": "count"},
            "ExpressionAttributeValues": {":change": to_attribute(change)},
        }
        if key.expires_at is not None:
            update["UpdateExpression"] += " SET #expires_at = :expires_at"
            update["ExpressionAttributeNames"]["#expires_at"] = TTL_ATTRIBUTE
            update["ExpressionAttributeValues"][":expires_at"] = to_attribute(key.expires_at)
        return update
