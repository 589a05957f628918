"""The frames of speech: what a speaker sends and says of it, and what screens are told."""

from typing import Annotated, Final, Literal

import msgspec

from functions.domain.frames.bases import ClientFrame, ServerFrame
from functions.domain.log.ids import PATTERN

MAX_AUDIO_BYTES: Final = 24_000
"""Decoded; 32,000 characters of base64, which leave room for the rest of the frame."""
MAX_SEQ: Final = 2**31 - 1

VoiceSession = Annotated[
    str, msgspec.Meta(pattern=PATTERN, description="the id of a voice session, as voice_starting gave it")
]
VoiceName = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[A-Za-z0-9_-]{1,64}$(?!\n)", description="1 to 64 ASCII letters, digits, - and _"
    ),
]
Audio = Annotated[bytes, msgspec.Meta(min_length=1, max_length=MAX_AUDIO_BYTES)]
Seq = Annotated[int, msgspec.Meta(ge=0, le=MAX_SEQ)]
LastSeq = Annotated[int, msgspec.Meta(ge=-1, le=MAX_SEQ)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=MAX_SEQ)]
TurnNumber = Annotated[int, msgspec.Meta(ge=0, le=MAX_SEQ)]

MAX_SPOKEN_BYTES: Final = 19_200
"""Of the assistant's audio in one frame, decoded: 400 ms at 24 kHz, 25,600 characters of base64."""


class VoiceStartData(msgspec.Struct, frozen=True, rename="camel"):
    """The format of the audio to come: signed 16-bit linear PCM, one channel; and who shall answer."""

    sample_rate: Literal[8000, 16000, 24000] = 16000
    encoding: Literal["lpcm"] = "lpcm"
    voice: VoiceName | None = None


class VoiceStart(ClientFrame, frozen=True, tag="voice_start"):
    """Open a voice session; one at a time for each conversation."""

    data: VoiceStartData = VoiceStartData()


class VoiceDataData(msgspec.Struct, frozen=True, rename="camel"):
    """One piece of audio; ``seq`` counts from 0."""

    voice_session_id: VoiceSession
    seq: Seq
    audio: Audio


class VoiceData(ClientFrame, frozen=True, tag="voice_data", kw_only=True):
    """Speak. One-way: answered by nothing, or by an error."""

    data: VoiceDataData


class VoiceEndData(msgspec.Struct, frozen=True, rename="camel"):
    """Which voice session ends, and the number of its last frame, -1 if there was none."""

    voice_session_id: VoiceSession
    last_seq: LastSeq


class VoiceEnd(ClientFrame, frozen=True, tag="voice_end", kw_only=True):
    """Close the open voice session. One-way: ``voice_ended`` follows when all of it was heard."""

    data: VoiceEndData


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


class VoiceReadyData(msgspec.Struct, frozen=True, rename="camel"):
    """Which voice session is open, and the sample rate of what the assistant will say, in Hz."""

    voice_session_id: str
    sample_rate: int


class VoiceReady(ServerFrame, frozen=True, tag="voice_ready", kw_only=True):
    """Somebody listens: what is said from now on is answered."""

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


SpeechFrame = VoiceData | VoiceEnd | VoicePlayed | VoiceListen
"""What a client sends of a voice session that is open, on one-way routes."""
VoicePush = VoiceReady | VoiceAudio | VoiceTranscript | VoiceInterrupted
"""What the function of a voice session posts by itself."""
