"""The handlers of routes for tests that look at the log alone: nobody is told what was appended."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, Final

import msgspec

from functions.aws.feeds.stores import FeedStores, feed_stores
from functions.aws.gateway.callbacks import Callbacks
from functions.aws.log.event_log import EventLog
from functions.aws.log.event_reads import Arrived
from functions.aws.log.recent_events import RecentEvents
from functions.aws.voice.voice_claims import VoiceClaims
from functions.domain.feeds.deliveries import Deliver
from functions.handlers import lifecycle as _lifecycle
from functions.handlers import message as _message
from functions.handlers import sweeper as _sweeper
from functions.operations.frames.recording import never
from functions.operations.frames.speech import Speech
from tests.fakes import MemorySubscribers


def unheard(_asked: Deliver) -> None:
    """Announce an event to nobody."""


def unheard_speech(client: Any, claims: str) -> Speech:
    """Return what takes the frames of speech by the claims of a table, and passes them on to nobody."""
    return Speech(VoiceClaims(client, claims), lambda *_: None, lambda _: None, lambda *_: False)


message: Final = partial(_message.handler, announce=unheard, repeat=never)


class _Silence(RecentEvents):
    """A log in which nothing arrived of late."""

    def of_types(self, _types: Iterable[str], _first: int, _last: int, _drawn: int = 0) -> Iterator[Arrived]:
        yield from ()


def _quiet() -> FeedStores:
    stores = feed_stores(None, feeds="feeds", events="events", now=lambda: 0)
    return msgspec.structs.replace(stores, recent=_Silence(None, "events"), subscribers=MemorySubscribers())


sweeper: Final = partial(_sweeper.handler, stores=_quiet())


def lifecycle(event: dict[str, Any], context: object, log: EventLog, callbacks: Callbacks) -> dict[str, Any]:
    """Take what the gateway reports, for a connection that no feed knows."""
    return _lifecycle.handler(event, context, log, callbacks, MemorySubscribers())
