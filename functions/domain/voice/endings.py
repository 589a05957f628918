"""How a voice session ends: once, whoever finds out, with one event whose id follows from the session's."""

from enum import StrEnum
from typing import Final

import msgspec

from functions.domain.frames.voice_frames import VoiceEndedData
from functions.domain.log.claims import Release, Take, ended_key, voice_key
from functions.domain.log.events import Event, event
from functions.domain.log.facts import CLIENT_ENDED, VoiceSessionEnded
from functions.domain.log.ids import time_of
from functions.domain.voice.starts import Start

ENDED_SECONDS: Final = 24 * 3600
"""How long a client may ask how a voice session ended."""


class Reason(StrEnum):
    """Why a voice session ended."""

    CLIENT = CLIENT_ENDED
    CLOSED = "closed"
    """Nothing was heard for longer than the grace, as after a cut that lasted."""
    LIMIT = "limit"
    """The user's seconds of the day are used up."""
    FAILED = "failed"
    """The engine's stream broke, or the function that held the session did."""
    UNAVAILABLE = "unavailable"
    """Nobody could listen in the first place."""
    HANDOVER = "handover"
    """The next function did not take over."""


class Totals(msgspec.Struct, frozen=True):
    """What came of a voice session: the greatest number of a frame + 1, those lost, and bytes of audio."""

    frames: int = 0
    lost: int = 0
    bytes: int = 0


def ended(start: Start, reason: Reason, totals: Totals, at: int) -> Event:
    """Return the event of a session's end; ``at`` in epoch milliseconds."""
    session = start.voice_session_id
    cause = msgspec.structs.replace(start.cause, at=max(at, time_of(session) + 1))
    seconds = (cause.at - time_of(session)) // 1000
    fact = VoiceSessionEnded(
        session, totals.frames, seconds, reason.value, bytes=totals.bytes, lost=totals.lost
    )
    return event(cause, fact, key=session, key_at=time_of(session) + 1)


def ended_data(fact: VoiceSessionEnded) -> VoiceEndedData:
    """Return what clients are told of an end."""
    return VoiceEndedData(fact.voice_session_id, fact.frames, fact.seconds, fact.reason)


def kept(start: Start, fact: VoiceSessionEnded, now: int) -> Take:
    """Return the claim that keeps an end for who asks again; ``now`` in epoch seconds."""
    value = msgspec.json.encode(ended_data(fact)).decode()
    return Take(ended_key(start.conversation, start.voice_session_id), value, now, now + ENDED_SECONDS)


def release(start: Start) -> Release:
    """Return what gives the conversation up."""
    return Release(voice_key(start.conversation), start.voice_session_id)
