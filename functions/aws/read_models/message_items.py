"""The one place where a message becomes an item of the messages table."""

import msgspec

from functions.aws.attributes import Attribute, Item, to_item
from functions.domain.texts.messages import Message

MessageKey = tuple[str, str]
"""Conversation and event id."""


def encode(message: Message, generation: int) -> Item:
    """Return the item of a message, counted by a generation."""
    return to_item({**msgspec.to_builtins(message), "generation": generation})


def key_of(message: Message) -> MessageKey:
    """Return the key of a message."""
    return message.conversation, message.event_id


def to_key(key: MessageKey) -> dict[str, Attribute]:
    """Return a key as the table takes it."""
    conversation, event_id = key
    return {"conversation": {"S": conversation}, "event_id": {"S": event_id}}
