"""What services may have the connection manager send: pushes and notifications; and who has received them."""

from datetime import datetime
from typing import Annotated, Any, Final, get_args

import msgspec

from functions.domain.connections.bases import (
    ConnectionId,
    OneRequest,
    PagedRequest,
    RequestError,
    SessionId,
    UserId,
)
from functions.domain.frames.feed_frames import FeedName, Message
from functions.domain.frames.protocol import CLIENT_TYPES, MAX_SENT_BYTES, Answer
from functions.domain.printable import PrintableId
from functions.domain.times import iso

_PUSHED_BY_SESSIONS: Final = {
    "text_delta",
    "text_done",
    "voice_ready",
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


class Push(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What clients are sent: a type of the service's own, or ``notification``, and whatever belongs to it."""

    type: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    data: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.type in RESERVED_TYPES:
            msg = f"The type {self.type} is the protocol's own"
            raise ValueError(msg)


class Send(PagedRequest, frozen=True, tag="send", kw_only=True):
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


class Receipts(OneRequest, frozen=True, tag="receipts", kw_only=True):
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
