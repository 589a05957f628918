"""The frames that clients and the server exchange, as types: the one source of the protocol's schema.

Unknown fields are ignored, so that clients may be newer than the server; unknown types are refused.
"""

from typing import Annotated, Final, get_args

import msgspec

from functions.domain.frames.bases import ClientFrame, ServerFrame
from functions.domain.frames.feed_frames import FeedAnswer, FeedFrame, Message, TextDelta
from functions.domain.frames.session_frames import Sessions, SessionsPage
from functions.domain.frames.voice_frames import SpeechFrame, VoiceEnded, VoicePush, VoiceStart, VoiceStarting
from functions.domain.refusals import ErrorCode

MAX_FRAME_BYTES: Final = 32 * 1024
"""Of a client's frame: the gateway's limit for one frame of a WebSocket (API Gateway quotas).

The gateway also puts fragments together, to messages of 128 KB at most: those are refused.
"""
MAX_SENT_BYTES: Final = 28 * 1024
"""Of what is sent to a client: one frame, with room to spare for what a later release puts around it."""
MAX_TEXT_CHARACTERS: Final = 8_000
MAX_DEPTH: Final = 32
"""Of objects and lists in each other; no frame of the protocol needs more than two."""

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT_CHARACTERS)]


class Ping(ClientFrame, frozen=True, tag="ping"):
    """Keep the connection from being idle. The gateway answers; no function sees it."""


class TextMessageData(msgspec.Struct, frozen=True):
    """A text of 1 to 8,000 characters."""

    text: Text


class TextMessage(ClientFrame, frozen=True, tag="text_message", kw_only=True):
    """Send a text."""

    data: TextMessageData


Recorded = TextMessage | VoiceStart
"""The frames that an event records, and that may be sent again under their ids."""
Frame = Ping | TextMessage | VoiceStart | SpeechFrame | FeedFrame | Sessions


class Pong(msgspec.Struct, frozen=True, tag_field="type", tag="pong"):
    """The answer to a ping."""


class TextAckData(msgspec.Struct, frozen=True, rename="camel"):
    """Which message the text became."""

    message_id: str


class TextAck(ServerFrame, frozen=True, tag="text_ack", kw_only=True):
    """The text is in the log."""

    data: TextAckData


class ErrorData(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Why a frame was refused; ``correlationId`` finds the log line."""

    code: ErrorCode
    message: str
    correlation_id: str
    retry_after: (
        Annotated[int, msgspec.Meta(description="Seconds after which the frame may be taken.")] | None
    ) = None
    voice_session_id: (
        Annotated[str, msgspec.Meta(description="The voice session that is open already.")] | None
    ) = None


class Error(ServerFrame, frozen=True, tag="error", kw_only=True):
    """A frame was refused, and changed nothing."""

    data: ErrorData


Answer = Pong | TextAck | VoiceStarting | VoiceEnded | Error | FeedAnswer | SessionsPage
Sent = Answer | Message | TextDelta | VoicePush
"""What the server sends: answers, and what every screen is told."""

CLIENT_TYPES: Final = frozenset(str(frame.__struct_config__.tag) for frame in get_args(Frame))
