"""Acts on a frame that an event records: decides, appends, and has told every screen what it is told."""

from collections.abc import Callable

from functions.aws.log.event_log import ClaimRefusedError, EventLog
from functions.aws.logs import warn
from functions.domain.feeds.feeds import feed_of
from functions.domain.frames.decisions import Decision, decide
from functions.domain.frames.protocol import Answer, Frame
from functions.domain.limits import USUAL, Limits
from functions.domain.log.events import Cause, Event
from functions.domain.refusals import Unavailable
from functions.operations.frames.serving import Act

Announce = Callable[[Event, str | None], None]
"""Has an event numbered that is in the log, and posted; with the client's id of the frame that made it. May
raise `Unavailable`."""


def recording(log: EventLog, announce: Announce, limits: Limits = USUAL) -> Act:
    """Return what acts on a frame by the log."""

    def act(frame: Frame, cause: Cause, deadline: float) -> Answer | None:
        decision = decide(frame, cause, limits)
        if decision.event is None:
            return decision.answer
        try:
            # whether it is new says nothing: an attempt whose answer was lost has announced nothing
            log.append(decision.event, decision.claims, deadline=deadline)
        except ClaimRefusedError as refused:
            return _refused(decision, refused)
        if feed_of(decision.event) is not None:
            _announce(decision.event, frame.id, announce, cause)
        return decision.answer

    return act


def _refused(decision: Decision, refused: ClaimRefusedError) -> Answer:
    if decision.refused is None:
        raise refused
    return decision.refused(refused.standing)


def _announce(event: Event, client_id: str | None, announce: Announce, cause: Cause) -> None:
    try:
        announce(event, client_id)
    except Unavailable as unavailable:  # it is in the log, so the sweeper will find it
        ids = {"connection_id": cause.connection_id, "correlation_id": cause.id, "user_id": cause.user_id}
        warn("not_announced", unavailable, **ids, message_id=event.event_id)
