"""Sends one message to a connection, to a user's connections, or to all, many at a time."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final

from functions.aws.gateway.callbacks import Callbacks, Posted
from functions.aws.log.event_log import EventLog
from functions.aws.logs import warn
from functions.aws.read_models.connection_items import ConnectionInfo
from functions.aws.read_models.connections import Connections
from functions.domain.connections.answers import Sent
from functions.domain.connections.cursors import from_cursor, to_cursor
from functions.domain.connections.sends import Send, frame_of
from functions.domain.limits import LOST_AFTER_SECONDS
from functions.domain.losses import loss
from functions.domain.refusals import Unavailable
from functions.operations.connections.invocation import Invocation
from functions.operations.connections.lookups import known, not_found
from functions.operations.connections.queueing import queue_for_all, recipient_of
from functions.operations.connections.waves import work_through
from functions.operations.feeds.deferring import NOTHING_LATER, Deferring

_PAUSES: Final = (0.1, 0.3, 0.9)
"""Seconds between the attempts to post to a connection whose gateway asks for patience."""


class _Queued(StrEnum):
    QUEUED = auto()
    """Busy, and in the delivery queue."""


_Outcome = Posted | _Queued | None


@dataclass(frozen=True, slots=True)
class _Mailing:
    frame: bytes
    invocation: Invocation
    log: EventLog
    callbacks: Callbacks
    pause: Callable[[float], None]
    deferring: Deferring

    def deliver(self, to: ConnectionInfo) -> _Outcome:
        """Post the frame. None if nobody knows whether it arrived; then it is not posted again."""
        try:
            posted = self._post(to.connection_id)
        except Unavailable:
            return None
        if posted is Posted.BUSY and self.deferring.is_possible:
            recipient = recipient_of(to, self.invocation)
            return _Queued.QUEUED if self.deferring.push(self.frame, [recipient], attempt=1) else posted
        if posted is Posted.GONE and to.disconnected_at is None:
            self._lose(to)
        return posted

    def _post(self, connection_id: str) -> Posted:
        for seconds in _PAUSES:
            posted = self.callbacks.post(connection_id, self.frame)
            if posted is not Posted.BUSY or not self.invocation.has_time:
                return posted
            self.pause(seconds)
        return self.callbacks.post(connection_id, self.frame)

    def _lose(self, connection: ConnectionInfo) -> None:
        if not self.invocation.has_time:  # the post may have taken it, and the sweeper will find the loss
            return
        try:
            if lost := loss(self.invocation.cause(connection), "post"):
                self.log.append(lost)
        except Unavailable as unavailable:  # it is gone all the same, and the sweeper will find it
            ids = {"connection_id": connection.connection_id, "correlation_id": self.invocation.id}
            warn("loss_not_recorded", unavailable, **ids)


def send(
    request: Send,
    invocation: Invocation,
    connections: Connections,
    log: EventLog,
    callbacks: Callbacks,
    *,
    pause: Callable[[float], None] = time.sleep,
    deferring: Deferring = NOTHING_LATER,
) -> Sent:
    """Send a message, and count what became of it.

    It stops before its time runs out, with a cursor from which the same request goes on. Delivery is at
    least once: a connection that is active while a send to all goes on by cursor may be sent to twice.

    With a delivery queue, what is for all goes by it, and so does what a connection is too busy for.

    Raises
    ------
    RequestError
        ``invalid_request`` if the frame is too large, ``not_found`` if the one connection does not exist,
        ``invalid_cursor``.
    Unavailable
        If the connections cannot be read in time.
    """
    frame = frame_of(request.message, invocation.at)
    if request.everyone and deferring.is_possible:
        return queue_for_all(request, frame, invocation, connections, deferring)
    mailing = _Mailing(frame, invocation, log, callbacks, pause, deferring)
    after = from_cursor(request.cursor, request.scope)
    if request.connection_id is not None:
        return _to_one(request.connection_id, connections, mailing)
    if request.user_id is not None:
        # the gateway ends what is older
        since = invocation.at - LOST_AFTER_SECONDS * 1000
        pages = connections.of_user(request.user_id, status="CONNECTED", since=since, after=after)
    else:
        pages = connections.active(after=after)
    outcomes, stopped = work_through(pages, mailing.deliver, invocation)
    return _count(outcomes, None if stopped is None else to_cursor(stopped, request.scope))


def _to_one(connection_id: str, connections: Connections, mailing: _Mailing) -> Sent:
    outcome = mailing.deliver(known(connection_id, connections))
    if outcome is Posted.UNKNOWN:
        raise not_found()
    return _count(Counter([outcome]))


def _count(outcomes: Counter[_Outcome], cursor: str | None = None) -> Sent:
    delivered, gone, queued = (outcomes[each] for each in (Posted.DELIVERED, Posted.GONE, _Queued.QUEUED))
    return Sent(delivered, gone, outcomes.total() - delivered - gone - queued, cursor, queued)
