"""Acts on a frame: decides, appends what an event records, and has told every screen what it is told."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from functions.aws.log.event_log import ClaimRefusedError, EventLog
from functions.aws.logs import warn
from functions.domain.feeds.deliveries import Deliver
from functions.domain.feeds.feeds import feed_of
from functions.domain.frames.decisions import Decision, decide
from functions.domain.frames.protocol import Answer, Frame
from functions.domain.frames.voice_frames import VoiceData, VoiceEnd, VoiceListen, VoicePlayed, VoiceStart
from functions.domain.limits import USUAL, Limits
from functions.domain.log.events import Cause
from functions.domain.refusals import Unavailable
from functions.operations.frames.serving import Act

if TYPE_CHECKING:
    from functions.operations.frames.speech import Speech

Announce = Callable[[Deliver], None]
"""Has an event delivered that is in the log; may raise `Unavailable`."""


Repeat = Callable[[Deliver, str, Cause], None]
"""Has a text delivered once more that was sent again in a conversation, unless that was done just now; may
raise `Unavailable`."""


def never(_asked: Deliver, _conversation: str, _cause: Cause) -> None:
    """Deliver nothing again."""


def recording(
    log: EventLog,
    announce: Announce,
    limits: Limits = USUAL,
    repeat: Repeat = never,
    speech: "Speech | None" = None,
) -> Act:
    """Return what acts on a frame by the log; without ``speech`` nobody can speak."""

    def act(frame: Frame, cause: Cause, deadline: float) -> Answer | None:
        if speech is not None:
            if isinstance(frame, VoiceData | VoiceEnd | VoicePlayed | VoiceListen):
                return speech.take(frame, cause, log, deadline)
            if isinstance(frame, VoiceStart):
                return speech.start(frame, cause, log, limits, deadline)
        decision = decide(frame, cause, limits)
        event = decision.event
        if event is None:
            return decision.answer
        try:
            # whether it is new says nothing: an attempt whose answer was lost has announced nothing
            log.append(event, decision.claims, deadline=deadline)
        except ClaimRefusedError as refused:
            answer = _refused(decision, refused)
            if again := _again(decision, refused, frame, cause):
                _unless_unavailable(lambda: repeat(again, event.conversation, cause), again, cause)
            return answer
        if feed_of(event) is not None:
            asked = Deliver(event.connection_id, event.event_id, frame.id, cause.id)
            _unless_unavailable(lambda: announce(asked), asked, cause)
        return decision.answer

    return act


def _refused(decision: Decision, refused: ClaimRefusedError) -> Answer:
    if decision.refused is None:
        raise refused
    return decision.refused(refused.standing)


def _again(decision: Decision, refused: ClaimRefusedError, frame: Frame, cause: Cause) -> Deliver | None:
    """Return what asks for the text once more that a frame repeats, None if it repeats none."""
    first = None if decision.repeated is None else decision.repeated(refused.standing)
    if first is None:
        return None
    event_id, connection_id = first
    if connection_id is None:
        return None
    return Deliver(connection_id, event_id, frame.id, cause.id, cause.connection_id)


def _unless_unavailable(act: Callable[[], None], asked: Deliver, cause: Cause) -> None:
    try:
        act()
    except Unavailable as unavailable:  # it is in the log, so the sweeper will find it
        ids = {"connection_id": cause.connection_id, "correlation_id": cause.id, "user_id": cause.user_id}
        warn("not_announced", unavailable, **ids, message_id=asked.event_id)
