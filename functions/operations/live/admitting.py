"""Decides who may read which changes as they happen."""

from typing import Any, Final

import msgspec

from functions.aws.identity.tokens import Tokens
from functions.aws.logs import logger, write_line
from functions.domain.identity.denials import Denial
from functions.domain.identity.identity import Unidentified
from functions.domain.live.channels import may_read
from functions.names import LINE_AUTHORIZE
from functions.operations.identity.credentials import token_of

_SIGNED: Final = "AWS4-HMAC-SHA256 "


class Context(msgspec.Struct, frozen=True, rename="camel"):
    """What is asked for, by AppSync; ``channel`` is None where somebody connects."""

    operation: str
    request_id: str | None = None
    channel: str | None = None


class Asked(msgspec.Struct, frozen=True, rename="camel"):
    """One operation, and what whoever asks for it proves themselves with."""

    authorization_token: str
    request_context: Context
    request_headers: dict[str, Any] = {}


def admit(
    event: object, tokens: Tokens, operators: str, now: int, *, emulated: bool = False
) -> dict[str, bool]:
    """Answer whether an operation may go on; the reason why it may not is for the log alone.

    A user may connect, and subscribe to their own channel or, in the group ``operators``, to that of the
    operators. Nobody publishes by a token. AppSync does not ask about what IAM allows, but the embedded AWS
    does: there, what was signed and came by HTTP is let through, since it has checked the signature.
    """
    asked: Asked | None = None
    user_id: str | None = None
    refused: Unidentified | None = None
    try:
        asked = _read(event)
        if not (emulated and _was_signed(asked)):
            user_id = _judge(asked, tokens, operators, now)
    except Unidentified as refusal:
        refused, user_id = refusal, refusal.user_id
    except Exception as problem:  # noqa: BLE001 - the outermost guard: what nobody foresaw lets nobody in
        logger.exception("internal")
        refused = Unidentified(Denial.INTERNAL, problem=type(problem).__name__)
    context = asked.request_context if asked else None
    write_line(
        LINE_AUTHORIZE,
        correlation_id=context and context.request_id,
        operation=context and context.operation,
        channel=context and context.channel,
        user_id=user_id,
        effect="Deny" if refused else "Allow",
        reason=refused and refused.denial,
        problem=refused and refused.problem,
        fault=refused and refused.denial.fault,
    )
    return {"isAuthorized": refused is None}


def _read(event: object) -> Asked:
    try:
        return msgspec.convert(event, Asked)
    except msgspec.ValidationError:
        raise Unidentified(Denial.UNASKED) from None


def _was_signed(asked: Asked) -> bool:
    """Tell whether the embedded AWS has checked a signature: it takes no other over HTTP.

    What is published over a WebSocket, whose signature it does not check, comes without headers.
    """
    by_http = "x-amz-date" in asked.request_headers
    return (
        asked.request_context.operation == "EVENT_PUBLISH"
        and by_http
        and asked.authorization_token.startswith(_SIGNED)
    )


def _judge(asked: Asked, tokens: Tokens, operators: str, now: int) -> str:
    identity = tokens.identify(token_of(asked.authorization_token), now)
    match asked.request_context:
        case Context(operation="EVENT_CONNECT"):
            return identity.user_id
        case Context(operation="EVENT_SUBSCRIBE", channel=str() as channel) if may_read(
            channel, identity, operators
        ):
            return identity.user_id
    raise Unidentified(Denial.FOREIGN_CHANNEL, user_id=identity.user_id)
