"""What operators and services may ask of the connection manager, as types."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Final, Literal, get_args

import msgspec

from functions.domain.connections.connection import Status
from functions.domain.connections.idleness import ASK_AFTER_SECONDS
from functions.domain.frames.feed_frames import FeedName, Message
from functions.domain.frames.protocol import CLIENT_TYPES, MAX_SENT_BYTES, Answer
from functions.domain.identity.identity import NAME
from functions.domain.mismatches import explain
from functions.domain.printable import PrintableId
from functions.domain.times import iso

ErrorCode = Literal["invalid_request", "not_found", "invalid_cursor", "conflict", "unavailable"]

ConnectionId = PrintableId
"""Whatever could be a connection's id; an id that no connection has is ``not_found``."""
UserId = Annotated[
    str,
    msgspec.Meta(
        pattern=rf"^{NAME.pattern}$(?!\n)",
        description="1 to 128 ASCII letters, digits and any of - . _ : @ | + =",
    ),
]
SessionId = UserId
Limit = Annotated[int, msgspec.Meta(ge=1, le=500)]
IdleSeconds = Annotated[int, msgspec.Meta(ge=0, le=86_400)]
Who = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Why = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]

_PUSHED_BY_SESSIONS: Final = {
    "text_delta",
    "text_done",
    "voice_audio",
    "voice_transcript",
    "voice_interrupted",
}
RESERVED_TYPES: Final = (
    CLIENT_TYPES
    | _PUSHED_BY_SESSIONS
    | {str(each.__struct_config__.tag) for each in (*get_args(Answer), Message)}
)
"""Types of frames that are a client's word, or the server's word on it: a service sends others."""

_DEFAULT_LIMIT: Final = 50


class RequestError(Exception):
    """A request is refused, with one of the manager's codes and a message for the caller."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class _Request(
    msgspec.Struct,
    frozen=True,
    rename="camel",
    tag_field="operation",
    forbid_unknown_fields=True,
    kw_only=True,
):
    """A request names its operation; what is unknown in it is refused, since a typing error would act."""


class Get(_Request, frozen=True, tag="get"):
    """Show one connection."""

    connection_id: ConnectionId


class _Paged(_Request, frozen=True, kw_only=True):
    """A request that may be continued from where its last answer ended."""

    cursor: str | None = None

    _free: ClassVar[dict[str, Any]] = {"cursor": None}

    @property
    def scope(self) -> bytes:
        """What a cursor of this request is bound to: the operation and its arguments."""
        return msgspec.json.encode(msgspec.structs.replace(self, **self._free), order="deterministic")


class _Listing(_Paged, frozen=True, kw_only=True):
    """A list, whose pages may be of different lengths."""

    limit: Limit = _DEFAULT_LIMIT

    _free: ClassVar[dict[str, Any]] = {"cursor": None, "limit": _DEFAULT_LIMIT}


class ListUser(_Listing, frozen=True, tag="list_user", kw_only=True):
    """List a user's connections, newest first, ended ones too unless a status is asked for."""

    user_id: UserId
    status: Status | None = None


class ListAll(_Listing, frozen=True, tag="list_all"):
    """List the connections whose status shows CONNECTED."""


class ListSessions(_Listing, frozen=True, tag="list_sessions", kw_only=True):
    """List a user's sessions, the one that was active last first."""

    user_id: UserId


class UpdateStatus(_Request, frozen=True, tag="update_status", kw_only=True):
    """Set the status that a connection shows; DISCONNECTED closes it too."""

    connection_id: ConnectionId
    status: Status
    by: Who
    reason: Why | None = None


class Disconnect(_Request, frozen=True, tag="disconnect", kw_only=True):
    """Close a connection: `UpdateStatus` to DISCONNECTED."""

    connection_id: ConnectionId
    by: Who
    reason: Why | None = None


class DisconnectUser(_Paged, frozen=True, tag="disconnect_user", kw_only=True):
    """Close the connections of a user that have not ended."""

    user_id: UserId
    by: Who
    reason: Why | None = None


