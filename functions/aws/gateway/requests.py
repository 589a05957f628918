"""What the gateway's WebSocket events say, and the answers that it understands."""

from base64 import b64decode
from typing import Annotated, Any, Final, Literal

import msgspec

from functions.domain.frames.parsing import id_of
from functions.domain.frames.protocol import Error, ErrorData, Pong, Sent
from functions.domain.log.events import Cause
from functions.domain.log.retention import expiry_of
from functions.domain.refusals import Nobody, Refused
from functions.domain.times import LATEST, iso

OK: Final = {"statusCode": 200}
"""The whole answer where no frame is sent: the gateway takes other keys for an error of the integration."""

Time = Annotated[int, msgspec.Meta(ge=0, le=LATEST)]
"""Epoch milliseconds; with any other, an event could be appended and not be read again."""


class Authorizer(msgspec.Struct, frozen=True, rename="camel"):
    """The authorizer's context, which the gateway repeats with every event, all its values as strings.

    ``connected_at`` is in epoch milliseconds. In epoch seconds are ``exp``, when the identity expires, and
    ``expires_at``, when the connection's events do: connections of an earlier release have none.
    """

    user_id: str
    connected_at: Time
    exp: int
    session_id: str | None = None
    expires_at: int | None = None


class Source(msgspec.Struct, frozen=True, rename="camel"):
    """Where a connection comes from, by the gateway: its member ``identity``, which is nobody's identity."""

    source_ip: str | None = None
    user_agent: str | None = None


class Context(msgspec.Struct, frozen=True, rename="camel"):
    """The gateway's word on a request: the only source for who and what."""

    request_id: str
    connection_id: str
    event_type: Literal["CONNECT", "MESSAGE", "DISCONNECT"]
    request_time_epoch: Time
    route_key: str
    authorizer: Authorizer | None = None
    source: Source = msgspec.field(name="identity", default=Source())
    disconnect_status_code: int | None = None
    disconnect_reason: str | None = None


class Request(msgspec.Struct, frozen=True, rename="camel"):
    """One WebSocket event, and what the function adds: its retention and the invocation's trace.

    The retention is for connections to whose identity no expiry was given.
    """

    request_context: Context
    body: str | None = None
    is_base64_encoded: bool = False
    headers: dict[str, str] | None = None
    retention_seconds: int = 0
    trace_id: str | None = None

    @property
    def authorizer(self) -> Authorizer:
        """Who the connection belongs to.

        Raises
        ------
        Nobody
            If the gateway names nobody.
        """
        if self.request_context.authorizer is None:
            raise Nobody
        return self.request_context.authorizer

    @property
    def user_agent(self) -> str | None:
        """The client's name for itself, as the gateway or else a header has it."""
        if self.request_context.source.user_agent:
            return self.request_context.source.user_agent
        headers = {name.lower(): value for name, value in (self.headers or {}).items()}
        return headers.get("user-agent")

    @property
    def cause(self) -> Cause:
        """Who and since when, for the events that the request makes; raises as `authorizer`."""
        who, context = self.authorizer, self.request_context
        return Cause(
            connection_id=context.connection_id,
            user_id=who.user_id,
            session_id=who.session_id,
            connected_at=who.connected_at,
            expires_at=expiry_of(who.expires_at, who.connected_at, self.retention_seconds),
            at=context.request_time_epoch,
            id=context.request_id,
            trace_id=self.trace_id,
        )


def read(event: dict[str, Any], retention_seconds: int, trace_id: str | None) -> Request:
    """Return the request that an event of the gateway holds.

    Raises
    ------
    msgspec.ValidationError
        If the gateway did not write it.
    """
    added = {"retentionSeconds": retention_seconds, "traceId": trace_id}
    return msgspec.convert({**event, **added}, Request, strict=False)


def refusal(refused: Refused, request: Request) -> Error:
    """Return the frame that tells a client why its frame was refused, under its id where that is readable."""
    data = ErrorData(
        refused.code,
        refused.message,
        request.request_context.request_id,
        refused.retry_after,
        refused.voice_session_id,
    )
    return Error(id=id_of(text_of(request.body, request.is_base64_encoded)), data=data)


def text_of(body: object, is_base64_encoded: object) -> str:
    """Return the text of a frame as the gateway hands it on; of a binary one, its bytes as UTF-8.

    Where there is no text, such as in a binary frame that is not UTF-8, it is empty.
    """
    if not isinstance(body, str):
        return ""
    if not is_base64_encoded:
        return body
    try:
        return b64decode(body).decode()
    except ValueError:
        return ""


def encode(answer: Sent, now: int) -> bytes:
    """Return the frame of what is sent at a time, in epoch milliseconds."""
    if not isinstance(answer, Pong):  # a pong is the gateway's static template, with nothing else in it
        answer = msgspec.structs.replace(answer, timestamp=iso(now))
    return msgspec.json.encode(answer)
