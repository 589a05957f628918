"""The events of a connection: a fact, and who it happened to, when and by which request."""

from typing import Final

import msgspec

from functions.domain.log.facts import (
    ConnectionFailed,
    ConnectionOpened,
    Fact,
    ReplyCompleted,
    ReplyFailed,
    Unrecognised,
)
from functions.domain.log.ids import event_id


def conversation_of(session_id: str | None, connection_id: str) -> str:
    """Return the conversation of a connection."""
    return session_id or f"connection#{connection_id}"


class Cause(msgspec.Struct, frozen=True):
    """Who and since when, and the request that makes an event.

    Attributes
    ----------
    connection_id, user_id, session_id
        Who; the session is a conversation that may outlive the connection.
    connected_at
        When the connection was opened, epoch milliseconds.
    expires_at
        When the connection's events and row expire, epoch seconds.
    at
        When it happened, epoch milliseconds.
    id
        What makes the cause unique: a gateway request id, a message id, …
    trace_id
        The root id of the invocation's trace, if it has one. It is no part of the event's id: each attempt
        has its own, and the first that is written stays.
    """

    connection_id: str
    user_id: str
    session_id: str | None
    connected_at: int
    expires_at: int
    at: int
    id: str
    trace_id: str | None = None

    @property
    def conversation(self) -> str:
        """What the messages of a chat have in common: the session, or else the connection alone.

        No session id has a ``#``, so nobody names somebody else's connection by one.
        """
        return conversation_of(self.session_id, self.connection_id)


class Event(msgspec.Struct, frozen=True):
    """One item of the log, to be understood alone and in any order. Times as in `Cause`."""

    connection_id: str
    event_id: str
    at: int
    user_id: str
    session_id: str | None
    connected_at: int
    expires_at: int
    fact: Fact
    trace_id: str | None = None

    @property
    def conversation(self) -> str:
        """That of its cause."""
        return conversation_of(self.session_id, self.connection_id)

    @property
    def type(self) -> str:
        """The name under which the log keeps the event."""
        return self.fact.type if isinstance(self.fact, Unrecognised) else type(self.fact).__name__


_OUTCOMES: Final = (ConnectionOpened, ConnectionFailed, ReplyCompleted, ReplyFailed)
"""Facts that exclude each other: their ids leave the type out, so that a handshake or a text has one outcome
only."""


def event(cause: Cause, fact: Fact, *, key: str | None = None, key_at: int | None = None) -> Event:
    """Return the event that a cause gives.

    Parameters
    ----------
    cause
        The request that makes it.
    fact
        What happened.
    key, key_at
        The cause's id and time where they are not the request's own, as for coalesced events.
    """
    return Event(
        connection_id=cause.connection_id,
        event_id=event_id(
            cause.at if key_at is None else key_at,
            cause.id if key is None else key,
            "" if isinstance(fact, _OUTCOMES) else type(fact).__name__,
        ),
        at=cause.at,
        user_id=cause.user_id,
        session_id=cause.session_id,
        connected_at=cause.connected_at,
        expires_at=cause.expires_at,
        fact=fact,
        trace_id=cause.trace_id,
    )
