"""Acts on the frames of speech: opens voice sessions, and passes on what is said to whoever holds them."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from functions.aws.invoking import Invoker
from functions.aws.log.event_log import ClaimRefusedError, EventLog
from functions.domain.frames.pace import ahead, not_open
from functions.domain.frames.protocol import Answer
from functions.domain.frames.voice_frames import (
    SpeechFrame,
    VoiceEnd,
    VoiceEnded,
    VoiceEndedData,
    VoiceStart,
    VoiceStarting,
    VoiceStartingData,
)
from functions.domain.limits import Limits
from functions.domain.log.events import Cause
from functions.domain.refusals import Refused
from functions.domain.voice.attention import Hold, Holds, Paces, Tellings
from functions.domain.voice.channels import channel_of, encode
from functions.domain.voice.openings import Ended, opening
from functions.domain.voice.speech import activity_of, said_by
from functions.domain.voice.starts import Start, payload_of

_PACE_SECONDS: Final = 1
"""After which a connection that was too fast may go on."""


class Claims(Protocol):
    """The claims of voice sessions, read as of now; either may raise `Unavailable`."""

    def hold(self, conversation: str, at: int) -> Hold:
        """Return which voice session holds a conversation."""
        ...

    def ended(self, conversation: str, voice_session_id: str, at: int) -> VoiceEndedData | None:
        """Return how one ended, None if that is not known."""
        ...


Publish = Callable[[str, Sequence[bytes]], None]
"""Publishes to a channel; may raise `Unavailable`."""
Invoke = Callable[[Start], None]
"""Has a function hold a voice session, or tell who asks whether it listens; may raise `Unavailable`."""
MayAskAgain = Callable[[str, str, Cause], bool]
"""Tells whether it is due to say again what became of a frame of a conversation; may raise `Unavailable`."""


def invoking(invoker: Invoker) -> Invoke:
    """Return what invokes the function that holds voice sessions; whoever comes second finds it held."""
    return lambda start: invoker.invoke(payload_of(start))


class Speech:
    """What takes the frames of speech, in one execution environment: it remembers who speaks.

    Parameters
    ----------
    claims, publish, invoke, may_ask_again
        The world.
    """

    def __init__(self, claims: Claims, publish: Publish, invoke: Invoke, may_ask_again: MayAskAgain) -> None:
        self._claims = claims
        self._publish = publish
        self._invoke = invoke
        self._may_ask_again = may_ask_again
        self._holds = Holds(claims.hold)
        self._paces = Paces()
        self._tellings = Tellings()

    def start(
        self, frame: VoiceStart, cause: Cause, log: EventLog, limits: Limits, deadline: float
    ) -> Answer:
        """Open a voice session, or tell of the one that the frame opened before.

        A function is asked to hold it once it is in the log. Where that fails, the client is told, and sends
        the frame again.
        """
        opened = opening(frame, cause, limits)
        start = opened.start
        try:
            # whether it is new says nothing: an attempt whose answer was lost has asked nobody
            log.append(opened.event, opened.claims, deadline=deadline)
        except ClaimRefusedError as refused:
            before = opened.refused(refused.standing)
            if isinstance(before, Ended):
                return self._over(before.voice_session_id, frame.id, cause)
            start = before
            if not self._may_ask_again(cause.conversation, frame.id or "", cause):
                return _starting(start, frame)
        self._invoke(start)
        return _starting(start, frame)

    def take(self, frame: SpeechFrame, cause: Cause, log: EventLog, deadline: float) -> Answer | None:
        """Pass a frame on, if its voice session is open; what is refused is told once a second."""
        try:
            return self._take(frame, cause, log, deadline)
        except Refused as refused:
            if self._tellings.is_due(cause.connection_id, refused.code, cause.at):
                raise
            return None

    def _take(self, frame: SpeechFrame, cause: Cause, log: EventLog, deadline: float) -> Answer | None:
        said = said_by(frame, cause)
        session, conversation = frame.data.voice_session_id, cause.conversation
        if not self._holds.is_open(conversation, session, cause.at):
            return self._not_open(frame, cause)
        if not self._paces.keeps(cause.connection_id, cause.at):
            raise ahead(_PACE_SECONDS)
        self._publish(channel_of(conversation, session), [encode(said)])
        activity = activity_of(frame, cause)
        if activity is not None:
            log.append_once(activity, deadline=deadline)
        return None

    def _not_open(self, frame: SpeechFrame, cause: Cause) -> Answer | None:
        if not isinstance(frame, VoiceEnd):
            raise not_open()
        if not self._tellings.is_due(cause.connection_id, "voice_end", cause.at):
            return None  # it was told how it ended just now, or that it is not open
        return self._over(frame.data.voice_session_id, frame.id, cause)

    def _over(self, session: str, client_id: str | None, cause: Cause) -> Answer:
        ended = self._claims.ended(cause.conversation, session, cause.at)
        if ended is None:
            raise not_open()
        return VoiceEnded(id=client_id, data=ended)


def _starting(start: Start, frame: VoiceStart) -> Answer:
    return VoiceStarting(id=frame.id, data=VoiceStartingData(start.voice_session_id))
