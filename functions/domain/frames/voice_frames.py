"""The frames of speech beside those of `protocol`: what a speaker says of it, and what screens are told."""

from typing import Annotated, Final, Literal

import msgspec

from functions.domain.frames.bases import ClientFrame, ServerFrame
from functions.domain.log.ids import PATTERN

VoiceSession = Annotated[
    str, msgspec.Meta(pattern=PATTERN, description="the id of a voice session, as voice_starting gave it")
]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
TurnNumber = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]

MAX_SPOKEN_BYTES: Final = 19_200
"""Of the assistant's audio in one frame, decoded: 400 ms at 24 kHz, 25,600 characters of base64."""


class VoicePlayedData(msgspec.Struct, frozen=True, rename="camel"):
    """How much of an assistant's turn was played, in milliseconds of its audio."""

    voice_session_id: VoiceSession
    turn: TurnNumber
    ms: Milliseconds


class VoicePlayed(ClientFrame, frozen=True, tag="voice_played", kw_only=True):
    """Say how far one listened. One-way: an interrupted turn is kept as far as it was heard."""

    data: VoicePlayedData


class VoiceListenData(msgspec.Struct, frozen=True, rename="camel"):
    """Which voice session, and whether its audio is wanted."""

    voice_session_id: VoiceSession
    audio: bool = True


class VoiceListen(ClientFrame, frozen=True, tag="voice_listen", kw_only=True):
    """Ask for the audio too, on another screen of the conversation. One-way: answered by ``voice_ready``."""

    data: VoiceListenData


class VoiceStartingData(msgspec.Struct, frozen=True, rename="camel"):
    """Which voice session is being opened."""

    voice_session_id: str


class VoiceStarting(ServerFrame, frozen=True, tag="voice_starting", kw_only=True):
    """The voice session is in the log; ``voice_ready`` follows when somebody listens."""

    data: VoiceStartingData


class VoiceAudioData(msgspec.Struct, frozen=True, rename="camel"):
    """The next piece of what the assistant says.

    ``seq`` counts the pieces of the voice session from 0, whatever turn they are of. The format is that of
    ``voice_ready``.
    """

    voice_session_id: str
    turn: int
    seq: int
    audio: bytes


class VoiceAudio(ServerFrame, frozen=True, tag="voice_audio", kw_only=True):
    """Play this after what came before it."""

    data: VoiceAudioData


class VoiceTranscriptData(msgspec.Struct, frozen=True, rename="camel"):
    """What somebody says, in words: all of the turn so far. A ``final`` one is followed by its message."""

    voice_session_id: str
    turn: int
    role: Literal["user", "assistant"]
    text: str
    final: bool


class VoiceTranscript(ServerFrame, frozen=True, tag="voice_transcript", kw_only=True):
    """Show this in place of what was shown of the turn."""

    data: VoiceTranscriptData


class VoiceInterruptedData(msgspec.Struct, frozen=True, rename="camel"):
    """Which of the assistant's turns was broken into; ``from_seq`` is the first piece not to be played."""

    voice_session_id: str
    turn: int
    from_seq: int


class VoiceInterrupted(ServerFrame, frozen=True, tag="voice_interrupted", kw_only=True):
    """Stop playing the turn at once, and forget what is left of it."""

    data: VoiceInterruptedData


VoicePush = VoiceAudio | VoiceTranscript | VoiceInterrupted
"""What the function of a voice session posts by itself."""
