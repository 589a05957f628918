"""Lets a client in or not, and hands on who it is: every later frame of the connection repeats that."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from functions.aws.logs import logger, write_line
from functions.domain.identity.denials import Denial
from functions.domain.identity.identity import NAME, Identity, Unidentified
from functions.domain.identity.query import misspelt
from functions.domain.log.retention import expiry
from functions.domain.refusals import Unavailable
from functions.names import LINE_AUTHORIZE, LINE_UNCOUNTED
from functions.operations.identity.room import Room

Text = Mapping[str, str]


class Handshake(msgspec.Struct, frozen=True):
    """What a client says with ``$connect``, as far as it is text; header names in lower case.

    ``connected_at`` in epoch milliseconds, by the gateway's clock.
    """

    headers: Text
    query: Text
    connected_at: int


Identify = Callable[[Handshake], Identity]
"""Returns who a handshake proves its client to be, or raises `Unidentified` or `Unavailable`."""


def authorize(
    event: dict[str, Any], identify: Identify, room: Room, retention_seconds: int
) -> dict[str, Any]:
    """Answer a REQUEST authorization on ``$connect``.

    A refusal is a Deny (403): the gateway gives the client no reason, the log line has it. A client is
    refused if nobody can tell who it is, but let in if only the user's connections cannot be counted.

    Parameters
    ----------
    event
        As the gateway sends it.
    identify
        How a client says who it is.
    room
        Where the user's other connections are counted.
    retention_seconds
        How long the connection's events will be kept: decided here, for all of them.
    """
    try:
        context = _admit(event, identify, room, retention_seconds)
    except Unidentified as refused:
        return _deny(event, refused)
    except Unavailable as unavailable:
        return _deny(event, Unidentified(Denial.UNAVAILABLE, problem=unavailable.problem))
    except Exception as problem:  # noqa: BLE001 - the outermost guard: what nobody foresaw lets nobody in
        logger.exception("internal", extra=_request(event))
        return _deny(event, Unidentified(Denial.INTERNAL, problem=type(problem).__name__))
    write_line(LINE_AUTHORIZE, **_request(event), user_id=context["userId"], effect="Allow", reason=None)
    return _policy(event, "Allow", context)


def _admit(event: dict[str, Any], identify: Identify, room: Room, retention_seconds: int) -> dict[str, str]:
    if "methodArn" not in event:
        raise Unidentified(Denial.UNASKED)
    handshake = Handshake(
        headers={name.lower(): value for name, value in _texts(event.get("headers")).items()},
        query=_texts(event.get("queryStringParameters")),
        connected_at=int(event["requestContext"]["connectedAt"]),
    )
    query = event.get("queryStringParameters") or {}
    if almost := misspelt(query):
        raise Unidentified(Denial.MISSPELT_PARAMETER, problem=almost)
    session_id = query.get("sessionId")
    if session_id is not None and not (isinstance(session_id, str) and NAME.fullmatch(session_id)):
        raise Unidentified(Denial.MALFORMED_SESSION_ID)
    identity = identify(handshake)
    if not _has_room(event, identity.user_id, handshake.connected_at, room):
        raise Unidentified(Denial.TOO_MANY_CONNECTIONS, user_id=identity.user_id, limit=room.most)
    context = {
        "userId": identity.user_id,
        "connectedAt": str(handshake.connected_at),
        "exp": str(identity.expires_at),
        "expiresAt": str(expiry(handshake.connected_at, retention_seconds)),
    }
    return context if session_id is None else {**context, "sessionId": session_id}


def _has_room(event: dict[str, Any], user_id: str, connected_at: int, room: Room) -> bool:
    """Tell whether a user may open one more connection.

    The limit is soft, and sign-in does not need the feeds: where nobody can be counted, everybody has room,
    and a line says so.
    """
    try:
        return room.is_there_for(user_id, connected_at)
    except Unavailable as unavailable:
        ids = {**_request(event), "user_id": user_id}
        write_line(LINE_UNCOUNTED, level=logging.WARNING, **ids, problem=unavailable.problem)
        return True


def _texts(given: object) -> dict[str, str]:
    members = given if isinstance(given, dict) else {}
    return {
        name: value for name, value in members.items() if isinstance(name, str) and isinstance(value, str)
    }


def _deny(event: dict[str, Any], refused: Unidentified) -> dict[str, Any]:
    write_line(
        LINE_AUTHORIZE,
        **_request(event),
        user_id=refused.user_id,
        effect="Deny",
        reason=refused.denial,
        problem=refused.problem,
        limit=refused.limit,
        fault=refused.denial.fault,
    )
    return _policy(event, "Deny", {})


def _policy(event: dict[str, Any], effect: str, identity: dict[str, str]) -> dict[str, Any]:
    asked = event.get("methodArn", "*") if isinstance(event, dict) else "*"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": asked}
    return {
        "principalId": identity.get("userId", "nobody"),
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": identity,
    }


def _request(event: object) -> dict[str, Any]:
    """Return which request it is, as the lines have it, whatever was sent as an event."""
    given = event.get("requestContext") if isinstance(event, dict) else None
    context = given if isinstance(given, dict) else {}
    return {"connection_id": context.get("connectionId"), "correlation_id": context.get("requestId")}
