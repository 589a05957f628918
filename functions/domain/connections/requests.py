"""What operators and services may ask of the connection manager, as types."""

from typing import Annotated, Any, ClassVar, Final

import msgspec

from functions.domain.connections.bases import ConnectionId, OneRequest, PagedRequest, RequestError, UserId
from functions.domain.connections.connection import Status
from functions.domain.connections.idleness import ASK_AFTER_SECONDS
from functions.domain.connections.sends import Receipts, Send
from functions.domain.mismatches import explain

Limit = Annotated[int, msgspec.Meta(ge=1, le=500)]
IdleSeconds = Annotated[int, msgspec.Meta(ge=0, le=86_400)]
Who = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Why = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]

_DEFAULT_LIMIT: Final = 50


class Get(OneRequest, frozen=True, tag="get"):
    """Show one connection."""

    connection_id: ConnectionId


class _Listing(PagedRequest, frozen=True, kw_only=True):
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


class UpdateStatus(OneRequest, frozen=True, tag="update_status", kw_only=True):
    """Set the status that a connection shows; DISCONNECTED closes it too."""

    connection_id: ConnectionId
    status: Status
    by: Who
    reason: Why | None = None


class Disconnect(OneRequest, frozen=True, tag="disconnect", kw_only=True):
    """Close a connection: `UpdateStatus` to DISCONNECTED."""

    connection_id: ConnectionId
    by: Who
    reason: Why | None = None


class DisconnectUser(PagedRequest, frozen=True, tag="disconnect_user", kw_only=True):
    """Close the connections of a user that have not ended."""

    user_id: UserId
    by: Who
    reason: Why | None = None


class Cleanup(OneRequest, frozen=True, tag="cleanup", kw_only=True):
    """Find out about the connections that have been idle, now rather than at the next sweep."""

    idle_seconds: IdleSeconds = ASK_AFTER_SECONDS
    dry_run: bool = False


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
