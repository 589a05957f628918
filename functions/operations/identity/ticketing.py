"""Gives tickets over HTTP to those whose token the gateway has verified."""

import json
from typing import Any

from functions.aws.identity.tickets import TICKET_SECONDS, Tickets
from functions.aws.logs import logger, write_line
from functions.domain.identity.denials import Denial
from functions.domain.identity.identity import Unidentified, has_expired, identity_of
from functions.domain.refusals import Unavailable
from functions.domain.times import iso


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
            expired = Unidentified(Denial.TOKEN_EXPIRED, user_id=identity.user_id)
            message = f"The token expired at {iso(identity.expires_at * 1000)}."
            return _refuse(event, 401, "token_expired", message, expired)
        ticket = tickets.issue(identity, now)
    except Unidentified as refused:
        taken = f" Send the {use} token." if refused.denial is Denial.WRONG_USE else ""
        return _refuse(event, 403, "unauthorized", f"This token gets no ticket.{taken}", refused)
    except Unavailable as unavailable:
        away = Unidentified(Denial.UNAVAILABLE, user_id=identity.user_id, problem=unavailable.problem)
        return _refuse(event, 503, "unavailable", "Try again.", away)
    except Exception as problem:  # noqa: BLE001 - the outermost guard: a client learns nothing of the server's insides
        logger.exception("internal", extra={"correlation_id": _request_id(event)})
        fault = Unidentified(Denial.INTERNAL, problem=type(problem).__name__)
        return _refuse(event, 500, "internal", "Something went wrong on our side.", fault)
    user_id = identity.user_id
    write_line("ticket", correlation_id=_request_id(event), status=200, user_id=user_id, reason=None)
    return _answer(200, {"ticket": ticket, "expiresIn": TICKET_SECONDS})


def _refuse(event: object, status: int, code: str, message: str, refused: Unidentified) -> dict[str, Any]:
    write_line(
        "ticket",
        correlation_id=_request_id(event),
        status=status,
        user_id=refused.user_id,
        reason=refused.denial,
        problem=refused.problem,
        fault=refused.denial.fault,
    )
    return _answer(status, {"error": {"code": code, "message": message}})


def _answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}


def _request_id(event: object) -> Any:
    context = event.get("requestContext") if isinstance(event, dict) else None
    return context.get("requestId") if isinstance(context, dict) else None
