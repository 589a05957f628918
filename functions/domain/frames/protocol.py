"""The frames that clients and the server exchange, as types: the one source of the protocol's schema.

Unknown fields are ignored, so that clients may be newer than the server; unknown types are refused.
"""

from typing import Annotated, Final, Literal, get_args

import msgspec

from functions.domain.frames.bases import ClientFrame, ServerFrame
from functions.domain.frames.feed_frames import FeedAnswer, FeedFrame, Message, TextDelta
from functions.domain.frames.session_frames import Sessions, SessionsPage
from functions.domain.frames.voice_frames import VoicePush
from functions.domain.log.ids import PATTERN
from functions.domain.refusals import ErrorCode

MAX_FRAME_BYTES: Final = 32 * 1024
"""Of a client's frame: the gateway's limit for one frame of a WebSocket (API Gateway quotas).

The gateway also puts fragments together, to messages of 128 KB at most: those are refused.
"""
MAX_SENT_BYTES: Final = 28 * 1024
"""Of what is sent to a client: one frame, with room to spare for what a later release puts around it."""
MAX_TEXT_CHARACTERS: Final = 8_000
MAX_AUDIO_BYTES: Final = 24_000
"""Decoded; 32,000 characters of base64, which leave room for the rest of the frame."""
MAX_DEPTH: Final = 32
"""Of objects and lists in each other; no frame of the protocol needs more than two."""
MAX_SEQ: Final = 2**31 - 1

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT_CHARACTERS)]
Audio = Annotated[bytes, msgspec.Meta(min_length=1, max_length=MAX_AUDIO_BYTES)]
Seq = Annotated[int, msgspec.Meta(ge=0, le=MAX_SEQ)]
LastSeq = Annotated[int, msgspec.Meta(ge=-1, le=MAX_SEQ)]
VoiceSessionId = Annotated[
    str, msgspec.Meta(pattern=PATTERN, description="the id of a voice session, as voice_ready gave it")
]
VoiceName = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[A-Za-z0-9_-]{1,64}$(?!\n)", description="1 to 64 ASCII letters, digits, - and _"
    ),
]


class Ping(ClientFrame, frozen=True, tag="ping"):
    """Keep the connection from being idle. The gateway answers; no function sees it."""


class TextMessageData(msgspec.Struct, frozen=True):
    """A text of 1 to 8,000 characters."""

    text: Text


class TextMessage(ClientFrame, frozen=True, tag="text_message", kw_only=True):
    """Send a text."""

    data: TextMessageData


class VoiceStartData(msgspec.Struct, frozen=True, rename="camel"):
    """The format of the audio to come: signed 16-bit linear PCM, one channel."""

    sample_rate: Literal[8000, 16000, 24000] = 16000
    encoding: Literal["lpcm"] = "lpcm"
    voice: VoiceName | None = None


class VoiceStart(ClientFrame, frozen=True, tag="voice_start"):
    """Open a voice session; one at a time for each connection."""

    data: VoiceStartData = VoiceStartData()


class VoiceDataData(msgspec.Struct, frozen=True, rename="camel"):
    """One piece of audio; ``seq`` counts from 0."""

    voice_session_id: VoiceSessionId
    seq: Seq
    audio: Audio


class VoiceData(ClientFrame, frozen=True, tag="voice_data", kw_only=True):
    """Speak. One-way: answered by nothing, or by an error."""

    data: VoiceDataData


class VoiceEndData(msgspec.Struct, frozen=True, rename="camel"):
    """Which voice session ends, and the number of its last frame, -1 if there was none."""

    voice_session_id: VoiceSessionId
    last_seq: LastSeq


class VoiceEnd(ClientFrame, frozen=True, tag="voice_end", kw_only=True):
    """Close the open voice session."""

    data: VoiceEndData


Recorded = TextMessage | VoiceStart | VoiceEnd
"""The frames that an event records, and that may be sent again under their ids."""
Frame = Ping | TextMessage | VoiceStart | VoiceData | VoiceEnd | FeedFrame | Sessions


class Pong(msgspec.Struct, frozen=True, tag_field="type", tag="pong"):
    """The answer to a ping."""


class TextAckData(msgspec.Struct, frozen=True, rename="camel"):
    """Which message the text became."""

    message_id: str


class TextAck(ServerFrame, frozen=True, tag="text_ack", kw_only=True):
    """The text is in the log."""

    data: TextAckData


class VoiceReadyData(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Which voice session was opened, and the sample rate of what the assistant will say, in Hz."""

    voice_session_id: str
    sample_rate: int | None = None


class VoiceReady(ServerFrame, frozen=True, tag="voice_ready", kw_only=True):
    """The client may speak."""

    data: VoiceReadyData


class VoiceEndedData(msgspec.Struct, frozen=True, rename="camel"):
    """What was heard: frames by their own numbers, whole seconds from start to end."""

    voice_session_id: str
    frames: int
    seconds: int
    reason: str


class VoiceEnded(ServerFrame, frozen=True, tag="voice_ended", kw_only=True):
    """The voice session is closed."""

    data: VoiceEndedData


class ErrorData(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Why a frame was refused; ``correlationId`` finds the log line."""

    code: ErrorCode
    message: str
    correlation_id: str
    retry_after: (
        Annotated[int, msgspec.Meta(description="Seconds after which the frame may be taken.")] | None
    ) = None
    voice_session_id: (
        Annotated[str, msgspec.Meta(description="The voice session that is open on this connection.")] | None
    ) = None


class Error(ServerFrame, frozen=True, tag="error", kw_only=True):
    """A frame was refused, and changed nothing."""

    data: ErrorData


Answer = Pong | TextAck | VoiceReady | VoiceEnded | Error | FeedAnswer | SessionsPage
Sent = Answer | Message | TextDelta | VoicePush
"""What the server sends: answers, and what every screen is told."""

CLIENT_TYPES: Final = frozenset(str(frame.__struct_config__.tag) for frame in get_args(Frame))
