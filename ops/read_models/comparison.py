"""Compares connections and their messages, item by item, with what the fold of the log would write."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from functions.aws import batch_reads
from functions.aws.attributes import Attribute, Item
from functions.aws.read_models import connection_items, message_items
from functions.aws.read_models.connection_items import Stored
from functions.aws.read_models.counter_items import CounterKey, counters
from functions.aws.read_models.message_items import MessageKey, key_of, to_key
from functions.domain.connections.connection import Connection, join
from functions.domain.connections.counters import contribution
from functions.domain.log.retention import days_kept
from functions.domain.texts.messages import Message, message_of
from functions.operations.projection.log_pages import log_pages
from ops.deployment import Deployment

_NOTHING: Attribute = {"N": "0"}


class Difference(msgspec.Struct, frozen=True):
    """What the log says of one thing, and what the read models say instead."""

    what: str
    log: str
    read_model: str


class Folded(msgspec.Struct, frozen=True):
    """One connection: its differences, the counters that it adds to, and its messages."""

    connection: str
    differences: tuple[Difference, ...]
    counts: Counter[CounterKey]
    messages: frozenset[MessageKey]


def compare(
    deployment: Deployment, connections: Sequence[str], generation: int, now: int
) -> Iterator[Folded]:
    """Yield the connections of which the log has more than has expired by now (epoch milliseconds)."""
    rows = _rows(deployment, connections)  # before the log: what is appended meanwhile is a difference
    for connection in connections:
        events = [event for page in log_pages(connection, deployment.log, now) for event in page]
        if not events:
            continue
        row = join(Connection(connection), events)
        held = rows.get(connection)
        revision = int((held or {}).get("revision", _NOTHING)["N"])
        wanted = connection_items.encode(Stored(row, revision, generation))
        differences = list(_differing(f"connection {connection}", wanted, held))
        messages = [message for message in map(message_of, events) if message]
        counts = counters(contribution(row), generation, days_kept(row.created_at, row.expires_at))
        for message, item in _stored(deployment, messages):
            days = days_kept(message.at, message.expires_at)
            counts.update(counters(message.contribution, generation, days))
            what = f"message {message.conversation} {message.event_id}"
            differences += _differing(what, message_items.encode(message, generation), item)
        yield Folded(connection, tuple(differences), counts, frozenset(map(key_of, messages)))


def _rows(deployment: Deployment, connections: Sequence[str]) -> dict[str, Item]:
    table = deployment.outputs.connections_table
    keys = [(table, {"connectionId": Attribute(S=connection)}) for connection in connections]
    return {item["connectionId"]["S"]: item for _, item in batch_reads.read(deployment.client, keys)}


def _stored(deployment: Deployment, messages: Sequence[Message]) -> Iterator[tuple[Message, Item | None]]:
    table = deployment.outputs.messages_table
    keys = [(table, to_key(key_of(message))) for message in messages]
    found = {
        (item["conversation"]["S"], item["event_id"]["S"]): item
        for _, item in batch_reads.read(deployment.client, keys)
    }
    return ((message, found.get(key_of(message))) for message in messages)


def _differing(what: str, wanted: Item, held: Item | None) -> Iterator[Difference]:
    if held is None:
        yield Difference(what, "a row", "nothing")
        return
    names = [name for name in sorted({*wanted, *held}) if wanted.get(name) != held.get(name)]
    if names:
        yield Difference(what, _shown(wanted, names), _shown(held, names))


def _shown(item: Item, names: Sequence[str]) -> str:
    return ", ".join(f"{name} {_value(item[name]) if name in item else 'absent'}" for name in names)


def _value(attribute: Attribute) -> Any:
    ((kind, value),) = attribute.items()
    return value if kind in ("S", "N") else attribute
