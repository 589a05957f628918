"""How events and states are shown to people: a line for each event, a table of connections."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

from rich.table import Table

from functions.domain.connections.connection import Connection
from functions.domain.times import iso
from ops.audit.entries import Entry

_LONGEST: Final = 200
"""Characters of what an event carries: the rest is shown by ``--json``."""


def shown(entry: Entry, zone: tzinfo) -> str:
    """Return the line of an event: when it arrived, what it is, whose, and what it carries."""
    carries = " ".join(f"{name}={_plain(value)}" for name, value in entry.data.items())
    if entry.problem:
        carries = f"cannot be read: {entry.problem} {carries}"
    who = f"{entry.user_id or '-':<16} {entry.connection_id:<18} {entry.session_id or '-'}"
    return f"{_time(entry.arrived_at, zone)}  {entry.type or '?':<21} {who}  {carries[:_LONGEST]}".rstrip()


def row(connection: Connection) -> dict[str, Any]:
    """Return the state of a connection for programs: the public fields of its row, and its voice sessions."""
    opened, ended_at = connection.opened, connection.ended_at
    fields = {
        "connectionId": connection.connection_id,
        "userId": connection.user_id,
        "sessionId": connection.session_id,
        "status": connection.status,
        "ipAddress": opened and opened.ip_address,
        "userAgent": opened and opened.user_agent,
        "createdAt": iso(connection.created_at),
        "lastActivity": iso(connection.last_activity),
        "disconnectedAt": None if ended_at is None else iso(ended_at),
        "voiceSessions": sorted(name for name, said in connection.voice.items() if said.started) or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def rows(connections: Iterable[Connection], zone: tzinfo) -> Table:
    """Return a table of states."""
    return table_of_rows(map(row, connections), zone)


def table_of_rows(found: Iterable[Mapping[str, Any]], zone: tzinfo) -> Table:
    """Return a table of connections, each as its public fields."""
    table = Table("connection", "user", "session", "status", "opened", "last activity", "address")
    for each in found:
        table.add_row(
            each["connectionId"],
            each["userId"],
            each.get("sessionId", ""),
            each["status"],
            _time(each["createdAt"], zone),
            _time(each["lastActivity"], zone),
            each.get("ipAddress", ""),
        )
    return table


def table_of_sessions(found: Iterable[Mapping[str, Any]], zone: tzinfo) -> Table:
    """Return a table of sessions, each as the connection manager shows it."""
    table = Table(
        "session", "first activity", "last activity", "texts", "replies", "failed", "voice", "turns", "title"
    )
    for each in found:
        table.add_row(
            each["sessionId"],
            _time(each["firstActivity"], zone),
            _time(each["lastActivity"], zone),
            *(str(each[name]) for name in ("texts", "replies", "failed", "voiceSessions")),
            str(each.get("turns", 0)),
            each.get("title", ""),
        )
    return table


def moment(at: int, zone: tzinfo) -> str:
    """Return a time in epoch milliseconds for people; 0 is a time that nobody knows."""
    return _time(iso(at) if at else None, zone)


def _time(text: str | None, zone: tzinfo) -> str:
    if text is None:
        return f"{'?':<23}"
    return datetime.fromisoformat(text).astimezone(zone).isoformat(" ", "milliseconds")[:23]


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
