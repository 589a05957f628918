"""What a feed is: a numbered sequence of what the server says to a conversation or to a user."""

from typing import Final

import msgspec

from functions.domain.frames.feed_frames import FeedName
from functions.domain.limits import LOST_AFTER_SECONDS
from functions.domain.log.events import Cause, Event
from functions.domain.log.facts import (
    NotificationSent,
    ReplyCompleted,
    ReplyFailed,
    TextMessageReceived,
    VoiceTurnTranscribed,
)
from functions.domain.log.redaction import is_pseudonym

NUMBERED: Final = (
    TextMessageReceived,
    ReplyCompleted,
    ReplyFailed,
    NotificationSent,
    VoiceTurnTranscribed,
)
"""The facts whose events get a number in a feed, and reach every screen in its order."""


_OF_USER: Final = "user#"


def conversation_feed(session_id: str | None, connection_id: str) -> str:
    """Return the feed of a conversation: its session's or, without one, the connection's own."""
    return f"connection#{connection_id}" if session_id is None else f"session#{session_id}"


def user_feed(user_id: str) -> str:
    """Return the feed of a user, which all of their connections are subscribed to."""
    return f"{_OF_USER}{user_id}"


def name_of(feed: str) -> FeedName:
    """Return what a client calls a feed."""
    return "user" if feed.startswith(_OF_USER) else "session"


def feed_of(event: Event) -> str | None:
    """Return the feed that an event is numbered in; None if in none, as of a person who was forgotten."""
    if not isinstance(event.fact, NUMBERED) or is_pseudonym(event.user_id):
        return None
    if isinstance(event.fact, NotificationSent) and event.session_id is None:
        return user_feed(event.user_id)
    return conversation_feed(event.session_id, event.connection_id)


class Pointer(msgspec.Struct, frozen=True):
    """One number of a feed, and the event that has it. There is nothing of the event's content in it.

    ``numbered_at`` in epoch milliseconds, by the clock of whoever numbered; ``expires_at`` in epoch seconds.
    """

    seq: int
    connection_id: str
    event_id: str
    numbered_at: int
    expires_at: int


class Subscriber(msgspec.Struct, frozen=True):
    """A connection that feeds are posted to: whose it is, by the authorizer's word and never by a frame's.

    ``connected_at`` in epoch milliseconds; ``events_expire_at`` in epoch seconds, for the events about it.
    """

    connection_id: str
    user_id: str
    session_id: str | None
    connected_at: int
    events_expire_at: int

    @property
    def feeds(self) -> dict[FeedName, str]:
        """Its feeds, by the names that a client has for them."""
        return {
            "session": conversation_feed(self.session_id, self.connection_id),
            "user": user_feed(self.user_id),
        }

    @property
    def expires_at(self) -> int:
        """When it is a subscriber no more, epoch seconds: no connection lives longer."""
        return self.connected_at // 1000 + LOST_AFTER_SECONDS

    def cause(self, at: int) -> Cause:
        """Return who and since when, for what was found out about it at a time, epoch milliseconds."""
        return Cause(
            connection_id=self.connection_id,
            user_id=self.user_id,
            session_id=self.session_id,
            connected_at=self.connected_at,
            expires_at=self.events_expire_at,
            at=at,
            id="feed",
        )


def subscriber_of(cause: Cause) -> Subscriber:
    """Return how the feeds know the connection of a request."""
    return Subscriber(
        cause.connection_id, cause.user_id, cause.session_id, cause.connected_at, cause.expires_at
    )


def has_expired(expires_at: int, now: int) -> bool:
    """Tell whether an item counts as absent: DynamoDB deletes what has expired days later.

    ``expires_at`` in epoch seconds, ``now`` in epoch milliseconds.
    """
    return expires_at <= now // 1000
