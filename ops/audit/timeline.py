"""The life of one connection, step by step: what happened, in which lane, and what its state was after it."""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from functions.aws.attributes import Item
from functions.aws.log.event_items import MalformedEventError, decode
from functions.domain.connections.connection import Connection, join
from functions.domain.log.events import Event
from functions.domain.log.facts import (
    ActivityRecorded,
    ConnectionClosed,
    ConnectionFailed,
    ConnectionLost,
    ConnectionOpened,
    ConnectionStatusSet,
    Fact,
    MessageRejected,
    NotificationSent,
    PersonForgotten,
    ReplyCompleted,
    ReplyFailed,
    TextMessageReceived,
    VoiceSessionEnded,
    VoiceSessionStarted,
    VoiceTurnTranscribed,
)
from functions.domain.times import LATEST
from ops.audit.entries import Entry, entry

Lane = Literal["opened", "texts", "replies", "speech", "refused", "activity", "status", "end", "unreadable"]

_LANES: Final[dict[type[Fact], Lane]] = {
    ConnectionOpened: "opened",
    TextMessageReceived: "texts",
    NotificationSent: "texts",
    ReplyCompleted: "replies",
    ReplyFailed: "replies",
    VoiceSessionStarted: "speech",
    VoiceSessionEnded: "speech",
    VoiceTurnTranscribed: "speech",
    MessageRejected: "refused",
    ActivityRecorded: "activity",
    ConnectionStatusSet: "status",
    PersonForgotten: "status",
    ConnectionClosed: "end",
    ConnectionFailed: "end",
    ConnectionLost: "end",
}
"""What is not in it, no release that this one knows has written: it is unreadable."""


class Step(msgspec.Struct, frozen=True):
    """One event, or an item that is none.

    Attributes
    ----------
    at
        When it happened, epoch milliseconds; of an item that is no event when it arrived, 0 if nobody knows.
    lane
        What kind of thing it is.
    entry
        What an audit shows of it.
    state
        What everything adds up to that had happened by then.
    """

    at: int
    lane: Lane
    entry: Entry
    state: Connection


def timeline(connection_id: str, items: Iterable[Item], *, words: bool) -> list[Step]:
    """Return the steps of a connection, in the order in which they happened.

    Parameters
    ----------
    connection_id
        The connection.
    items
        All that the log has of it, in any order.
    words
        Whether texts are shown.
    """
    placed = sorted(((*_place(item), item) for item in items), key=lambda each: each[:2])
    state, steps = Connection(connection_id), []
    for at, _, event, item in placed:
        if event is not None:
            state = join(state, (event,))
        steps.append(Step(at, lane_of(event), entry(item, words=words), state))
    return steps


def lane_of(event: Event | None) -> Lane:
    """Return the lane of an event; speech that is only recorded as activity is speech all the same."""
    if event is None:
        return "unreadable"
    if isinstance(event.fact, ActivityRecorded) and event.fact.voice_session_id is not None:
        return "speech"
    return _LANES.get(type(event.fact), "unreadable")


def _place(item: Item) -> tuple[int, str, Event | None]:
    """Return when something happened, its id for what happened at the same time, and the event."""
    try:
        event = decode(item)
    except MalformedEventError:
        arrived = item.get("arrived_at", {}).get("N", "")
        at = int(arrived) if arrived.isdecimal() else 0
        return at if at <= LATEST else 0, item.get("event_id", {}).get("S", ""), None
    return event.at, event.event_id, event
