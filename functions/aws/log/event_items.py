"""The one place where an event becomes an item of the log and an item an event again."""

import re
from typing import Final

import msgspec

from functions.aws.attributes import Attribute, Item, from_item, to_item
from functions.domain.log.events import Event
from functions.domain.log.facts import VERSIONS, Fact, Unrecognised
from functions.domain.log.ids import PATTERN
from functions.domain.log.versions import read
from functions.domain.times import LATEST
from functions.names import TTL_ATTRIBUTE


class MalformedEventError(ValueError):
    """An item that lacks what every event has: who, when, and which."""


def encode(event: Event) -> Item:
    """Return the item of an event, without the stamp that `EventLog.append` puts beside it."""
    return to_item(
        {
            "connection_id": event.connection_id,
            "event_id": event.event_id,
            "type": event.type,
            "version": VERSIONS[event.type],
            "at": event.at,
            "user_id": event.user_id,
            "session_id": event.session_id,
            "connected_at": event.connected_at,
            "data": msgspec.to_builtins(event.fact),
            "trace_id": event.trace_id,
            TTL_ATTRIBUTE: event.expires_at,
        }
    )


_EVENT_ID: Final = re.compile(PATTERN)
_ABSENT: Final[dict[str, str]] = {}
"""What stands for an absent optional attribute."""


def decode(item: Item) -> Event:
    """Return the event of an item or of a stream record's NEW_IMAGE.

    An unknown type or version and unreadable data give an event whose fact is `Unrecognised`.

    Raises
    ------
    MalformedEventError
        If the item is not an event at all.
    """
    try:
        return Event(
            item["connection_id"]["S"],
            _id(item["event_id"]),
            _time(item["at"]),
            item["user_id"]["S"],
            item.get("session_id", _ABSENT).get("S"),
            _time(item["connected_at"]),
            int(item[TTL_ATTRIBUTE]["N"]),
            _fact(item),
            item.get("trace_id", _ABSENT).get("S"),
        )
    except (LookupError, TypeError, ValueError, AttributeError) as problem:
        msg = f"not an event: {type(problem).__name__} {problem}"
        raise MalformedEventError(msg) from problem


def _id(attribute: Attribute) -> str:
    event_id: str = attribute["S"]
    if not _EVENT_ID.match(event_id):  # when a voice session began is read in its id
        msg = f"the id cannot be an event's: {event_id!r}"
        raise ValueError(msg)
    return event_id


def _time(attribute: Attribute) -> int:
    at = int(attribute["N"])
    if not 0 <= at <= LATEST:
        msg = f"the time is out of range: {at}"
        raise ValueError(msg)
    return at


def _fact(item: Item) -> Fact:
    kind, version = item["type"]["S"], int(item["version"]["N"])
    try:
        data = from_item(item["data"]["M"])
    except (LookupError, ValueError) as problem:  # a newer release may store what this one never does
        return Unrecognised(kind, version, f"unreadable data: {problem}")
    return read(kind, version, data)
