"""Reads what the server sends. What is unknown or has no sense is nothing: a server may be newer."""

from typing import Any, Final

import msgspec

from local.chat.actions import Json


class _Envelope(msgspec.Struct, frozen=True):
    type: str | None = None
    id: str | None = None
    data: Json | None = None
    connection_id: str | None = msgspec.field(name="connectionId", default=None)


class Frame(msgspec.Struct, frozen=True):
    """A frame of a type that the rules know, with all that they need of it.

    ``type`` is empty for a frame of the gateway itself, which has none.
    """

    type: str
    data: Json
    id: str | None = None


class _Position(msgspec.Struct):
    seq: int
    id: str


class _Message(msgspec.Struct):
    feed: str
    seq: int
    id: str
    kind: str
    text: str | None = None
    part: int | None = None
    parts: int | None = None


class _Delta(msgspec.Struct, rename="camel"):
    message_id: str
    attempt: int
    offset: int
    text: str


class _Reset(msgspec.Struct):
    feed: str
    position: _Position


class _Resumed(msgspec.Struct):
    feed: str
    seq: int
    more: bool = False
    pending: list[Any] | None = None


class _Page(msgspec.Struct):
    feed: str
    messages: list[_Message]
    more: bool = False
    complete: _Position | None = None


class _Ack(msgspec.Struct, rename="camel"):
    message_id: str


class _Error(msgspec.Struct, rename="camel"):
    code: str
    message: str
    retry_after: float | None = None


_SHAPES: Final[dict[str, type[Any]]] = {
    "message": _Message,
    "text_delta": _Delta,
    "reset": _Reset,
    "resumed": _Resumed,
    "history_page": _Page,
    "text_ack": _Ack,
    "error": _Error,
}
"""What must be in the data of a frame; of other types it may be anything."""


def parse(text: str) -> Frame | None:
    """Return a frame, None if it is none that says something."""
    try:
        envelope = msgspec.json.decode(text, type=_Envelope)
        if envelope.type is None:
            return None if envelope.connection_id is None else Frame("", {})
        data = envelope.data or {}
        if envelope.type in _SHAPES:
            msgspec.convert(data, _SHAPES[envelope.type])
    except msgspec.MsgspecError:
        return None
    return Frame(envelope.type, data, envelope.id)
