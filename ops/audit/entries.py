"""What an audit shows of an item: who, when and what, with people's words only where they are asked for."""

from typing import Any, Final

import msgspec

from functions.aws.attributes import Item, from_item
from functions.aws.log.event_items import MalformedEventError, decode
from functions.domain.log.events import Event
from functions.domain.log.facts import Unrecognised
from functions.domain.times import LATEST, iso

_WORDS: Final = ("text", "content")
"""The members of facts that hold what a person wrote or said, was answered or was sent."""


class Entry(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One event, or an item that is not one, for people and programs.

    Times in ISO 8601. ``problem`` says why the item, or what happened, cannot be read. Words that are not
    shown are counted: ``{"characters": 11}`` in place of ``{"text": "Hello there"}``.
    """

    connection_id: str
    event_id: str
    arrived_at: str | None = None
    at: str | None = None
    type: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    data: dict[str, Any] = {}
    trace_id: str | None = None
    problem: str | None = None


def entry(item: Item, *, words: bool) -> Entry:
    """Return what is shown of an item, whatever is in it.

    Parameters
    ----------
    item
        As the log has it.
    words
        Whether texts are shown.
    """
    arrived_at = _time(item)
    try:
        event = decode(item)
    except MalformedEventError as problem:
        return Entry(
            connection_id=item.get("connection_id", {}).get("S", ""),
            event_id=item.get("event_id", {}).get("S", ""),
            arrived_at=arrived_at,
            type=item.get("type", {}).get("S"),
            data=_raw(item) if words else {},
            problem=str(problem),
        )
    return Entry(
        connection_id=event.connection_id,
        event_id=event.event_id,
        arrived_at=arrived_at,
        at=iso(event.at),
        type=event.type,
        user_id=event.user_id,
        session_id=event.session_id,
        data=_data(event, item, words=words),
        trace_id=event.trace_id,
        problem=event.fact.problem if isinstance(event.fact, Unrecognised) else None,
    )


def _data(event: Event, item: Item, *, words: bool) -> dict[str, Any]:
    if isinstance(event.fact, Unrecognised):  # nobody knows where in it people's words are
        return _raw(item) if words else {}
    data: dict[str, Any] = msgspec.to_builtins(event.fact)
    told = {name: value for name, value in data.items() if value is not None}
    hidden = [] if words else [told.pop(name) for name in _WORDS if name in told]
    return {**told, "characters": sum(map(len, hidden))} if hidden else told


def _raw(item: Item) -> dict[str, Any]:
    """Return all that an item has, as DynamoDB writes it where no plain value stands for it."""
    try:
        return from_item(item)
    except (ValueError, LookupError, TypeError, AttributeError):
        return dict(item)


def _time(item: Item) -> str | None:
    stamped = item.get("arrived_at", {}).get("N", "")
    if not stamped.isdecimal() or int(stamped) > LATEST:
        return None
    return iso(int(stamped))
