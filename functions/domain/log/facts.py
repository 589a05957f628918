"""What happens to a connection, in the past tense: the facts of which events are made, and their versions."""

from typing import Annotated, Final, Literal, get_args

import msgspec

from functions.domain.log.ids import PATTERN

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
    attempt: Count | None = None


class ReplyFailed(Fact, frozen=True):
    """A text was not answered and will not be."""

    message_id: EventId
    reason: str
    attempt: Count | None = None


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
    lost: Count | None = None


class VoiceTurnTranscribed(Fact, frozen=True):
    """One side's final words of a turn of speech, one event for each turn that anybody heard."""

    voice_session_id: EventId
    role: Literal["user", "assistant"]
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


class PersonForgotten(Fact, frozen=True):
    """The person was forgotten whose connection it was; its user id is the pseudonym that they have since.

    One for each connection, at the time at which it was opened. ``by`` as in `ConnectionStatusSet`.
    """

    by: str


class NotificationSent(Fact, frozen=True):
    """A service sent something to a user or, where the event has a session, to its conversation.

    It belongs to no connection: see `unconnected`. ``kind`` is the service's word for it, ``content`` its
    data as JSON. ``ends_at`` is until when it is shown, epoch milliseconds; ``receipt`` tells that clients
    are asked to acknowledge it.
    """

    kind: str
    content: str
    ends_at: Count | None = None
    receipt: bool = False


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
    | PersonForgotten
    | NotificationSent
)
FACTS: Final[dict[str, type[Fact]]] = {fact.__name__: fact for fact in get_args(KnownFact)}

VERSIONS: Final[dict[str, int]] = dict.fromkeys(FACTS, 1)
"""The version in which each type is written. Raise one together with an upcast in `versions`."""

CLIENT_ENDED: Final = "client"
"""The reason of a `VoiceSessionEnded` that the client asked for."""
