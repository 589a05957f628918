"""What the frames of a voice session that is open say to the function that holds it. Pure."""

from typing import Final, assert_never

from functions.domain.frames.coalesced import activity
from functions.domain.frames.pace import keep_pace
from functions.domain.frames.voice_frames import SpeechFrame, VoiceData, VoiceEnd, VoiceListen, VoicePlayed
from functions.domain.log.events import Cause, Event
from functions.domain.voice.channels import EndAsked, Heard, ListenAsked, OnChannel, PlayedUpTo

FRAMES_PER_ACTIVITY: Final = 600
"""A minute of speech at ten frames a second."""


def said_by(frame: SpeechFrame, cause: Cause) -> OnChannel:
    """Return what a frame says, whether its voice session is open or not.

    Raises
    ------
    Refused
        As `keep_pace` does.
    """
    session, connection = frame.data.voice_session_id, cause.connection_id
    match frame:
        case VoiceData(data=data):
            keep_pace(session, data.seq, cause)
            return Heard(connection, data.seq, data.audio)
        case VoiceEnd(data=data):
            keep_pace(session, data.last_seq, cause)
            return EndAsked(connection, data.last_seq, frame.id)
        case VoicePlayed(data=data):
            keep_pace(session, 0, cause)
            return PlayedUpTo(connection, data.turn, data.ms)
        case VoiceListen(data=data):
            keep_pace(session, 0, cause)
            return ListenAsked(connection, data.audio, frame.id)
        case _:
            assert_never(frame)


def activity_of(frame: SpeechFrame, cause: Cause) -> Event | None:
    """Return the event of a frame, of which most have none: every 600th of a voice session has one."""
    if not isinstance(frame, VoiceData):
        return None
    seq = frame.data.seq
    if seq == 0 or seq % FRAMES_PER_ACTIVITY:
        return None
    return activity(cause, frame.data.voice_session_id, seq + 1)
