"""Reads items that are to be redacted: only what this release knows wholly, so that nothing is overlooked."""

from collections.abc import Iterator
from typing import Final

import msgspec

from functions.aws.attributes import Item, from_item
from functions.aws.log.event_items import MalformedEventError, decode
from functions.domain.log.events import Event
from functions.domain.log.facts import VERSIONS, Unrecognised
from functions.names import TTL_ATTRIBUTE
from ops.erasure.problems import UnreadableError

_ATTRIBUTES: Final = frozenset(
    {
        "connection_id",
        "event_id",
        "arrival_day",
        "arrived_at",
        "type",
        "version",
        "at",
        "user_id",
        "session_id",
        "connected_at",
        "trace_id",
        "data",
        TTL_ATTRIBUTE,
    }
)


def event_of(item: Item) -> Event:
    """Return the event of an item of the log, or of the archive.

    Raises
    ------
    UnreadableError
        If it is not an event, is of a type or version that this release does not know, or has more in it than
        this release writes.
    """
    key = f"{item.get('connection_id', {}).get('S')} {item.get('event_id', {}).get('S')}"
    try:
        event = decode(item)
    except MalformedEventError as problem:
        raise UnreadableError(f"{key}: {problem}") from None
    if isinstance(event.fact, Unrecognised):
        raise UnreadableError(f"{key}: {event.type}, {event.fact.problem}")
    unknown = {*(item.keys() - _ATTRIBUTES), *_members(item, event)}
    if unknown:
        raise UnreadableError(f"{key}: this release does not write {', '.join(sorted(unknown))}")
    return event


def _members(item: Item, event: Event) -> Iterator[str]:
    """Yield what an event carries that this release does not read; of older versions an upcast knows."""
    if int(item["version"]["N"]) == VERSIONS[event.type]:
        for name in from_item(item["data"]["M"]).keys() - msgspec.structs.asdict(event.fact).keys():
            yield f"data.{name}"
