"""The one place where a connection's row becomes an item of the connections table, and is read again."""

from typing import Any, Final
from zlib import crc32

import msgspec

from functions.aws.attributes import Item, from_item, to_item
from functions.domain.connections.connection import Closed, Connection, Lost, Opened, Operator, Status, Voice
from functions.domain.connections.idleness import due_since
from functions.domain.times import iso
from functions.names import ACTIVE_SHARDS, TTL_ATTRIBUTE

_SINCE_MILLISECONDS: Final = 600_000
"""An active row moves in ``active-index`` at most every 10 minutes, not with each event."""


class Stored(msgspec.Struct, frozen=True):
    """A row as the table holds it: the join, and what is outside the join.

    ``revision`` counts the row's writes; ``generation`` names the rebuild whose counters count it.
    """

    row: Connection
    revision: int
    generation: int


class ConnectionInfo(msgspec.Struct, frozen=True, rename="camel"):
    """The public fields of a connection, and when its row expires, which the events about it repeat.

    Times in epoch milliseconds, ``token_expires_at`` and ``expires_at`` in seconds.
    """

    connection_id: str
    user_id: str
    status: Status
    created_at: int
    last_activity: int
    session_id: str | None = None
    ip_address: str | None = None
    user_agent: str | None = None
    disconnected_at: int | None = None
    token_expires_at: int | None = None
    expires_at: int | None = msgspec.field(name=TTL_ATTRIBUTE, default=None)

    def to_json(self) -> dict[str, Any]:
        """Return the fields for people and services: times in ISO 8601; a field that is None is left out."""
        fields = msgspec.to_builtins(self)
        del fields[TTL_ATTRIBUTE]
        for name in ("createdAt", "lastActivity", "disconnectedAt"):
            fields[name] = None if fields[name] is None else iso(fields[name])
        if self.token_expires_at is not None:
            fields["tokenExpiresAt"] = iso(self.token_expires_at * 1000)
        return {name: value for name, value in fields.items() if value is not None}


def active_shard(connection_id: str, shards: int = ACTIVE_SHARDS) -> str:
    """Return the partition of ``active-index`` that holds a connection while it has not ended."""
    return str(crc32(connection_id.encode()) % shards)


def active_since(last_activity: int, token_expires_at: int | None = None) -> int:
    """Return the sort key of ``active-index``: see `due_since`, in steps of ten minutes."""
    since = due_since(last_activity, token_expires_at)
    return since - since % _SINCE_MILLISECONDS


def encode(stored: Stored) -> Item:
    """Return the item of a row."""
    row = stored.row
    ended_at = row.ended_at
    opened = row.opened or Opened("")
    since = active_since(row.last_activity, opened.token_expires_at)
    return to_item(
        {
            "connectionId": row.connection_id,
            "userId": row.user_id,
            "sessionId": row.session_id,
            "status": row.status,
            "ipAddress": opened.ip_address,
            "userAgent": opened.user_agent,
            "createdAt": row.created_at,
            "lastActivity": row.last_activity,
            "disconnectedAt": ended_at,
            "tokenExpiresAt": opened.token_expires_at,
            "activeShard": active_shard(row.connection_id) if ended_at is None else None,
            "activeSince": since if ended_at is None else None,
            "opened": opened.event_id or None,
            "closed": msgspec.to_builtins(row.closed),
            "lost": msgspec.to_builtins(row.lost),
            "operator": msgspec.to_builtins(row.operator),
            "voice": msgspec.to_builtins(row.voice) or None,
            "forgotten": row.forgotten or None,
            "lastSpeech": row.last_speech or None,
            "revision": stored.revision,
            "generation": stored.generation,
            TTL_ATTRIBUTE: row.expires_at,
        }
    )


def decode(item: Item, *, current: int = 0) -> Stored:
    """Return the row of an item that `encode` made.

    A row of an older generation than the current one is refolded whatever it says: it is not read, so that a
    rebuild also heals what no release can read.
    """
    generation, revision = int(item["generation"]["N"]), int(item["revision"]["N"])
    if generation < current:
        return Stored(Connection(item["connectionId"]["S"]), revision, generation)
    values = from_item(item)
    opened = values.get("opened")
    row = Connection(
        connection_id=values["connectionId"],
        user_id=values["userId"],
        session_id=values.get("sessionId"),
        created_at=values["createdAt"],
        last_activity=values["lastActivity"],
        opened=opened
        and Opened(opened, values.get("ipAddress"), values.get("userAgent"), values.get("tokenExpiresAt")),
        closed=msgspec.convert(values.get("closed"), Closed | None),
        lost=msgspec.convert(values.get("lost"), Lost | None),
        operator=msgspec.convert(values.get("operator"), Operator | None),
        voice=msgspec.convert(values.get("voice", {}), dict[str, Voice]),
        expires_at=values[TTL_ATTRIBUTE],
        forgotten=values.get("forgotten", False),
        last_speech=values.get("lastSpeech", 0),
    )
    return Stored(row, revision, generation)


def info(item: Item) -> ConnectionInfo:
    """Return what is known of a connection by an item, whole or as an index projects it."""
    return msgspec.convert(from_item(item), ConnectionInfo)
