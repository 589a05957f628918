"""Finds out what became of connections that have been idle: lost, past their token, or alive after all."""

from collections import Counter
from enum import StrEnum, auto
from typing import Final, assert_never

import msgspec

from functions.aws.feeds.subscribers import Subscribers
from functions.aws.gateway.callbacks import Callbacks, GoneError, UnknownConnectionError
from functions.aws.log.event_log import EventLog
from functions.aws.logs import logger, warn
from functions.aws.read_models.connection_items import ConnectionInfo
from functions.aws.read_models.connections import Connections
from functions.domain.connections.answers import Swept
from functions.domain.connections.idleness import Verdict, verdict
from functions.domain.feeds.feeds import subscriber_of
from functions.domain.limits import LOST_AFTER_SECONDS
from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import ActivityRecorded
from functions.domain.losses import loss
from functions.domain.refusals import Unavailable
from functions.names import FAULT, FAULT_SERVER
from functions.operations.connections.invocation import Invocation
from functions.operations.connections.waves import Threads, threads


class _Outcome(StrEnum):
    LOST = auto()
    CLOSED = auto()
    REFRESHED = auto()
    LEFT = auto()
    FAILED = auto()
    NOT_BEGUN = auto()


_UNCHECKED: Final = (_Outcome.FAILED, _Outcome.NOT_BEGUN)


class _Sweep(msgspec.Struct, frozen=True):
    """What a sweep works with; a dry one asks the gateway, and neither appends nor closes."""

    invocation: Invocation
    log: EventLog
    callbacks: Callbacks
    subscribers: Subscribers | None
    dry: bool

    def attend(self, connection: ConnectionInfo) -> _Outcome:
        """Settle a connection, if there is time to begin; one that fails is logged."""
        invocation = self.invocation
        if not invocation.has_time:
            return _Outcome.NOT_BEGUN
        what = verdict(connection.last_activity, connection.token_expires_at, now=invocation.at)
        try:
            return self._settle(connection, what, invocation.cause(connection))
        except (Unavailable, UnknownConnectionError) as problem:
            # an id that the gateway does not take is a row that nobody but ourselves wrote
            fault = problem.fault if isinstance(problem, Unavailable) else FAULT_SERVER
            extra = {"connection_id": connection.connection_id, "problem": repr(problem), FAULT: fault}
            logger.warning("not_swept", extra=extra)
            return _Outcome.FAILED

    def _settle(self, connection: ConnectionInfo, what: Verdict, cause: Cause) -> _Outcome:
        """Do about a connection what the verdict says."""
        connection_id = connection.connection_id
        try:
            match what:
                case Verdict.LOSE:
                    return self._lose(cause)
                case Verdict.CLOSE:
                    if self.dry:
                        self.callbacks.last_active_at(connection_id)
                    else:
                        self.callbacks.close(connection_id)
                    return _Outcome.CLOSED
                case Verdict.ASK:
                    return self._ask(connection, cause)
                case _:
                    assert_never(what)
        except GoneError:
            # the gateway's answer may have taken all the time that there was for both
            return self._lose(cause) if self.invocation.has_time else _Outcome.NOT_BEGUN

    def _ask(self, connection: ConnectionInfo, cause: Cause) -> _Outcome:
        seen = self.callbacks.last_active_at(connection.connection_id)
        # nothing lives longer, so a wrong clock keeps nothing alive
        seen = min(seen, connection.created_at + LOST_AFTER_SECONDS * 1000)
        if seen <= connection.last_activity:
            return _Outcome.LEFT
        if not self.invocation.has_time:
            return _Outcome.NOT_BEGUN
        # what the gateway saw is one event, whoever asks and however often
        self._append(
            event(msgspec.structs.replace(cause, at=seen, id="seen by the gateway"), ActivityRecorded())
        )
        return _Outcome.REFRESHED

    def _lose(self, cause: Cause) -> _Outcome:
        lost = loss(cause, "sweeper")
        if lost is None:
            return _Outcome.LEFT
        self._append(lost)
        self._unsubscribe(cause)
        return _Outcome.LOST

    def _unsubscribe(self, cause: Cause) -> None:
        """Take a connection that was lost out of its feeds; if that fails, the next post meets a 410."""
        if self.dry or self.subscribers is None:
            return
        try:
            self.subscribers.unsubscribe(subscriber_of(cause))
        except Unavailable as unavailable:
            ids = {"connection_id": cause.connection_id, "correlation_id": self.invocation.id}
            warn("not_unsubscribed", unavailable, **ids)

    def _append(self, appended: Event) -> None:
        if not self.dry:
            self.log.append(appended)


def sweep(
    idle_seconds: int,
    invocation: Invocation,
    connections: Connections,
    log: EventLog,
    callbacks: Callbacks,
    *,
    subscribers: Subscribers | None = None,
    dry_run: bool = False,
    threads: Threads = threads,
) -> Swept:
    """Settle the connections that have been idle for so long or whose identity has expired, many at a time.

    One that fails is logged, not counted, and left to the next sweep, as is what time does not allow.

    Parameters
    ----------
    idle_seconds
        How long a connection was not active in the read model.
    subscribers
        Whom the feeds are posted to: what is lost is taken out.
    dry_run
        Append and close nothing, but count what would have been.
    threads
        What settles them at the same time.

    Raises
    ------
    Unavailable
        If the connections cannot be read in time.
    """
    doing = _Sweep(invocation, log, callbacks, subscribers, dry_run)
    outcomes: Counter[_Outcome] = Counter()
    with threads() as pool:
        for due in connections.stale(idle_seconds, invocation.at):
            outcomes.update(pool.map(doing.attend, due))
            if outcomes[_Outcome.NOT_BEGUN]:
                logger.warning("sweep_stopped", extra={str(name): count for name, count in outcomes.items()})
                break
    return Swept(
        checked=outcomes.total() - sum(outcomes[each] for each in _UNCHECKED),
        lost=outcomes[_Outcome.LOST],
        closed=outcomes[_Outcome.CLOSED],
        refreshed=outcomes[_Outcome.REFRESHED],
    )
