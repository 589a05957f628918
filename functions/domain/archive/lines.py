"""A line of the archive: one item of the log as a JSON object in which every column is present.

``data`` is JSON within a string, since its members differ by the type of event and a table has one shape.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec


class Line(msgspec.Struct, frozen=True):
    """The columns, in their order; each is in every line, since a query of a column that no line has fails.

    Attributes
    ----------
    connection_id, event_id
        The key.
    arrived_at, at, connected_at
        Epoch milliseconds.
    expires_at
        Epoch seconds.
    data
        What the event carries, as JSON.
    item
        The whole item as DynamoDB writes it, as JSON, of an item that does not have exactly the attributes of
        an event. Of its other columns those have a value by which it is asked for.
    """

    connection_id: str
    event_id: str
    arrived_at: int
    type: str | None = None
    version: int | None = None
    at: int | None = None
    user_id: str | None = None
    session_id: str | None = None
    connected_at: int | None = None
    expires_at: int | None = None
    trace_id: str | None = None
    data: str | None = None
    item: str | None = None


COLUMNS: Final = Line.__struct_fields__
"""The names of the columns, in their order."""

Key = tuple[int, str, str]
"""What lines are ordered by: arrival, connection, event."""


_Whole = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""A number that a column of the table can hold."""


class _Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The attributes of an event in the log."""

    connection_id: str
    event_id: str
    arrived_at: _Whole
    arrival_day: str
    type: str
    version: _Whole
    at: _Whole
    user_id: str
    connected_at: _Whole
    expires_at: _Whole
    data: dict[str, Any]
    session_id: str | None = None
    trace_id: str | None = None


_encoder: Final = msgspec.json.Encoder(order="deterministic")
_lines: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(Line)


def of_values(values: Mapping[str, Any]) -> Line | None:
    """Return the line of an item's plain values; None if they are not exactly those of an event."""
    try:
        stored = msgspec.convert(values, _Stored)
    except msgspec.ValidationError:
        return None
    return Line(
        connection_id=stored.connection_id,
        event_id=stored.event_id,
        arrived_at=stored.arrived_at,
        type=stored.type,
        version=stored.version,
        at=stored.at,
        user_id=stored.user_id,
        session_id=stored.session_id,
        connected_at=stored.connected_at,
        expires_at=stored.expires_at,
        trace_id=stored.trace_id,
        data=_encoder.encode(stored.data).decode(),
    )


def of_item(key: Key, item: Mapping[str, Any], asked_by: Mapping[str, str | None]) -> Line:
    """Return the line that keeps an item whole, whatever is in it.

    Parameters
    ----------
    key
        Its arrival, and its key in the log.
    item
        As DynamoDB writes it.
    asked_by
        Its ``type``, ``user_id``, ``session_id`` and ``trace_id``, as far as it has them.
    """
    arrived_at, connection_id, event_id = key
    return Line(
        connection_id=connection_id,
        event_id=event_id,
        arrived_at=arrived_at,
        type=asked_by.get("type"),
        user_id=asked_by.get("user_id"),
        session_id=asked_by.get("session_id"),
        trace_id=asked_by.get("trace_id"),
        item=_encoder.encode(item).decode(),
    )


def values_of(line: Line) -> dict[str, Any]:
    """Return the plain values of an event's line; None where there is no value."""
    values = {name: getattr(line, name) for name in COLUMNS if name != "item"}
    return {**values, "data": None if line.data is None else msgspec.json.decode(line.data)}


def rewritten(line: Line, version: int, data: Mapping[str, Any], *, user: str, session: str | None) -> Line:
    """Return the line of an event whose item was rewritten in the log.

    Parameters
    ----------
    version, data
        What the event carries now.
    user, session
        Its user and session now.
    """
    text = _encoder.encode(data).decode()
    return msgspec.structs.replace(line, user_id=user, session_id=session, version=version, data=text)


def key_of(line: Line) -> Key:
    """Return what orders a line among the others."""
    return line.arrived_at, line.connection_id, line.event_id


def encode(line: Line) -> bytes:
    """Return a line as JSON, with its line break."""
    return _lines.encode(line) + b"\n"


def decode(text: bytes) -> Line:
    """Return a line that was encoded; raises `msgspec.DecodeError` if the text is not a line."""
    return _decoder.decode(text)