class Cleanup(_Request, frozen=True, tag="cleanup", kw_only=True):
    """Find out about the connections that have been idle, now rather than at the next sweep."""

    idle_seconds: IdleSeconds = ASK_AFTER_SECONDS
    dry_run: bool = False


class Push(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What clients are sent: a type of the service's own, or ``notification``, and whatever belongs to it."""

    type: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    data: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.type in RESERVED_TYPES:
            msg = f"The type {self.type} is the protocol's own"
            raise ValueError(msg)


class Send(_Paged, frozen=True, tag="send", kw_only=True):
    """Send a message to a connection, to a user's connections, or to all, as they are at this moment.

    With ``feed`` it is a notification of a user or of a session: it is kept, and who is away gets it later.
    Under an ``id`` it is sent once in 24 hours.
    """

    message: Push
    connection_id: ConnectionId | None = None
    user_id: UserId | None = None
    everyone: bool = msgspec.field(name="all", default=False)
    feed: FeedName | None = None
    session_id: SessionId | None = None
    id: PrintableId | None = None
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    receipt: bool = False

    def __post_init__(self) -> None:
        if self.feed is not None:
            _of_one_feed(self)
            if self.connection_id is not None or self.everyone or self.cursor is not None:
                msg = "With feed, neither connectionId, all nor cursor"
                raise ValueError(msg)
        elif self.session_id or self.id or self.expires_at or self.receipt:
            msg = "sessionId, id, expiresAt and receipt need a feed"
            raise ValueError(msg)
        elif (self.connection_id is not None) + (self.user_id is not None) + self.everyone != 1:
            msg = "Exactly one of connectionId, userId and all: true"
            raise ValueError(msg)

    @property
    def scope(self) -> bytes:
        """What a cursor is bound to; without what a message to a feed has, which needs none."""
        return msgspec.json.encode(
            ["send", self.message, self.connection_id, self.user_id, self.everyone], order="deterministic"
        )


class Receipts(_Request, frozen=True, tag="receipts", kw_only=True):
    """Show up to where a feed was acknowledged: for each user, the greatest number of all their screens."""

    feed: FeedName
    user_id: UserId | None = None
    session_id: SessionId | None = None

    def __post_init__(self) -> None:
        _of_one_feed(self)


def _of_one_feed(request: Send | Receipts) -> None:
    given = (request.user_id is not None, request.session_id is not None)
    if given != (request.feed == "user", request.feed == "session"):
        msg = "The feed user needs a userId, the feed session a sessionId, and neither needs the other"
        raise ValueError(msg)


Request = (
    Get
    | ListUser
    | ListAll
    | ListSessions
    | UpdateStatus
    | Disconnect
    | DisconnectUser
    | Cleanup
    | Send
    | Receipts
)


def parse(event: object) -> Request:
    """Return the request that an invocation holds.

    Raises
    ------
    RequestError
        ``invalid_request`` if it holds none.
    """
    try:
        msgspec.json.encode(event)
        request: Request = msgspec.convert(event, Request)
    except msgspec.ValidationError as mismatch:
        raise RequestError("invalid_request", explain(mismatch, Request)) from None
    except (UnicodeError, RecursionError):  # lone surrogates, and nesting beyond the interpreter's stack
        raise RequestError("invalid_request", "The request cannot be written as JSON.") from None
    return request


def frame_of(push: Push, at: int) -> bytes:
    """Return the frame of a push, sent at a time in epoch milliseconds.

    Raises
    ------
    RequestError
        ``invalid_request`` if it is larger than what clients are sent.
    """
    data = {} if push.data is None else {"data": push.data}
    frame = msgspec.json.encode({"type": push.type, **data, "timestamp": iso(at)})
    if len(frame) > MAX_SENT_BYTES:
        problem = f"A frame to a client has at most {MAX_SENT_BYTES} bytes; this one has {len(frame)}."
        raise RequestError("invalid_request", problem)
    return frame
