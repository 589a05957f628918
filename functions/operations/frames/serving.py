"""Serves one frame of a client: has it acted on, and answers; what is refused is recorded."""

import logging
from collections.abc import Callable
from typing import Any, Final

from functions.aws.gateway.callbacks import Callbacks, GoneError, Posted, UnknownConnectionError
from functions.aws.gateway.requests import OK, Request, encode, refusal, text_of
from functions.aws.log.event_log import EventLog
from functions.aws.logs import logger, warn, write_line
from functions.domain.frames.coalesced import rejection, unreachable
from functions.domain.frames.parsing import id_of, parse
from functions.domain.frames.protocol import Answer, Error, ErrorData, Frame
from functions.domain.frames.voice_frames import VoiceData, VoiceEnd, VoiceListen, VoicePlayed
from functions.domain.identity.identity import has_expired
from functions.domain.log.events import Cause
from functions.domain.refusals import Refused, Unavailable
from functions.domain.times import iso
from functions.names import (
    FAULT,
    FAULT_SERVER,
    LINE_FRAME,
    LINE_GONE,
    ROUTE_DEFAULT,
    TWO_WAY_ROUTES,
    VOICE_ROUTES,
)

_SERVERS_TROUBLE: Final = frozenset({"unavailable", "internal", "unauthorized"})
"""Codes that say nothing of the client, so no event records them."""


Act = Callable[[Frame, Cause, float], Answer | None]
"""Does what a frame asks for, and returns the answer, None if there is none; may raise `Refused`."""


def serve(
    request: Request, log: EventLog, callbacks: Callbacks, now: int, act: Act | None = None
) -> dict[str, Any]:
    """Take a frame and return the response to the gateway.

    On a two-way route the answer is in the response. On the others only errors are sent, by callback.
    ``token_expired`` goes by callback on every route, and then the connection is closed.

    Parameters
    ----------
    request
        What the gateway says.
    log
        Where a refusal is recorded.
    callbacks
        How a client is told what no response tells.
    now
        Epoch milliseconds.
    act
        Does what the frame asks for; None on a route that no frame should have come by.
    """
    context = request.request_context
    try:
        cause = request.cause
    except Refused as refused:  # no name to append under
        return _turn_away(request, refused, callbacks, now)
    answer = respond(request, cause, log, act)
    code = answer.data.code if isinstance(answer, Error) else None
    _log(request, cause, code)
    if answer is None:
        return OK
    frame = encode(answer, now)
    if context.route_key in TWO_WAY_ROUTES and code != "token_expired":
        return {**OK, "body": frame.decode()}
    _tell(frame, cause, callbacks, log)
    if code == "token_expired":
        _expel(cause, callbacks)
    return OK


def respond(request: Request, cause: Cause, log: EventLog, act: Act | None) -> Answer | None:
    """Return the answer to a frame, None if there is nothing to answer, as for speech.

    A frame is refused as a whole: it changes nothing, but for the event that says so. Both share one
    deadline, so that the answer comes while there is time for it.
    """
    deadline = log.deadline()
    try:
        return _accept(request, cause, act, deadline)
    except Refused as refused:
        if refused.code not in _SERVERS_TROUBLE:
            _record(cause, refused, log, deadline)
        if isinstance(refused, Unavailable):
            warn("unavailable", refused, **_who(cause))
        return refusal(refused, request)


def _accept(request: Request, cause: Cause, act: Act | None, deadline: float) -> Answer | None:
    if act is not None and has_expired(request.authorizer.exp, now=cause.at):
        expired_at = iso(request.authorizer.exp * 1000)
        raise Refused(
            "token_expired", f"The identity of this connection expired at {expired_at}. Connect again."
        )
    if request.is_base64_encoded:
        raise Refused("invalid_json", "A frame is text, not binary.")
    frame = parse(request.body or "")
    if act is None:
        # the gateway read another type in it, and the function of that route may do less
        raise Refused("invalid_message", "A frame has one type.")
    speech = isinstance(frame, VoiceData | VoiceEnd | VoicePlayed | VoiceListen)
    if speech and request.request_context.route_key == ROUTE_DEFAULT:
        # the gateway read no type in it, and would send the absence of an answer as an empty frame
        raise Refused("invalid_message", "Speech has a route of its own.")
    return act(frame, cause, deadline)


