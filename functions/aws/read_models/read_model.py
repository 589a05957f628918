"""The read models: loads rows with the generation that counts, and writes them with their counters."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from functions.aws.attributes import Item, to_attribute
from functions.aws.batch_reads import Key, read
from functions.aws.read_models import connection_items, message_items, writing
from functions.aws.read_models.connection_items import Stored
from functions.aws.read_models.counter_items import CONTROL_KEY, CounterKey, counters
from functions.aws.read_models.message_items import StoredMessage
from functions.aws.read_models.transactions import Write
from functions.aws.read_models.writing import Written
from functions.domain.connections.counters import Contribution, by_name, difference
from functions.domain.log.retention import days_kept
from functions.domain.texts.messages import Message, MessageKey, join
from functions.names import METRIC_SHARDS, TTL_ATTRIBUTE

_FIRST_GENERATION: Final = 1
"""The one that counts while there is no control item: before the first rebuild."""


class LoadedRows(msgspec.Struct, frozen=True):
    """The generation that counts, rows by connection, and messages by key."""

    generation: int
    rows: dict[str, Stored]
    messages: dict[MessageKey, StoredMessage]

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
        """Return rows, messages and what counts them, read consistently, a hundred keys in a request.

        Raises
        ------
        Unavailable
            If the tables cannot be read in time.
        """
        keys: list[Key] = [(self._metrics, CONTROL_KEY)]
        keys += [(self._connections, {"connectionId": {"S": connection}}) for connection in connections]
        keys += [(self._messages, message_items.to_key(key)) for key in messages]
        found: dict[str, list[Item]] = {self._metrics: [], self._connections: [], self._messages: []}
        for table, item in read(self._client, keys, sleep=self._sleep):
            found[table].append(item)
        control = found[self._metrics]
        generation = int(control[0]["generation"]["N"]) if control else _FIRST_GENERATION
        rows = [connection_items.decode(item, current=generation) for item in found[self._connections]]
        return LoadedRows(
            generation,
            {stored.row.connection_id: stored for stored in rows},
            {
                (item["conversation"]["S"], item["event_id"]["S"]): message_items.decode(
                    item, current=generation
                )
                for item in found[self._messages]
            },
        )

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

    def messages(
        self, messages: Iterable[Message], known: Mapping[MessageKey, StoredMessage], generation: int
    ) -> Iterator[Write]:
        """Yield the writes that join messages into what is known of them, but for those that change nothing.

        What an older generation has counted is counted again, whole; what a newer one has is left to it.
        """
        for message in messages:
            stored = known.get(message.key)
            if stored is None:
                yield self._message(message, None, 1, generation)
            elif stored.generation < generation or stored.message is None:
                again = self._message(message, None, stored.revision + 1, generation)
                yield msgspec.structs.replace(again, moved={})
            elif stored.generation == generation:
                joined = join(stored.message, message)
                if joined != stored.message:
                    yield self._message(joined, stored.message, stored.revision + 1, generation)

    def _message(self, new: Message, counted: Message | None, revision: int, generation: int) -> Write:
        # a message that an earlier release wrote has no revision
        condition = "attribute_not_exists(#revision)" if revision == 1 else "#revision = :revision"
        put: dict[str, Any] = {
            "TableName": self._messages,
            "Item": message_items.encode(new, revision, generation),
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#revision": "revision"},
        }
        if revision > 1:
            put["ExpressionAttributeValues"] = {":revision": to_attribute(revision - 1)}
        changes = difference(new.contribution, {} if counted is None else counted.contribution)
        days = 0 if new.at is None else days_kept(new.at, new.expires_at)
        moves = dict(counters(changes, generation, days))
        return Write(new.connection_id, put, moves, moved=by_name(changes))

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
