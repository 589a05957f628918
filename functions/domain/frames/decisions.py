"""What a frame leads to: the event to append, the claims that go with it, and the answer.

Pure: an edge parses the request before, and acts and answers after.
"""

from collections.abc import Callable
from functools import partial
from typing import Final, assert_never

import msgspec

from functions.domain.frames.allowances import refuse_beyond, reserves
from functions.domain.frames.coalesced import activity
from functions.domain.frames.counting import count, over_the_limit
from functions.domain.frames.feed_frames import Ack, History, Resume, TextCancel
from functions.domain.frames.pace import keep_pace, not_open
from functions.domain.frames.protocol import (
    Answer,
    Frame,
    Ping,
    Pong,
    TextAck,
    TextAckData,
    TextMessage,
    VoiceData,
    VoiceEnd,
    VoiceEnded,
    VoiceEndedData,
    VoiceReady,
    VoiceReadyData,
    VoiceStart,
)
from functions.domain.frames.replies import First, first_event, first_of, reply_claims
from functions.domain.frames.session_frames import Sessions
from functions.domain.limits import CONNECTION_SECONDS, USUAL, Limits
from functions.domain.log.claims import (
    Claim,
    Release,
    Standing,
    Take,
    texts_key,
    voice_key,
    voices_key,
)
from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import (
    CLIENT_ENDED,
    TextMessageReceived,
    VoiceSessionEnded,
    VoiceSessionStarted,
)
from functions.domain.log.ids import lowest, minute_of, time_of
from functions.domain.refusals import Refused

FRAMES_PER_ACTIVITY: Final = 600
"""A minute of speech at ten frames a second."""
VOICE_TAKEOVER_SECONDS: Final = 15 * 60
"""No voice session lives longer (the longest Lambda invocation), so a new one may replace it."""
_NO_SESSION: Final = ""
"""What no claim on a voice session holds, so that its release is refused."""
_OPEN_ALREADY: Final = (
    "A voice session is open already on this connection. "
    f"End it, or start another when it is {VOICE_TAKEOVER_SECONDS // 60} minutes old."
)


class Decision(msgspec.Struct, frozen=True):
    """What to append, if anything, with which claims, and what to answer.

    ``refused`` gives the answer, or raises `Refused`, when claims are not granted: it takes what stands
    against them. A frame that was answered before is told so before anything else is judged. ``repeated``
    tells which event that one made, where it can be announced once more.
    """

    event: Event | None
    answer: Answer | None
    claims: tuple[Claim, ...] = ()
    refused: Callable[[Standing], Answer] | None = None
    repeated: Callable[[Standing], First | None] | None = None


def decide(frame: Frame, cause: Cause, limits: Limits = USUAL) -> Decision:
    """Return what a frame leads to.

    Raises
    ------
    Refused
        ``rate_limited`` if speech is faster than its own clock allows, ``not_found`` for a voice session
        that cannot be this connection's; a ``voice_end`` under an id is refused so with its claims.
    """
    match frame:
        case TextMessage():
            return _text(frame, cause, limits)
        case VoiceData():
            return _speech(frame, cause)
        case VoiceStart():
            return _voice_start(frame, cause, limits)
        case VoiceEnd():
            return _voice_end(frame, cause)
        case Ping():
            return Decision(None, Pong())
        case Resume() | History() | Ack() | TextCancel() | Sessions():
            # the gateway read no type in it, or another one: this function may not read the feeds
            raise Refused("invalid_message", "What is said of feeds has routes of its own.")
        case _:
            assert_never(frame)


