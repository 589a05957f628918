"""The events that many causes of a minute share, so that a flood of them writes one."""

import msgspec

from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import ActivityRecorded, ConnectionLost, MessageRejected
from functions.domain.log.ids import minute_of
from functions.domain.losses import can_be_lost
from functions.domain.refusals import ErrorCode


def activity(cause: Cause, session: str, frames: int) -> Event:
    """Return the event of speech: one for each connection and minute."""
    return _coalesced(cause, ActivityRecorded(session, frames), "activity")


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