def _record(cause: Cause, refused: Refused, log: EventLog, deadline: float) -> None:
    try:
        log.append_once(rejection(cause, refused.code), deadline=deadline)
    except Unavailable as unavailable:  # the client learns of its frame all the same
        warn("rejection_not_recorded", unavailable, **_who(cause))


def _turn_away(request: Request, refused: Refused, callbacks: Callbacks, now: int) -> dict[str, Any]:
    context = request.request_context
    write_line(
        "nobody",
        connection_id=context.connection_id,
        correlation_id=context.request_id,
        fault=refused.fault,
    )
    frame = encode(refusal(refused, request), now)
    if context.route_key in TWO_WAY_ROUTES:
        return {**OK, "body": frame.decode()}
    callbacks.post(context.connection_id, frame)
    return OK


def _tell(frame: bytes, cause: Cause, callbacks: Callbacks, log: EventLog) -> None:
    try:
        if push(frame, cause, callbacks, log) is Posted.GONE:
            write_line(LINE_GONE, level=logging.INFO, **_who(cause))
    except Unavailable as unavailable:  # what became of the client's frame stands all the same
        warn("answer_not_delivered", unavailable, **_who(cause))


def push(frame: bytes, cause: Cause, callbacks: Callbacks, log: EventLog) -> Posted:
    """Send a frame to the connection of a request; one that is Gone is lost, and the log says so."""
    posted = callbacks.post(cause.connection_id, frame)
    if posted is Posted.GONE and (lost := unreachable(cause)):
        log.append(lost)
    return posted


def _expel(cause: Cause, callbacks: Callbacks) -> None:
    try:
        callbacks.close(cause.connection_id)
    except (GoneError, UnknownConnectionError):
        logger.info("already_closed", extra={"connection_id": cause.connection_id})
    except Unavailable as unavailable:  # the sweeper closes what outlives its token
        warn("not_closed", unavailable, **_who(cause))


def broken(event: object, callbacks: Callbacks, now: int) -> dict[str, Any]:
    """Answer a frame whose handling failed: the log line has the reason, the client the id that finds it."""
    members = event if isinstance(event, dict) else {}
    context = members.get("requestContext")
    if not isinstance(context, dict):
        context = {}
    connection_id, correlation_id = context.get("connectionId"), _plain(context.get("requestId"))
    who = {"connection_id": connection_id, "correlation_id": correlation_id}
    logger.exception("internal", extra={**who, FAULT: FAULT_SERVER})
    if context.get("eventType") != "MESSAGE":
        return {"statusCode": 500}
    data = ErrorData("internal", "Something went wrong on our side.", correlation_id)
    client_id = id_of(text_of(members.get("body"), members.get("isBase64Encoded")))
    frame = encode(Error(id=client_id, data=data), now)
    if context.get("routeKey") in TWO_WAY_ROUTES:
        return {**OK, "body": frame.decode()}
    try:
        callbacks.post(str(connection_id), frame)
    except Exception:  # noqa: BLE001 - there is no other way to tell the client
        logger.exception("answer_not_delivered", extra=who)
    return OK


def _plain(identifier: object) -> str:
    """Return what can be sent and logged, whatever was given for an id."""
    return ascii(identifier).strip("'")


def _who(cause: Cause) -> dict[str, str]:
    return {"connection_id": cause.connection_id, "correlation_id": cause.id, "user_id": cause.user_id}


def _log(request: Request, cause: Cause, code: str | None) -> None:
    speech = request.request_context.route_key in VOICE_ROUTES and code is None
    level = logging.DEBUG if speech else logging.INFO
    write_line(LINE_FRAME, level=level, **_who(cause), route=request.request_context.route_key, refused=code)
