"""The read models: loads rows with the generation that counts, and writes them with their counters."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from botocore.exceptions import ClientError

from functions.aws.attributes import Item, to_attribute
from functions.aws.batch_reads import Key, read
from functions.aws.read_models import connection_items, message_items, writing
from functions.aws.read_models.connection_items import Stored
from functions.aws.read_models.counter_items import CONTROL_KEY, CounterKey, counters
from functions.aws.read_models.message_items import StoredMessage
from functions.aws.read_models.message_writes import joining
from functions.aws.read_models.session_items import session_of
from functions.aws.read_models.sharing import ATTEMPTS, Sessions, only_sessions_were_overtaken
from functions.aws.read_models.transactions import Watch, Write
from functions.aws.read_models.writing import Written
from functions.domain.connections.connection import Connection
from functions.domain.connections.counters import Contribution, by_name
from functions.domain.log.retention import days_kept
from functions.domain.texts.messages import Message, MessageKey
from functions.domain.texts.sessions import Session
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
    """The connections, messages, sessions and metrics tables.

    Parameters
    ----------
    client
        A DynamoDB client.
    connections, messages, sessions, metrics
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
        sessions: str,
        metrics: str,
        draw: Callable[[int], int] = random.randrange,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._connections = connections
        self._messages = messages
        self._sessions = Sessions(client, sessions, sleep)
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

    def connection(
        self,
        new: Stored,
        changes: Contribution,
        share: Session | None = None,
        *,
        before: Connection | None = None,
        again: bool = False,
    ) -> Write:
        """Return the write of a row that was read one revision earlier, with what it adds to its session.

        ``before`` is what the row said then. Where an older generation has counted the row and this one
        counts it `again`, nobody knows what of it is new.
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
        turn = None if again or before is None else (before, new.row)
        return Write(new.row.connection_id, put, counted, is_row=True, moved=moved, share=share, turn=turn)

    def messages(
        self, messages: Iterable[Message], known: Mapping[MessageKey, StoredMessage], generation: int
    ) -> Iterator[Write]:
        """Yield the writes that join messages into what is known of them; see `joining`."""
        return joining(self._messages, messages, known, generation)

    def write(self, writes: Iterable[Write], now: int = 0, watch: Watch | None = None) -> Written:
        """Write rows and messages with the counters that they move, and their sessions; see `writing.write`.

        ``now`` is in epoch milliseconds: what of a session has expired by then gives way.
        """
        return writing.write(writes, lambda part: self._transact(part, now // 1000, watch))

    def _transact(self, part: Sequence[Write], now: int, watch: Watch | None) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            rows, updates = self._actions(part)
            sessions = self._sessions.actions((write.share for write in part), _generation(part), now)
            try:
                self._client.transact_write_items(TransactItems=[*rows, *sessions, *updates])
            except ClientError as error:
                overtaken = only_sessions_were_overtaken(error, len(rows), len(sessions))
                if attempt == ATTEMPTS or not overtaken:
                    raise
            else:
                if watch is not None:
                    watch(part, [session_of(each["Put"]["Item"]) for each in sessions])
                return

    def _actions(self, chunk: Sequence[Write]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        moves: dict[CounterKey, int] = {}
        for write in chunk:
            for key, change in write.moves.items():
                moves[key] = moves.get(key, 0) + change
        shard = self._draw(METRIC_SHARDS)
        updates = [{"Update": self._move(key, change, shard)} for key, change in moves.items() if change]
        return [{"Put": write.put} for write in chunk], updates

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


def _generation(part: Sequence[Write]) -> int:
    """Return the generation that counts the rows of a transaction: they were read together."""
    return int(part[0].put["Item"]["generation"]["N"])