def _text(frame: TextMessage, cause: Cause, limits: Limits) -> Decision:
    received = event(cause, TextMessageReceived(frame.data.text))
    replies = reply_claims(frame, received, cause.at)
    size = len(frame.data.text.encode())
    counted = count(
        texts_key(cause.user_id, minute_of(cause.at)), limits.texts, cause, size, limits.text_bytes
    )
    reserved = reserves(frame.data.text, cause, limits.allowance)

    def refused(standing: Standing) -> Answer:
        message_id = first_event(replies, standing)
        if message_id is None:
            refuse_beyond(reserved, standing, cause)
            raise over_the_limit(cause, f"{limits.texts} texts, and {limits.text_bytes} bytes in all of them")
        return TextAck(id=frame.id, data=TextAckData(message_id))

    answer = TextAck(id=frame.id, data=TextAckData(received.event_id))
    claims: tuple[Claim, ...] = (*replies, counted, *reserved)
    return Decision(received, answer, claims, refused, partial(first_of, replies))


def _voice_start(frame: VoiceStart, cause: Cause, limits: Limits) -> Decision:
    started = event(cause, VoiceSessionStarted(frame.data.sample_rate, frame.data.encoding, frame.data.voice))
    replies = reply_claims(frame, started, cause.at)
    voice = Take(
        voice_key(cause.connection_id),
        started.event_id,
        cause.at // 1000,
        cause.connected_at // 1000 + CONNECTION_SECONDS + VOICE_TAKEOVER_SECONDS,
        overrides_below=lowest(cause.at - VOICE_TAKEOVER_SECONDS * 1000),
    )
    counted = count(voices_key(cause.user_id, minute_of(cause.at)), limits.voice_sessions, cause)

    def refused(standing: Standing) -> Answer:
        session = first_event(replies, standing)
        open_session = standing.get(voice.key)
        if session is None and voice.key in standing:
            raise Refused("conflict", _OPEN_ALREADY, voice_session_id=open_session)
        if session is None:
            raise over_the_limit(cause, f"{limits.voice_sessions} voice sessions")
        if session != open_session:  # it ended, was replaced, or is old enough for that
            raise Refused("not_found", "The voice session that this frame opened is not open any more.")
        return VoiceReady(id=frame.id, data=VoiceReadyData(session))

    answer = VoiceReady(id=frame.id, data=VoiceReadyData(started.event_id))
    return Decision(started, answer, (*replies, voice, counted), refused)


def _speech(frame: VoiceData, cause: Cause) -> Decision:
    session, seq = frame.data.voice_session_id, frame.data.seq
    keep_pace(session, seq, cause, since=cause.connected_at)
    if seq == 0 or seq % FRAMES_PER_ACTIVITY:
        return Decision(None, None)
    return Decision(activity(cause, session, seq + 1), None)


def _voice_end(frame: VoiceEnd, cause: Cause) -> Decision:
    """Return what ends a voice session; what the pace forbids is raised, or decided once the id was judged.

    Whether an id was used only its claim can tell. So an end under an id that the pace forbids asks for the
    claims all the same, one of which nobody can grant: nothing is written, and the refusal tells of the id.
    """
    session, frames = frame.data.voice_session_id, frame.data.last_seq + 1
    forbidden: Refused | None = None
    try:
        # under an id it may be a repetition: on another connection of the conversation, perhaps
        keep_pace(session, frame.data.last_seq, cause, since=cause.connected_at if frame.id is None else 0)
    except Refused as too_fast:
        if frame.id is None:
            raise
        forbidden = too_fast
    ended = event(cause, VoiceSessionEnded(session, frames, _seconds(session, cause.at), CLIENT_ENDED))
    replies = reply_claims(frame, ended, cause.at)

    def answer(at: int) -> Answer:
        data = VoiceEndedData(session, frames, _seconds(session, at), CLIENT_ENDED)
        return VoiceEnded(id=frame.id, data=data)

    def refused(standing: Standing) -> Answer:
        earlier = first_event(replies, standing)
        if earlier is None:
            raise forbidden or not_open()
        return answer(time_of(earlier))

    release = Release(voice_key(cause.connection_id), session if forbidden is None else _NO_SESSION)
    return Decision(ended, answer(cause.at), (*replies, release), refused)


def _seconds(session: str, at: int) -> int:
    return (at - time_of(session)) // 1000
