"""Speech: a tone is said, heard back, and shown in words by both sides."""

import math
import time
from array import array
from typing import Final

from functions.domain.frames.voice_frames import (
    VoiceAudio,
    VoiceData,
    VoiceDataData,
    VoiceEnd,
    VoiceEndData,
    VoiceEnded,
    VoiceReady,
    VoiceStart,
    VoiceStarting,
    VoiceTranscript,
)
from local.demo.asking import Session
from local.demo.steps import Step

FRAME_SECONDS: Final = 0.1
_SAMPLES: Final = 1_600
"""Of a frame, at 16 kHz."""
_SOUNDING: Final = 10
_SILENT: Final = 7
"""Frames of silence, after which a turn is over."""
VOICE_FRAMES: Final = _SOUNDING + _SILENT


def tone() -> list[bytes]:
    """Return the frames that are said: a second of a tone, and silence."""
    waves = array("h", [round(8_000 * math.sin(at / 6)) for at in range(_SAMPLES * _SOUNDING)])
    audio = waves.tobytes() + bytes(2 * _SAMPLES * _SILENT)
    return [audio[at : at + 2 * _SAMPLES] for at in range(0, len(audio), 2 * _SAMPLES)]


def speak(session: Session) -> int:
    """Say it at the pace of speech, hear it, and return the whole seconds that the server counted.

    Raises
    ------
    LocalError
        If nothing comes, or an answer is of the wrong kind.
    """
    starting = session.ask(VoiceStart(id="speech"), VoiceStarting, lambda _starting: True)
    identifier = starting.data.voice_session_id
    while not isinstance(session.next(), VoiceReady):
        pass
    said = tone()
    for seq, audio in enumerate(said):
        session.send(VoiceData(data=VoiceDataData(voice_session_id=identifier, seq=seq, audio=audio)))
        time.sleep(FRAME_SECONDS)
    heard, words = _listen(session)
    sounding = b"".join(said[:_SOUNDING])
    session.steps += [
        Step(
            f"{len(said)} times voice_data",
            f"voice_audio with {len(heard)} bytes",
            right=heard.startswith(sounding),
        ),
        *(Step("nothing", f"voice_transcript, {role}: {text}", right=True) for role, text in words.items()),
    ]
    end = VoiceEnd(id="silence", data=VoiceEndData(voice_session_id=identifier, last_seq=len(said) - 1))
    ended = session.ask(end, VoiceEnded, lambda ended: ended.data.frames == VOICE_FRAMES)
    return ended.data.seconds


def _listen(session: Session) -> tuple[bytes, dict[str, str]]:
    """Return what is heard until both sides have said their last word, and their words."""
    heard, words = b"", dict[str, str]()
    while len(words) < 2:
        match session.next():
            case VoiceAudio(data=data):
                heard += data.audio
            case VoiceTranscript(data=data) if data.final:
                words[data.role] = data.text
            case _:
                pass
    return heard, words
