"""Takes a request of an operator or a service, has it done, and answers."""

from collections.abc import Mapping
from typing import Any, assert_never

import msgspec

from functions.aws.gateway.callbacks import Callbacks
from functions.aws.log.event_log import EventLog
from functions.aws.logs import warn, write_line
from functions.aws.read_models.connections import Connections
from functions.aws.read_models.sessions import SessionLists
from functions.domain.connections.answers import (
    Notified,
    ReceiptsShown,
    Sent,
    StatusSet,
    Swept,
    UserDisconnected,
)
from functions.domain.connections.bases import RequestError
from functions.domain.connections.requests import (
    Cleanup,
    Disconnect,
    DisconnectUser,
    Get,
    ListAll,
    ListSessions,
    ListUser,
    Request,
    UpdateStatus,
    parse,
)
from functions.domain.connections.sends import Receipts, Send
from functions.domain.refusals import Unavailable
from functions.names import LINE_MANAGER
from functions.operations.connections.closing import disconnect_user
from functions.operations.connections.invocation import Invocation
from functions.operations.connections.lookups import (
    Listed,
    SessionsListed,
    Shown,
    get,
    list_all,
    list_sessions,
    list_user,
    set_status,
)
from functions.operations.connections.sending import send
from functions.operations.connections.sweeping import sweep
from functions.operations.feeds.deferring import NOTHING_LATER, Deferring
from functions.operations.feeds.notifying import Notifying

Answer = (
    Shown | Listed | SessionsListed | StatusSet | UserDisconnected | Swept | Sent | Notified | ReceiptsShown
)


def serve(
    request: object,
    invocation: Invocation,
    connections: Connections,
    log: EventLog,
    callbacks: Callbacks,
    notifying: Notifying,
    lists: SessionLists,
    deferring: Deferring = NOTHING_LATER,
) -> dict[str, Any]:
    """Return the answer to a request, or ``{"error": {"code", "message"}}``.

    What nobody foresaw is raised: a caller with a right to invoke learns of it as a FunctionError, and the
    function's error count shows it, which an answer would hide.
    """
    asked: Request | None = None
    try:
        asked = parse(request)
        answer = _perform(asked, invocation, connections, log, callbacks, notifying, lists, deferring)
    except RequestError as refused:
        return _refuse(invocation, asked, refused)
    except Unavailable as unavailable:
        warn("unavailable", unavailable, correlation_id=invocation.id)
        late = RequestError("unavailable", "The request could not be completed in time. Try again.")
        return _refuse(invocation, asked, late)
    _log(invocation, asked, outcome=_counts(answer))
    return _encode(answer)


def _perform(
    request: Request,
    invocation: Invocation,
    connections: Connections,
    log: EventLog,
    callbacks: Callbacks,
    notifying: Notifying,
    lists: SessionLists,
    deferring: Deferring,
) -> Answer:
    match request:
        case Get() | ListUser() | ListAll() | ListSessions():
            return _look(request, invocation, connections, lists)
        case UpdateStatus() | Disconnect():
            return set_status(request, invocation, connections, log, callbacks)
        case DisconnectUser():
            return disconnect_user(request, invocation, connections, log, callbacks)
        case Cleanup():
            idle, dry = request.idle_seconds, request.dry_run
            subscribers = notifying.stores.subscribers
            return sweep(idle, invocation, connections, log, callbacks, subscribers=subscribers, dry_run=dry)
        case Send(feed=str()):
            return notifying.send(request, invocation)
        case Receipts():
            return notifying.receipts(request)
        case Send():
            return send(request, invocation, connections, log, callbacks, deferring=deferring)
        case _:
            assert_never(request)


def _look(
    request: Get | ListUser | ListAll | ListSessions,
    invocation: Invocation,
    connections: Connections,
    lists: SessionLists,
) -> Answer:
    match request:
        case Get():
            return get(request, connections)
        case ListUser():
            return list_user(request, connections)
        case ListAll():
            return list_all(request, connections)
        case ListSessions():
            return list_sessions(request, invocation, lists)


def _encode(answer: Answer) -> dict[str, Any]:
    match answer:
        case Shown():
            return {"connection": answer.connection.to_json()}
        case Listed():
            shown = {"connections": [connection.to_json() for connection in answer.connections]}
            return shown if answer.cursor is None else {**shown, "cursor": answer.cursor}
        case _:
            encoded: dict[str, Any] = msgspec.to_builtins(answer)
            return {name: value for name, value in encoded.items() if value is not None}


def _refuse(invocation: Invocation, request: Request | None, refused: RequestError) -> dict[str, Any]:
    _log(invocation, request, refused.code)
    return {"error": {"code": refused.code, "message": refused.message}}


def _counts(answer: Answer) -> dict[str, Any]:
    """Return how many connections had which outcome, for the line; or what was sent."""
    if isinstance(answer, Notified):
        return {"message_id": answer.message_id, "seq": answer.seq, "posted": answer.posted}
    if not isinstance(answer, Swept | Sent | UserDisconnected):
        return {}
    encoded = msgspec.to_builtins(answer)
    return {name: value for name, value in encoded.items() if isinstance(value, int)}


def _log(
    invocation: Invocation,
    request: Request | None,
    refused: str | None = None,
    outcome: Mapping[str, Any] | None = None,
) -> None:
    write_line(
        LINE_MANAGER,
        correlation_id=invocation.id,
        operation=request and request.__struct_config__.tag,
        connection_id=getattr(request, "connection_id", None),
        user_id=getattr(request, "user_id", None),
        session_id=getattr(request, "session_id", None),
        by=getattr(request, "by", None),
        refused=refused,
        **(outcome or {}),
    )
