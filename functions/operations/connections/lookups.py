"""Looks connections up, and sets the status of one."""

from collections.abc import Iterable
from typing import Final

import msgspec

from functions.aws.gateway.callbacks import Callbacks, UnknownConnectionError
from functions.aws.log.event_log import EventLog
from functions.aws.read_models.connection_items import ConnectionInfo
from functions.aws.read_models.connections import Connections
from functions.aws.read_models.index_pages import Page, Row
from functions.aws.read_models.sessions import SessionLists
from functions.domain.connections.answers import StatusSet
from functions.domain.connections.bases import RequestError
from functions.domain.connections.cursors import from_cursor, place_of, to_cursor
from functions.domain.connections.requests import (
    Disconnect,
    Get,
    ListAll,
    ListSessions,
    ListUser,
    UpdateStatus,
)
from functions.domain.frames.session_frames import SessionData
from functions.domain.log.events import event
from functions.domain.log.facts import ConnectionStatusSet
from functions.domain.texts.listing import Place, shown
from functions.operations.connections.closing import close
from functions.operations.connections.invocation import Invocation

_MOST_QUERIES: Final = 25
"""For one page of a filtered list: at most 25 MB are read before the caller is asked to go on."""


class Shown(msgspec.Struct, frozen=True):
    """One connection, as `get` shows it."""

    connection: ConnectionInfo


class Listed(msgspec.Struct, frozen=True):
    """Connections, and where the list goes on; without a cursor there are no more."""

    connections: tuple[ConnectionInfo, ...]
    cursor: str | None = None


def get(request: Get, connections: Connections) -> Shown:
    """Return a connection; raises `RequestError` ``not_found`` if there is no row of it."""
    return Shown(known(request.connection_id, connections))


def known(connection_id: str, connections: Connections) -> ConnectionInfo:
    """Return the row of a connection; raises as `get`."""
    connection = connections.get(connection_id)
    if connection is None:
        raise not_found()
    return connection


def not_found() -> RequestError:
    """Return the refusal of an id that names no connection."""
    return RequestError("not_found", "No such connection.")


def list_user(request: ListUser, connections: Connections) -> Listed:
    """Return a user's connections; raises `RequestError` ``invalid_cursor``."""
    pages = connections.of_user(
        request.user_id,
        status=request.status,
        after=from_cursor(request.cursor, request.scope),
        # what a filter drops counts too, so a filtered list reads as much as a query gives
        page_size=request.limit + 1 if request.status is None else None,
    )
    return _listed(request, pages)


def list_all(request: ListAll, connections: Connections) -> Listed:
    """Return the active connections; raises `RequestError` ``invalid_cursor``."""
    after = from_cursor(request.cursor, request.scope)
    return _listed(request, connections.active(after=after, page_size=request.limit + 1))


def _listed(request: ListUser | ListAll, pages: Iterable[Page]) -> Listed:
    """Fill one page of the answer; one row more than it holds tells whether there is another."""
    rows: list[Row] = []
    limit = request.limit
    for queries, page in enumerate(pages, 1):
        rows += page.rows
        if len(rows) > limit:
            infos = tuple(row.info for row in rows[:limit])
            return Listed(infos, to_cursor(rows[limit - 1].position, request.scope))
        if queries >= _MOST_QUERIES and page.after is not None:
            return Listed(tuple(row.info for row in rows), to_cursor(page.after, request.scope))
    return Listed(tuple(row.info for row in rows))


class SessionsListed(msgspec.Struct, frozen=True, omit_defaults=True):
    """Sessions, and where the list goes on; without a cursor there are no more."""

    sessions: tuple[SessionData, ...]
    cursor: str | None = None


def list_sessions(request: ListSessions, invocation: Invocation, lists: SessionLists) -> SessionsListed:
    """Return a user's sessions; raises `RequestError` ``invalid_cursor``."""
    after = place_of(request.cursor, request.scope, Place)
    listed = lists.page(request.user_id, request.limit, after, invocation.at)
    return SessionsListed(
        tuple(shown(session, invocation.at // 1000) for session in listed.sessions),
        None if listed.after is None else to_cursor(listed.after, request.scope),
    )


def set_status(
    request: UpdateStatus | Disconnect,
    invocation: Invocation,
    connections: Connections,
    log: EventLog,
    callbacks: Callbacks,
) -> StatusSet:
    """Append the status of a connection, and close it if it is DISCONNECTED.

    The event is appended before the connection is closed: if closing fails, the caller can repeat the
    request, and no connection is ever closed without an event that says by whom.

    Raises
    ------
    RequestError
        ``not_found`` if there is no such connection, ``conflict`` if it has ended.
    Unavailable
        If the log or the gateway does not answer in time.
    """
    connection = known(request.connection_id, connections)
    if connection.disconnected_at is not None:
        raise RequestError("conflict", "The connection has ended.")
    status = request.status if isinstance(request, UpdateStatus) else "DISCONNECTED"
    cause = invocation.cause(connection)
    appended = event(cause, ConnectionStatusSet(status, request.by, request.reason))
    invocation.spare_time()  # reading took some
    log.append(appended)
    if status == "DISCONNECTED":
        invocation.spare_time()
        try:
            close(cause, invocation, log, callbacks)
        except UnknownConnectionError:
            raise not_found() from None
    return StatusSet(appended.event_id)
