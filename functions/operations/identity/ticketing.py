"""Gives tickets over HTTP to those whose token the gateway has verified."""

import json
from typing import Any

from functions.aws.identity.tickets import TICKET_SECONDS, Tickets
from functions.aws.logs import logger
from functions.domain.identity.identity import Unidentified, has_expired, identity_of
from functions.domain.refusals import Unavailable


def give(event: dict[str, Any], tickets: Tickets, use: str, now: int) -> dict[str, Any]:
    """Answer ``POST /tickets``: ``{"ticket", "expiresIn"}``, or ``{"error": {"code", "message"}}``.

    Parameters
    ----------
    event
        As the HTTP API sends it (payload 2.0), its token verified but for ``token_use``.
    tickets
        Where tickets are kept.
    use
        The kind of token that is taken, ``access`` or ``id``.
    now
        Epoch milliseconds.
    """
    try:
        identity = identity_of(event["requestContext"]["authorizer"]["jwt"]["claims"], use=use)
        if has_expired(identity.expires_at, now=now):
            return _refuse(event, 401, "token_expired", "The token has expired.")
        ticket = tickets.issue(identity, now)
    except Unidentified as refused:
        return _refuse(event, 403, "unauthorized", "This token gets no ticket.", reason=str(refused))
    except Unavailable as unavailable:
        return _refuse(event, 503, "unavailable", "Try again.", reason=unavailable.problem)
    except Exception:  # noqa: BLE001 - the outermost guard: a client learns nothing of the server's insides
        logger.exception("internal")
        return _refuse(event, 500, "internal", "Something went wrong on our side.")
    _log(event, 200, user_id=identity.user_id)
    return _answer(200, {"ticket": ticket, "expiresIn": TICKET_SECONDS})


def _refuse(
    event: dict[str, Any], status: int, code: str, message: str, *, reason: str | None = None
) -> dict[str, Any]:
    _log(event, status, reason=reason or code)
    return _answer(status, {"error": {"code": code, "message": message}})


def _answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}


def _log(event: object, status: int, *, user_id: str | None = None, reason: str | None = None) -> None:
    context = event.get("requestContext") if isinstance(event, dict) else None
    request_id = context.get("requestId") if isinstance(context, dict) else None
    extra = {"correlation_id": request_id, "status": status, "user_id": user_id, "reason": reason}
    logger.info("ticket", extra=extra)
