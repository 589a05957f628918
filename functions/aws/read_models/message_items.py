"""The one place where a message becomes an item of the messages table, and is read again."""

from typing import Final

import msgspec

from functions.aws.attributes import Attribute, Item, from_item, to_item
from functions.domain.texts.messages import Message, MessageKey


class StoredMessage(msgspec.Struct, frozen=True):
    """A message as the table holds it: the join, and what is outside the join.

    ``message`` is None where an older generation has counted it. ``revision`` counts the row's writes;
    ``generation`` names the rebuild whose counters count it.
    """

    message: Message | None
    revision: int
    generation: int


def encode(message: Message, revision: int, generation: int) -> Item:
    """Return the item of a message."""
    spoken = True if message.is_spoken else None  # for who reads the table: the rest of the row says so too
    values = {**msgspec.to_builtins(message), "status": message.status, "spoken": spoken}
    return to_item({**values, "revision": revision, "generation": generation})


_EARLIER_ROLES: Final = {"text": "user", "reply": "assistant"}
"""What an earlier release called ``kind``; its rows are there until a rebuild."""


def decode(item: Item, *, current: int = 0) -> StoredMessage:
    """Return the message of an item that `encode` made, or that an earlier release did.

    One of an older generation than the current one is not read, as a connection's row is not.
    """
    generation = int(item["generation"]["N"])
    revision = int(item["revision"]["N"]) if "revision" in item else 0
    return StoredMessage(None if generation < current else message_of(item), revision, generation)


def message_of(item: Item) -> Message:
    """Return the message of an item, whichever generation has counted it."""
    values = from_item(item)
    if "role" not in values:
        values["role"] = _EARLIER_ROLES[values["kind"]]
    return msgspec.convert(values, Message)


def to_key(key: MessageKey) -> dict[str, Attribute]:
    """Return a key as the table takes it."""
    conversation, event_id = key
    return {"conversation": {"S": conversation}, "event_id": {"S": event_id}}
