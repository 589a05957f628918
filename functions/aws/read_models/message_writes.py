"""The writes that join messages into what is known of them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from functions.aws.attributes import to_attribute
from functions.aws.read_models.counter_items import counters
from functions.aws.read_models.message_items import StoredMessage, encode
from functions.aws.read_models.transactions import Write
from functions.domain.connections.counters import by_name, difference
from functions.domain.log.retention import days_kept
from functions.domain.texts.messages import Message, MessageKey, join
from functions.domain.texts.sessions import change, share_of_message


def joining(
    table: str, messages: Iterable[Message], known: Mapping[MessageKey, StoredMessage], generation: int
) -> Iterator[Write]:
    """Yield a write for each message that changes anything.

    What an older generation has counted is counted again, whole; what a newer one has is left to it. Each
    adds to its session what it has not added yet.
    """
    for message in messages:
        stored = known.get(message.key)
        if stored is None:
            yield _write(table, message, None, 1, generation)
        elif stored.generation < generation or stored.message is None:
            again = _write(table, message, None, stored.revision + 1, generation)
            yield msgspec.structs.replace(again, moved={})
        elif stored.generation == generation:
            joined = join(stored.message, message)
            if joined != stored.message:
                yield _write(table, joined, stored.message, stored.revision + 1, generation)


def _write(table: str, new: Message, counted: Message | None, revision: int, generation: int) -> Write:
    # a message that an earlier release wrote has no revision
    condition = "attribute_not_exists(#revision)" if revision == 1 else "#revision = :revision"
    put: dict[str, Any] = {
        "TableName": table,
        "Item": encode(new, revision, generation),
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {"#revision": "revision"},
    }
    if revision > 1:
        put["ExpressionAttributeValues"] = {":revision": to_attribute(revision - 1)}
    changes = difference(new.contribution, {} if counted is None else counted.contribution)
    days = 0 if new.at is None else days_kept(new.at, new.expires_at)
    moves = dict(counters(changes, generation, days))
    share = change(share_of_message(new), None if counted is None else share_of_message(counted))
    return Write(new.connection_id, put, moves, moved=by_name(changes), share=share)
