"""What the read models hold, read without the code that wrote them, and what the log says they must hold."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from functions.aws.attributes import Item, from_item
from functions.aws.read_models import connection_items
from functions.aws.read_models.connection_items import Stored
from functions.aws.read_models.counter_items import CounterKey, counters, parse
from functions.domain.connections.connection import Connection, join
from functions.domain.connections.counters import contribution
from functions.domain.log.events import Event
from functions.domain.log.retention import days_kept
from functions.domain.texts.messages import Message, rows_in
from tests.tables import Tables


class Contents(msgspec.Struct, frozen=True):
    """Rows by connection, messages with the generation that counted each, and the counters above zero."""

    rows: dict[str, Connection]
    messages: dict[str, tuple[Message, int]]
    counts: dict[CounterKey, int]


def contents(client: Any, tables: Tables, generation: int = 1) -> Contents:
    """Return what the tables hold; of the counters, those of a generation."""
    rows = {row.connection_id: row for row in (stored.row for stored in stored_rows(client, tables))}
    messages = {}
    for item in scan(client, tables.messages):
        values = from_item(item)
        message = msgspec.convert(values, Message)
        assert values.get("status") == message.status
        messages[message.event_id] = message, values["generation"]
    sums: Counter[CounterKey] = Counter()
    for item in scan(client, tables.metrics):
        if "count" in item:
            key = parse(item["metric"]["S"], item["bucket"]["S"])
            sums[key] += int(item["count"]["N"]) if key.generation == generation else 0
    return Contents(rows, messages, {key: count for key, count in sums.items() if count})


def due(events: Iterable[Event], generation: int = 1) -> Contents:
    """Return what the tables must hold when these events have been projected: their fold and its recount."""
    by_connection: dict[str, list[Event]] = {}
    all_events = list(events)
    for event in all_events:
        by_connection.setdefault(event.connection_id, []).append(event)
    messages = {message.event_id: (message, generation) for message in rows_in(all_events).values()}
    rows = {each: join(Connection(each), own) for each, own in by_connection.items()}
    counts: Counter[CounterKey] = Counter()
    for row in rows.values():
        counts.update(counters(contribution(row), generation, days_kept(row.created_at, row.expires_at)))
    for message, _ in messages.values():
        if message.at is None:
            continue
        days = days_kept(message.at, message.expires_at)
        counts.update(counters(message.contribution, generation, days))
    return Contents(rows, messages, {key: count for key, count in counts.items() if count})


def stored_rows(client: Any, tables: Tables) -> list[Stored]:
    """Return all rows, with what is outside the join."""
    return [connection_items.decode(item) for item in scan(client, tables.connections)]


def scan(client: Any, table: str) -> Iterator[Item]:
    """Yield all items of a table, read consistently."""
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]
