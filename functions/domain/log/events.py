"""The events of a connection: what happened, in the past tense, and who it happened to."""

from typing import Annotated, Final, Literal, get_args

import msgspec

from functions.domain.log.ids import PATTERN, event_id

EventId = Annotated[str, msgspec.Meta(pattern=PATTERN)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class Fact(msgspec.Struct, frozen=True):
    """What happened; the type of an event is its fact's class name."""


class ConnectionOpened(Fact, frozen=True):
    """The gateway accepted a connection. ``token_expires_at`` is in epoch seconds."""

    ip_address: str | None = None
    user_agent: str | None = None
    token_expires_at: int | None = None


class ConnectionFailed(Fact, frozen=True):
    """A connection was not opened: its opening could not be recorded in time, and now never will be.

    It has the id that ``ConnectionOpened`` would have, so that only one of the two exists.
    """


class ActivityRecorded(Fact, frozen=True):
    """The client was active without an event of its own: speech, or what the gateway saw."""

    voice_session_id: EventId | None = None
    frames: Count = 0


class TextMessageReceived(Fact, frozen=True):
    """A client sent a text; its message id is the event's id."""

    text: str


class ReplyCompleted(Fact, frozen=True):
    """A text was answered."""

    message_id: EventId
    text: str
    stop_reason: str | None = None
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    model: str | None = None


class ReplyFailed(Fact, frozen=True):
    """A text was not answered and will not be."""

    message_id: EventId
    reason: str


class VoiceSessionStarted(Fact, frozen=True):
    """A client began to speak; the voice session's id is the event's id."""

    sample_rate: int
    encoding: str
    voice: str | None = None


class VoiceSessionEnded(Fact, frozen=True):
    """A voice session ended; only ``reason == "client"`` is the client's own doing."""

    voice_session_id: EventId
    frames: Count
    seconds: Count
    reason: str
    bytes: Count | None = None


class VoiceTurnTranscribed(Fact, frozen=True):
    """One side's final words of a turn."""

    voice_session_id: EventId
    role: str
    text: str


class MessageRejected(Fact, frozen=True):
    """A frame was refused; at most one event for each connection, minute and code."""

    code: str


class ConnectionClosed(Fact, frozen=True):
    """The gateway reported the end of a connection."""

    code: int | None = None
    reason: str | None = None


class ConnectionLost(Fact, frozen=True):
    """A connection was found gone without a ``$disconnect``."""

    detected_by: str


class ConnectionStatusSet(Fact, frozen=True):
    """An operator set a status. ``by`` is the caller's word, not a proved identity."""

    status: Literal["CONNECTED", "DISCONNECTED"]
    by: str
    reason: str | None = None


class Unrecognised(Fact, frozen=True):
    """An event that this release cannot read: it counts for user and times only."""

    type: str
    version: int
    problem: str


KnownFact = (
    ConnectionOpened
    | ConnectionFailed
    | ActivityRecorded
    | TextMessageReceived
    | ReplyCompleted
    | ReplyFailed
    | VoiceSessionStarted
    | VoiceSessionEnded
    | VoiceTurnTranscribed
    | MessageRejected
    | ConnectionClosed
    | ConnectionLost
    | ConnectionStatusSet
)
FACTS: Final[dict[str, type[Fact]]] = {fact.__name__: fact for fact in get_args(KnownFact)}

VERSIONS: Final[dict[str, int]] = dict.fromkeys(FACTS, 1)
"""The version in which each type is written. Raise one together with an upcast in `versions`."""

CLIENT_ENDED: Final = "client"
"""The reason of a `VoiceSessionEnded` that the client asked for."""


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
        The trace header of the invocation, if it has one.
    """

    connection_id: str
    user_id: str
    session_id: str | None
    connected_at: int
    expires_at: int
    at: int
    id: str
    trace_id: str | None = None


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
        """What the messages of a chat have in common: the session, or else the connection alone.

        No session id has a ``#``, so nobody names somebody else's connection by one.
        """
        return self.session_id or f"connection#{self.connection_id}"

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
