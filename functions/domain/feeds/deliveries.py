"""What the function of the feeds is invoked with: which event to number and to post, and nothing of it."""

from typing import Annotated, Any

import msgspec

from functions.domain.log.events import Event
from functions.domain.log.facts import EventId
from functions.domain.printable import PrintableId


class Deliver(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Which event; and the client's own id of the frame that made it, which the log does not keep."""

    connection_id: Annotated[str, msgspec.Meta(min_length=1)]
    event_id: EventId
    client_id: PrintableId | None = None


def deliver(event: Event, client_id: str | None) -> bytes:
    """Return the payload that has an event delivered."""
    return msgspec.json.encode(Deliver(event.connection_id, event.event_id, client_id))


def parse(payload: Any) -> Deliver:
    """Return what a payload asks for; a `msgspec.ValidationError` if it is none."""
    return msgspec.convert(payload, Deliver)
