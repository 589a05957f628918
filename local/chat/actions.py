"""What the rules tell their client to do: to send a frame, to show something, or to give up a connection."""

from typing import Any

import msgspec

Json = dict[str, Any]
"""A frame or its data, passed on as it came: a client may be older than its server."""


class _Action(msgspec.Struct, frozen=True, tag_field="event", rename="camel", omit_defaults=True):
    """One thing to do. As JSON, its name is in ``event``."""


class Send(_Action, frozen=True, tag="send"):
    """Send a frame on the connection that is open."""

    frame: Json


class Drop(_Action, frozen=True, tag="drop"):
    """The connection is dead, whatever it looks like: close it, and open another."""


class Said(_Action, frozen=True, tag="said"):
    """A text waits to be acknowledged; from now on it is sent until it is."""

    id: str
    text: str


class Acknowledged(_Action, frozen=True, tag="acknowledged"):
    """A text is in the log, under this id."""

    id: str
    message_id: str


class Waiting(_Action, frozen=True, tag="waiting"):
    """The server does not take a frame yet; it is sent again after so many seconds."""

    id: str
    code: str
    seconds: float


class Refused(_Action, frozen=True, tag="refused"):
    """A frame is refused for good; without an id, one that had none, or the connection itself."""

    code: str
    message: str
    id: str | None = None


class Answered(_Action, frozen=True, tag="answered"):
    """What a frame that was asked with `Conversation.ask` or `Conversation.cancel` was answered with."""

    id: str
    type: str
    data: Json


class Reset(_Action, frozen=True, tag="reset"):
    """Forget what was shown of a feed, of the session's the drafts too: what follows is its newest page."""

    feed: str


class Shown(_Action, frozen=True, tag="message"):
    """Show the next message of a feed: whole, once, in its turn."""

    feed: str
    message: Json


class Older(_Action, frozen=True, tag="older"):
    """Show these messages before the oldest one that is shown; they are in their order."""

    feed: str
    messages: list[Json]
    more: bool


class Delta(_Action, frozen=True, tag="delta"):
    """Show more of a reply: it goes on at an offset, in UTF-16 code units; at 0 it begins anew."""

    message_id: str
    attempt: int
    offset: int
    text: str


class Current(_Action, frozen=True, tag="current"):
    """A feed has caught up; ``pending`` are the questions that wait for an answer, as the server says."""

    feed: str
    pending: list[Any] = []


Action = (
    Send | Drop | Said | Acknowledged | Waiting | Refused | Answered | Reset | Shown | Older | Delta | Current
)
