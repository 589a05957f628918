"""What a frame leads to: the event to append, the claims that go with it, and the answer.

Pure: an edge parses the request before, and acts and answers after.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Final, assert_never

import msgspec

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
from functions.domain.limits import CONNECTION_SECONDS, USUAL, Limits
from functions.domain.log.claims import (
    Claim,
    Count,
    Release,
    Take,
    reply_key,
    texts_key,
    voice_key,
    voices_key,
)
from functions.domain.log.events import (
    CLIENT_ENDED,
    ActivityRecorded,
    Cause,
    ConnectionLost,
    Event,
    MessageRejected,
    TextMessageReceived,
    VoiceSessionEnded,
    VoiceSessionStarted,
    event,
)
from functions.domain.log.ids import MINUTE, lowest, minute_of, time_of
from functions.domain.losses import can_be_lost
from functions.domain.refusals import ErrorCode, Refused

FRAMES_PER_SECOND: Final = 50
FRAMES_BURST: Final = 100
FRAMES_PER_ACTIVITY: Final = 600
"""A minute of speech at ten frames a second."""
VOICE_TAKEOVER_SECONDS: Final = 15 * 60
"""No voice session lives longer (the longest Lambda invocation), so a new one may replace it."""
REPLY_SECONDS: Final = 24 * 3600
COUNTED_SECONDS: Final = 3600
"""How long a minute's count is kept: for whoever asks afterwards, since the next minute has another key."""


class Decision(msgspec.Struct, frozen=True):
    """What to append, if anything, with which claims, and what to answer.

    ``refused`` gives the answer, or raises `Refused`, when a claim is not granted: it takes what the claim
    holds, None if nothing. A `Count` that is not granted is `over_the_limit`.
    """

    event: Event | None
    answer: Answer | None
    claims: tuple[Claim, ...] = ()
    refused: Callable[[str | None], Answer] | None = None


def decide(frame: Frame, cause: Cause, limits: Limits = USUAL) -> Decision:
    """Return what a frame leads to.

    Raises
    ------
    Refused
        ``rate_limited`` if speech is faster than its own clock allows, ``not_found`` for a voice session
        that cannot be this connection's.
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
        case _:
            assert_never(frame)


def _text(frame: TextMessage, cause: Cause, limits: Limits) -> Decision:
    received = event(cause, TextMessageReceived(frame.data.text))
    answer = TextAck(id=frame.id, data=TextAckData(received.event_id))
    size = len(frame.data.text.encode())
    count = _count(
        texts_key(cause.user_id, minute_of(cause.at)), limits.texts, cause, size, limits.text_bytes
    )
    if frame.id is None:
        return Decision(received, answer, (count,))
    digest = sha256(frame.data.text.encode()).hexdigest()
    now = cause.at // 1000
    key = reply_key(received.conversation, frame.id)
    claim = Take(key, f"{received.event_id}#{digest}", now, now + REPLY_SECONDS)

    def repeated(held: str | None) -> Answer:
        message_id, _, earlier = (held or "").partition("#")
        if earlier != digest:
            raise Refused("conflict", "Another text was sent under this id.")
        return TextAck(id=frame.id, data=TextAckData(message_id))

    # the reply before the count: a text that is repeated is answered, however many were sent
    return Decision(received, answer, (claim, count), repeated)


def _voice_start(frame: VoiceStart, cause: Cause, limits: Limits) -> Decision:
    started = event(cause, VoiceSessionStarted(frame.data.sample_rate, frame.data.encoding, frame.data.voice))
    claim = Take(
        voice_key(cause.connection_id),
        started.event_id,
        cause.at // 1000,
        cause.connected_at // 1000 + CONNECTION_SECONDS + VOICE_TAKEOVER_SECONDS,
        overrides_below=lowest(cause.at - VOICE_TAKEOVER_SECONDS * 1000),
    )

    def open_already(_held: str | None) -> Answer:
        raise Refused("conflict", "A voice session is open already.")

    answer = VoiceReady(id=frame.id, data=VoiceReadyData(started.event_id))
    count = _count(voices_key(cause.user_id, minute_of(cause.at)), limits.voice_sessions, cause)
    return Decision(started, answer, (claim, count), open_already)


def _count(key: str, limit: int, cause: Cause, size: int = 0, byte_limit: int | None = None) -> Count:
    return Count(key, limit, minute_of(cause.at) // 1000 + COUNTED_SECONDS, size, byte_limit)


def over_the_limit(cause: Cause) -> Refused:
    """Return the refusal of what a user has done too often, or at too great length, in this minute."""
    retry_after = -(-(MINUTE - cause.at % MINUTE) // 1000)
    return Refused("rate_limited", "Too much in this minute.", retry_after=retry_after)


def _speech(frame: VoiceData, cause: Cause) -> Decision:
    session, seq = frame.data.voice_session_id, frame.data.seq
    _keep_pace(session, seq, cause)
    if seq == 0 or seq % FRAMES_PER_ACTIVITY:
        return Decision(None, None)
    return Decision(_coalesced(cause, ActivityRecorded(session, seq + 1), "activity"), None)


def _voice_end(frame: VoiceEnd, cause: Cause) -> Decision:
    session, frames = frame.data.voice_session_id, frame.data.last_seq + 1
    _keep_pace(session, frame.data.last_seq, cause)
    seconds = (cause.at - time_of(session)) // 1000
    ended = event(cause, VoiceSessionEnded(session, frames, seconds, CLIENT_ENDED))

    def none_open(_held: str | None) -> Answer:
        raise Refused("not_found", "This voice session is not open.")

    answer = VoiceEnded(id=frame.id, data=VoiceEndedData(session, frames, seconds, CLIENT_ENDED))
    return Decision(ended, answer, (Release(voice_key(cause.connection_id), session),), none_open)


def _keep_pace(session: str, seq: int, cause: Cause) -> None:
    """Refuse frames that come faster than speech: no memory is needed, the id holds when it began."""
    began = time_of(session)
    if not cause.connected_at <= began <= cause.at:
        raise Refused("not_found", "This voice session is not open.")
    surplus = seq - FRAMES_BURST - FRAMES_PER_SECOND * (cause.at - began) / 1000
    if surplus > 0:
        retry_after = -int(-surplus // FRAMES_PER_SECOND)
        raise Refused("rate_limited", "Speech is ahead of its time.", retry_after=retry_after)


def rejection(cause: Cause, code: ErrorCode) -> Event:
    """Return the event of a refused frame: one for each connection, minute and code."""
    return _coalesced(cause, MessageRejected(code), code)


def unreachable(cause: Cause) -> Event | None:
    """Return the event of a connection whose answer met Gone, None if it is too young to tell.

    One for each connection and minute: however many frames were in flight, they met one end.
    """
    if not can_be_lost(cause):
        return None
    # found after the frame came, which at the very same time would count as activity and revive it
    return _coalesced(msgspec.structs.replace(cause, at=cause.at + 1), ConnectionLost("post"), "lost")


def _coalesced(cause: Cause, fact: ActivityRecorded | MessageRejected | ConnectionLost, code: str) -> Event:
    minute = minute_of(cause.at)
    return event(
        cause, fact, key=f"{cause.connection_id}#{minute}#{code}", key_at=max(minute, cause.connected_at)
    )
