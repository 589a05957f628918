"""What the gateway reports of a connection's life, appended: opened if its claims are granted, and closed.

Between the two it is a subscriber of its feeds.
"""

import logging
import re
from typing import Any, Final

import msgspec

from functions.aws.feeds.subscribers import Subscribers
from functions.aws.gateway.requests import OK, Request
from functions.aws.log.event_log import ClaimRefusedError, EventLog
from functions.aws.logs import write_line
from functions.domain.feeds.feeds import subscriber_of
from functions.domain.log.claims import Claim, Take, session_key
from functions.domain.log.events import event
from functions.domain.log.facts import ConnectionClosed, ConnectionFailed, ConnectionLost, ConnectionOpened
from functions.domain.refusals import Refused, Unavailable
from functions.names import LINE_CONNECT

_LONGEST_TEXT: Final = 512
"""Characters kept of a user agent or a close reason: both are whatever a client sends."""

_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, line separators and lone surrogates: they break logs, terminals and encoders."""

_STATUS: Final = {"unauthorized": 403, "unavailable": 503}


def opened(request: Request, log: EventLog, subscribers: Subscribers) -> dict[str, Any]:
    """Append ``ConnectionOpened``, and the claim on its session if it has one; refuse what cannot be.

    Where nobody knows whether it was appended, it is made known: see `_failed`. Before the gateway opens the
    connection it is a subscriber: of its session only now that nobody else's is known to be.
    """
    deadline = log.deadline()
    try:
        _open(request, log, deadline)
    except ClaimRefusedError:
        taken = Refused("unauthorized", "The session belongs to another user.")
        return _refuse(LINE_CONNECT, request, taken)
    except Unavailable as unavailable:
        if _failed(request, log):
            return _refuse(LINE_CONNECT, request, unavailable)
    except Refused as refused:
        return _refuse(LINE_CONNECT, request, refused)
    try:
        subscribers.subscribe(subscriber_of(request.cause))
    except Unavailable as unavailable:
        _lose(request, log, deadline)
        return _refuse(LINE_CONNECT, request, unavailable)
    _log(LINE_CONNECT, request, 200)
    return OK


def _open(request: Request, log: EventLog, deadline: float) -> None:
    """Append the opening; all attempts share one deadline, so that there is time for what follows it."""
    cause = request.cause
    claims: tuple[Claim, ...] = ()
    if cause.session_id is not None:
        key = session_key(cause.session_id)
        claims = (Take(key, cause.user_id, cause.at // 1000, cause.expires_at),)
    fact = ConnectionOpened(
        ip_address=request.request_context.source.source_ip,
        user_agent=_short(request.user_agent),
        token_expires_at=request.authorizer.exp,
    )
    connected = event(cause, fact)
    try:
        log.append(connected, claims, deadline=deadline)
    except ClaimRefusedError as refused:
        if set(refused.standing.values()) != {cause.user_id}:
            raise
        # the session is theirs for longer than all of this connection: the retention was shortened, or a
        # connection that was authorized later opened first
        log.append(connected, deadline=deadline)


def _failed(request: Request, log: EventLog) -> bool:
    """Append that the opening failed, unless it is in the log after all; tell whether the client is refused.

    Both events have one id, so one excludes the other, also if the opening is still on its way. Otherwise a
    connection that nobody has would count as the user's until the sweeper asks for it. If that fails too,
    it does count until then.
    """
    failure = event(request.cause, ConnectionFailed())
    try:
        return log.append_exclusive(failure) == failure.type
    except Unavailable as unavailable:
        _unfinished("opening_unknown", request, unavailable)
        return True


def _lose(request: Request, log: EventLog, deadline: float) -> None:
    """Append the end of a connection whose opening is in the log, and which the gateway will not open.

    If there is no time, or it fails, the sweeper finds it.
    """
    cause = request.cause
    # later than the opening, which at the very same time would count as activity and revive it
    at = max(cause.at, cause.connected_at) + 1
    try:
        log.append(event(msgspec.structs.replace(cause, at=at), ConnectionLost("connect")), deadline=deadline)
    except Unavailable as unavailable:
        _unfinished("loss_not_recorded", request, unavailable)


def _unfinished(what: str, request: Request, unavailable: Unavailable) -> None:
    context = request.request_context
    ids = {"connection_id": context.connection_id, "correlation_id": context.request_id}
    write_line(what, level=logging.WARNING, **ids, problem=unavailable.problem)


def closed(request: Request, log: EventLog, subscribers: Subscribers) -> dict[str, Any]:
    """Append ``ConnectionClosed``. The gateway does not repeat it: what is lost here the sweeper finds.

    A subscriber that stays meets a 410 at the next post.
    """
    context = request.request_context
    fact = ConnectionClosed(context.disconnect_status_code, _short(context.disconnect_reason))
    try:
        log.append(event(request.cause, fact))
    except Refused as refused:
        return _refuse("disconnect", request, refused)
    try:
        subscribers.unsubscribe(subscriber_of(request.cause))
    except Unavailable as unavailable:
        _unfinished("not_unsubscribed", request, unavailable)
    _log("disconnect", request, 200)
    return OK


def _refuse(what: str, request: Request, refused: Refused) -> dict[str, Any]:
    status = _STATUS[refused.code]
    _log(what, request, status, refused)
    return {"statusCode": status}


def _short(text: str | None) -> str | None:
    """Return what can be kept of a text: its beginning, with nothing in it that cannot be shown."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text[:_LONGEST_TEXT]) if text else None


def _log(what: str, request: Request, status: int, refused: Refused | None = None) -> None:
    context = request.request_context
    write_line(
        what,
        # refused connects are counted too, whosever doing they are
        level=logging.WARNING if refused else logging.INFO,
        connection_id=context.connection_id,
        correlation_id=context.request_id,
        user_id=context.authorizer.user_id if context.authorizer else None,
        status=status,
        refused=str(refused) if refused else None,
        problem=getattr(refused, "problem", None),
        fault=refused.fault if refused else None,
    )
