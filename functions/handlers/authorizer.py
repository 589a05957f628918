"""Decides who may connect, and hands identity to every later frame of the connection."""

import re
from typing import Any, Final

from functions.aws.logs import logger
from functions.domain.decisions import CONNECTION_SECONDS

_ID: Final = re.compile(r"[A-Za-z0-9_.:@|+=-]{1,128}")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer a REQUEST authorization on ``$connect``, in the mode ``identity: query``.

    A refusal is a Deny (403): the gateway gives the client no reason, the log line has it.
    """
    query = event.get("queryStringParameters") or {}
    user_id, session_id = query.get("userId"), query.get("sessionId")
    if not isinstance(user_id, str) or not _ID.fullmatch(user_id):
        return _policy(event, "Deny", reason="userId is missing or malformed")
    if session_id is not None and not (isinstance(session_id, str) and _ID.fullmatch(session_id)):
        return _policy(event, "Deny", reason="sessionId is malformed")
    connected_at = int(event["requestContext"]["connectedAt"])
    context = {
        "userId": user_id,
        "connectedAt": str(connected_at),
        "exp": str(connected_at // 1000 + CONNECTION_SECONDS),
    }
    if session_id is not None:
        context["sessionId"] = session_id
    return _policy(event, "Allow", context=context)


def _policy(
    event: dict[str, Any], effect: str, *, context: dict[str, str] | None = None, reason: str | None = None
) -> dict[str, Any]:
    request = event["requestContext"]
    identity = context or {}
    logger.info(
        "authorize",
        extra={
            "connection_id": request.get("connectionId"),
            "correlation_id": request.get("requestId"),
            "user_id": identity.get("userId"),
            "effect": effect,
            "reason": reason,
        },
    )
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {
        "principalId": identity.get("userId", "nobody"),
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": identity,
    }
