"""A conversation of alice's that frames ask for, in tables of its own, and what it says to her."""

from types import SimpleNamespace
from typing import Any, Final

from functions.aws.feeds.keys import acknowledged_key, cancellation_key
from functions.aws.feeds.stores import feed_stores
from functions.aws.gateway.callbacks import Callbacks
from functions.aws.log.counts import Counts
from functions.aws.log.event_log import EventLog
from functions.aws.log.event_reads import Arrived
from functions.aws.read_models.read_model import ReadModel
from functions.aws.read_models.sessions import SessionLists
from functions.domain.feeds.contents import TEXT_BYTES, parts
from functions.domain.log.claims import Count
from functions.domain.log.events import Event, event
from functions.domain.log.facts import TextMessageReceived
from functions.handlers import feed
from functions.names import EVENTS_KEY
from functions.operations.feeds.feeds import Feeds
from functions.operations.projection.projecting import Projection
from tests.fakes import OneByOne, RecordingCallbacks
from tests.faults import engine
from tests.fuzz.leaks import OTHERS
from tests.gateway_events import CONNECTED_AT, cause
from tests.tables import create_tables

FEED: Final = "session#s-1"
_LONG: Final = "\U0001f600" * 7_990
_BOB, _SECRET = OTHERS
Message = dict[str, Any]


class _Counted(Counts):
    """Grants everything, or nothing."""

    def __init__(self, *, grants: bool) -> None:
        super().__init__(None, "claims")
        self._grants = grants

    def count(self, one: Count) -> bool:
        """Tell what it always tells."""
        return bool(one.key) and self._grants


def _said(number: int, text: str, **whose: Any) -> Event:
    return event(cause(CONNECTED_AT + 1_000 * number, f"r-{number}", **whose), TextMessageReceived(text))


_ELSEWHERE: Final = _said(0, _SECRET, user_id=_BOB, session_id="s-bob", connection_id="of-bob")
_GONE: Final = _said(4, "gone")
_EVENTS: Final = (
    _said(1, "one"),
    _said(2, _LONG),
    _said(3, _SECRET, user_id=_BOB),
    _GONE,
    _said(5, "five", connection_id="her-other-screen"),
)
IDS: Final = tuple(each.event_id for each in _EVENTS)
"""Of its numbers, in order: texts of hers, a long one among them, one of another user's, one that is gone."""
CANCELLABLE: Final = frozenset({IDS[0], IDS[1], IDS[4]})
"""The ids of the texts that she may cancel."""


def _messages(seq: int, id_: str, text: str | None) -> list[Message]:
    place = {"feed": "session", "seq": seq, "id": id_}
    if text is None:
        return [{**place, "kind": "expired"}]
    pieces = parts(text, TEXT_BYTES)
    if len(pieces) == 1:
        return [{**place, "kind": "text", "text": text}]
    return [
        {**place, "kind": "text", "text": piece, "part": part, "parts": len(pieces)}
        for part, piece in enumerate(pieces, 1)
    ]


TOLD: Final = tuple(
    message
    for seq, (id_, text) in enumerate(zip(IDS, ("one", _LONG, None, None, "five"), strict=True), 1)
    for message in _messages(seq, id_, text)
)
"""What it says to her, in order: messages and parts, without their times."""


class Conversation:
    """The conversation's tables, and the function over them."""

    def __init__(self) -> None:
        engine.forget()
        self._client = engine.client()
        self._tables = create_tables(self._client, "fuzz")
        self._now = CONNECTED_AT
        self._stores = feed_stores(
            self._client, feeds=self._tables.feeds, events=self._tables.events, now=lambda: self._now
        )
        for each in (_ELSEWHERE, *_EVENTS):
            self._deliver(each)
        self._project()
        self._delete(self._tables.events, EVENTS_KEY, _GONE.connection_id, _GONE.event_id)

    def invoke(self, given: Any, log: EventLog, callbacks: Callbacks, *, grants: bool, at: object) -> Any:
        """Invoke the function of the feeds, at a time; what was kept of it is forgotten."""
        self._now = at if isinstance(at, int) and abs(at) < 2**50 else CONNECTED_AT
        context = SimpleNamespace(aws_request_id="i-1", get_remaining_time_in_millis=lambda: 60_000)
        try:
            return feed.handler(
                given,
                context,
                stores=self._stores,
                log=log,
                callbacks=callbacks,
                counts=_Counted(grants=grants),
                lists=SessionLists(self._client, self._tables.sessions),
                now=lambda: self._now,
                threads=OneByOne,
                pause=lambda _seconds: None,
            )
        finally:
            self._delete(self._tables.feeds, ("feed", "key"), FEED, acknowledged_key("alice"))

    def forget_cancelled(self, message_id: str) -> bool:
        """Tell whether a text is cancelled, and forget it."""
        old = self._delete(self._tables.feeds, ("feed", "key"), FEED, cancellation_key(message_id))
        return bool(old)

    def _deliver(self, said: Event) -> None:
        self._now = said.at
        log = EventLog(self._client, self._tables.events, self._tables.claims, lambda: self._now)
        log.append(said)
        feeds = Feeds(self._stores, log, RecordingCallbacks(), lambda: self._now, OneByOne)
        feeds.delivery.deliver(Arrived(said, self._now))

    def _project(self) -> None:
        """Let the list of sessions know what was said, also in the conversation of another user."""
        tables = self._tables
        names = {name: getattr(tables, name) for name in ("connections", "messages", "sessions", "metrics")}
        log = EventLog(self._client, tables.events)
        said = dict.fromkeys([each.connection_id for each in (_ELSEWHERE, *_EVENTS)], ())
        failed = Projection(ReadModel(self._client, **names), log, self._now).project(said, whole_log=True)
        assert not failed

    def _delete(self, table: str, names: tuple[str, ...], *values: str) -> Any:
        key = {name: {"S": value} for name, value in zip(names, values, strict=True)}
        return self._client.delete_item(TableName=table, Key=key, ReturnValues="ALL_OLD").get("Attributes")
