"""What a function is invoked with that delivers: which event to number and to post, and nothing of it."""

from typing import Annotated, Any

import msgspec

from functions.domain.log.facts import EventId
from functions.domain.printable import PrintableId

_Id = Annotated[str, msgspec.Meta(min_length=1)]


class Deliver(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Which event, and who asks.

    Attributes
    ----------
    connection_id, event_id
        The event's key.
    client_id
        The client's own id of the frame that made it, which the log does not keep.
    invocation
        What a repetition of this very request has in common with it, whoever repeats it: the gateway's
        request id, or the time of the sweeper's run. Of Lambda it has another id on some emulators.
    asking
        The connection that sent the frame again, if one did: it alone is told what all were told already.
    """

    connection_id: _Id
    event_id: EventId
    client_id: PrintableId | None = None
    invocation: _Id | None = None
    asking: _Id | None = None


def sent_again(asked: Deliver) -> Deliver:
    """Return a request that is sent because nobody answered: an invocation of its own.

    The one before may be running. Were both one invocation, both would have a text answered at once.
    """
    if asked.invocation is None:
        return asked
    return msgspec.structs.replace(asked, invocation=f"{asked.invocation}#2")


def payload_of(asked: Deliver) -> bytes:
    """Return the payload that has an event delivered."""
    return msgspec.json.encode(asked)


def parse(payload: Any) -> Deliver:
    """Return what a payload asks for; a `msgspec.ValidationError` if it is none."""
    return msgspec.convert(payload, Deliver)
