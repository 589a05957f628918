"""Closes connections on an operator's word: one of them, or all of a user's."""

from enum import StrEnum, auto
from logging import WARNING

import msgspec

from functions.aws.gateway.callbacks import Callbacks, GoneError, UnknownConnectionError
from functions.aws.log.event_log import EventLog
from functions.aws.logs import write_line
from functions.aws.read_models.connection_items import ConnectionInfo
from functions.aws.read_models.connections import Connections
from functions.domain.connections.answers import UserDisconnected
from functions.domain.connections.cursors import from_cursor, to_cursor
from functions.domain.connections.requests import DisconnectUser
from functions.domain.limits import LOST_AFTER_SECONDS
from functions.domain.log.events import Cause, event
from functions.domain.log.facts import ConnectionStatusSet
from functions.domain.losses import can_be_lost, loss
from functions.domain.refusals import Fault, Unavailable
from functions.names import FAULT
from functions.operations.connections.invocation import Invocation
from functions.operations.connections.waves import Threads, threads, work_through


def close(cause: Cause, invocation: Invocation, log: EventLog, callbacks: Callbacks) -> bool:
    """Close a connection, and tell whether it was there; one that was not is lost.

    Where no time is left to say so, the sweeper will find the loss.

    Raises
    ------
    UnknownConnectionError
        If the id cannot be a connection's.
    Unavailable
        If the log or the gateway does not answer in time.
    """
    try:
        callbacks.close(cause.connection_id)
    except GoneError:
        if invocation.has_time and (lost := loss(cause, "close")):
            log.append(lost)
        return False
    return True


class _Outcome(StrEnum):
    DISCONNECTED = auto()
    GONE = auto()
    FAILED = auto()
    ENDED = auto()
    """Before this began: nothing is done about it."""


class _Closing(msgspec.Struct, frozen=True):
    """Who wants a user's connections closed, why, and what closes them."""

    by: str
    reason: str | None
    invocation: Invocation
    log: EventLog
    callbacks: Callbacks

    def end(self, connection: ConnectionInfo) -> _Outcome:
        """Append the word and close the connection; one that fails is logged, and the others go on."""
        if connection.disconnected_at is not None:
            return _Outcome.ENDED
        cause = self.invocation.cause(connection)
        try:
            if connection.status != "DISCONNECTED":  # else somebody gave the word, and the close failed
                self.log.append(event(cause, ConnectionStatusSet("DISCONNECTED", self.by, self.reason)))
            if close(cause, self.invocation, self.log, self.callbacks):
                return _Outcome.DISCONNECTED
        except (Unavailable, UnknownConnectionError) as problem:
            # an id that the gateway does not take is a row that nobody but ourselves wrote
            fault = problem.fault if isinstance(problem, Unavailable) else Fault.SERVER
            return self._fail(connection, repr(problem), fault)
        if can_be_lost(cause):
            return _Outcome.GONE
        return self._fail(connection, "it is being opened at this moment, and may come yet", None)

    def _fail(self, connection: ConnectionInfo, problem: str, fault: Fault | None) -> _Outcome:
        fields = {"connection_id": connection.connection_id, "problem": problem, FAULT: fault}
        write_line("not_disconnected", level=WARNING, **fields)
        return _Outcome.FAILED


def disconnect_user(
    request: DisconnectUser,
    invocation: Invocation,
    connections: Connections,
    log: EventLog,
    callbacks: Callbacks,
    *,
    threads: Threads = threads,
) -> UserDisconnected:
    """Close the connections of a user that have not ended, as far as the projection knows them.

    It stops before its time runs out, with a cursor from which the same request goes on. To ask again does
    no harm: what has ended is left alone.

    Raises
    ------
    RequestError
        ``invalid_cursor``.
    Unavailable
        If the connections cannot be read in time.
    """
    pages = connections.of_user(
        request.user_id,
        # the gateway ends what is older
        since=invocation.at - LOST_AFTER_SECONDS * 1000,
        after=from_cursor(request.cursor, request.scope),
    )
    closing = _Closing(request.by, request.reason, invocation, log, callbacks)
    outcomes, stopped = work_through(pages, closing.end, invocation, threads=threads)
    return UserDisconnected(
        disconnected=outcomes[_Outcome.DISCONNECTED],
        gone=outcomes[_Outcome.GONE],
        failed=outcomes[_Outcome.FAILED],
        cursor=None if stopped is None else to_cursor(stopped, request.scope),
    )
