"""The one place where a session becomes an item of the sessions table, and is read again."""

from typing import Any

import msgspec

from functions.aws.attributes import Attribute, Item, from_item, to_item
from functions.domain.texts.sessions import Session, SessionKey
from functions.names import TTL_ATTRIBUTE


class StoredSession(msgspec.Struct, frozen=True):
    """A session as the table holds it: the sum, and what is outside the sum.

    ``session`` is None where an older generation has counted it. ``revision`` counts the row's writes;
    ``generation`` names the rebuild whose shares are in it.
    """

    session: Session | None
    revision: int
    generation: int


def encode(session: Session, revision: int, generation: int) -> Item:
    """Return the item of a session. One of which no text or speech is known yet is in no index."""
    values: dict[str, Any] = msgspec.to_builtins(session)
    if not session.last_activity:
        del values["first_activity"], values["last_activity"]
    return to_item({**values, "revision": revision, "generation": generation})


def decode(item: Item, *, current: int = 0) -> StoredSession:
    """Return the session of an item that `encode` made.

    One of an older generation than the current one is not read, as a connection's row is not.
    """
    revision, generation = int(item["revision"]["N"]), int(item["generation"]["N"])
    return StoredSession(None if generation < current else session_of(item), revision, generation)


def session_of(item: Item) -> Session:
    """Return the session of an item, whichever generation has counted it."""
    return msgspec.convert(from_item(item), Session)


def key_of(item: Item) -> SessionKey:
    """Return the key of an item."""
    return item["user_id"]["S"], item["session_id"]["S"]


def to_key(key: SessionKey) -> dict[str, Attribute]:
    """Return a key as the table takes it."""
    user_id, session_id = key
    return {"user_id": {"S": user_id}, "session_id": {"S": session_id}}


def is_expired(item: Item, now: int) -> bool:
    """Tell whether an item has expired at a time in epoch seconds, deleted yet or not."""
    return int(item[TTL_ATTRIBUTE]["N"]) <= now
