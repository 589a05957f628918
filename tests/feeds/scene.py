"""The function of the feeds over tables of its own, with a clock, and a gateway that records."""

import json
from types import SimpleNamespace
from typing import Any, Final

from functions.aws.feeds.stores import FeedStores, feed_stores
from functions.aws.log.counts import Counts
from functions.aws.log.event_log import EventLog
from functions.aws.read_models.sessions import SessionLists
from functions.domain.feeds.feeds import Subscriber, subscriber_of
from functions.domain.feeds.limits import FeedLimits
from functions.domain.log.events import Event, event
from functions.domain.log.facts import TextMessageReceived
from functions.handlers import feed
from functions.operations.feeds.deferring import NOTHING_LATER
from tests import gateway_events
from tests.fakes import OneByOne, RecordingCallbacks
from tests.faults import engine
from tests.gateway_events import CONNECTED_AT
from tests.tables import create_tables

START: Final = CONNECTED_AT + 60_000
FEED: Final = "session#s-1"
_PLENTY: Final = 60_000


class Scene:
    """One conversation of alice's, whose texts are appended and delivered as a test says.

    Attributes
    ----------
    now
        The time, epoch milliseconds.
    limits
        How often, and how far back.
    deferring
        Where posts wait to those that are busy.
    remaining
        How long the invocation still has, in milliseconds.
    """

    def __init__(self) -> None:
        engine.forget()
        self.client = engine.client()
        self.tables = create_tables(self.client, "feeds")
        self.now = START
        self.limits = FeedLimits()
        self.remaining = _PLENTY
        self.callbacks = RecordingCallbacks()
        self.deferring = NOTHING_LATER
        self.log = EventLog(self.client, self.tables.events, self.tables.claims, lambda: self.now)
        self.stores: FeedStores = feed_stores(
            self.client, feeds=self.tables.feeds, events=self.tables.events, now=lambda: self.now
        )
        self.counts = Counts(self.client, self.tables.claims)

    def subscribe(self, connection_id: str = "c-1", **who: Any) -> Subscriber:
        """Open a connection."""
        subscriber = subscriber_of(gateway_events.cause(connection_id=connection_id, **who))
        self.stores.subscribers.subscribe(subscriber)
        return subscriber

    def append(self, text: str, **who: Any) -> Event:
        """Append a text that nobody delivers yet."""
        self.now += 1_000
        said = event(gateway_events.cause(self.now, f"r-{self.now}", **who), TextMessageReceived(text))
        self.log.append(said)
        return said

    def deliver(self, said: Event, client_id: str | None = None) -> dict[str, Any]:
        """Have an event delivered, as whoever appended it does."""
        asked = {"connectionId": said.connection_id, "eventId": said.event_id, "clientId": client_id}
        return self._invoke(asked)

    def say(self, *texts: str, **who: Any) -> list[Event]:
        """Append texts, and have each delivered."""
        said = [self.append(text, **who) for text in texts]
        for each in said:
            self.deliver(each)
        return said

    def frame(self, kind: str, data: object = None, connection_id: str = "c-1", **context: Any) -> Any:
        """Send a frame on the route of its type; return the answer, None if the response has none."""
        body = {"type": kind, "id": "f-1", **({} if data is None else {"data": data})}
        return self.send(kind, body, connection_id, **context)

    def send(self, route: str, body: object, connection_id: str = "c-1", **context: Any) -> Any:
        """Send whatever on a route, as `frame` does."""
        given = {"connectionId": connection_id, "requestTimeEpoch": self.now, **context}
        answer = self._invoke(gateway_events.message(body, route=route, **given))
        return json.loads(answer["body"]) if "body" in answer else None

    def told(self, connection_id: str = "c-1") -> list[dict[str, Any]]:
        """Return the frames that were posted to a connection since the last time."""
        posts = [json.loads(frame) for to, frame in self.callbacks.posts if to == connection_id]
        self.callbacks.posts = [post for post in self.callbacks.posts if post[0] != connection_id]
        return posts

    def _invoke(self, event_: dict[str, Any]) -> dict[str, Any]:
        context = SimpleNamespace(aws_request_id="i-1", get_remaining_time_in_millis=lambda: self.remaining)
        return feed.handler(
            event_,
            context,
            self.stores,
            self.log,
            self.callbacks,
            self.counts,
            self.limits,
            SessionLists(self.client, self.tables.sessions),
            lambda: self.now,
            OneByOne,
            lambda _: None,
            self.deferring,
        )
