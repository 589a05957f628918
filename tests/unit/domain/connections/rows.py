"""Events of one connection, told by the seconds since it was opened, and the row of them."""

from functools import partial

from functions.domain.connections.connection import Connection, join
from functions.domain.log.events import Event, event
from functions.domain.log.facts import ConnectionOpened, Fact, VoiceSessionStarted
from tests.gateway_events import CONNECTED_AT, CONNECTION, cause

STARTED = partial(VoiceSessionStarted, 16000, "lpcm")


def happened(seconds: int, fact: Fact, request_id: str = "request-1") -> Event:
    """Return an event some seconds after the connection was opened."""
    return event(cause(at=CONNECTED_AT + seconds * 1000, request_id=request_id), fact)


def row(*events: Event) -> Connection:
    return join(Connection(CONNECTION), events)


def at(seconds: int) -> int:
    return CONNECTED_AT + seconds * 1000


OPENED = happened(0, ConnectionOpened("203.0.113.17", "Firefox", 1_795_417_920))
