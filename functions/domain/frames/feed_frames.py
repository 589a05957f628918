"""The frames of the feeds: what a client asks for that it missed, and what every screen is told in order."""

from typing import Annotated, Any, Final, Literal

import msgspec

from functions.domain.frames.bases import ClientFrame, ServerFrame
from functions.domain.log.ids import PATTERN

FeedName = Literal["session", "user"]
"""What a client calls its two feeds: its conversation's, and its user's."""

MOST_IN_A_PAGE: Final = 50
_USUAL_PAGE: Final = 20

Number = Annotated[int, msgspec.Meta(ge=1, le=9_999_999_999)]
LastNumber = Annotated[int, msgspec.Meta(ge=0, le=9_999_999_999)]
Part = Annotated[int, msgspec.Meta(ge=1, le=1_000)]
Id = Annotated[str, msgspec.Meta(max_length=26)]
MessageId = Annotated[str, msgspec.Meta(pattern=PATTERN, description="the id of a text, as text_ack gave it")]


class Position(msgspec.Struct, frozen=True):
    """The last message of a feed that was delivered in order; 0 and an empty id before the first."""

    seq: LastNumber
    id: Id


class Positions(msgspec.Struct, frozen=True):
    """Where a client is in its feeds; without a position it begins anew."""

    session: Position | None = None
    user: Position | None = None


class ResumeData(msgspec.Struct, frozen=True):
    """Where the client is."""

    positions: Positions = Positions()


class Resume(ClientFrame, frozen=True, tag="resume"):
    """Ask for what was missed. Always the first frame of a connection."""

    data: ResumeData = ResumeData()


class Before(msgspec.Struct, frozen=True):
    """What a page of history ends before: a number or, of a message in parts, one of its parts."""

    seq: Number
    part: Part | None = None


class HistoryData(msgspec.Struct, frozen=True):
    """Which page: of the newest messages, or of those before one that is known."""

    feed: FeedName = "session"
    before: Before | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_IN_A_PAGE)] = _USUAL_PAGE


class History(ClientFrame, frozen=True, tag="history"):
    """Ask for a page of a feed, the newest first."""

    data: HistoryData = HistoryData()


class AckData(msgspec.Struct, frozen=True):
    """Up to which number a feed was delivered."""

    feed: FeedName
    seq: Number


class Ack(ClientFrame, frozen=True, tag="ack", kw_only=True):
    """Say what arrived. One-way, and cumulative: at most one a second for each feed."""

    data: AckData


class TextCancelData(msgspec.Struct, frozen=True, rename="camel"):
    """Which text needs no reply any more."""

    message_id: MessageId


class TextCancel(ClientFrame, frozen=True, tag="text_cancel", kw_only=True):
    """Stop the reply to a text; what was said of it by then is kept."""

    data: TextCancelData


FeedFrame = Resume | History | Ack | TextCancel
"""The frames that the function of the feeds takes, each on a route of its own."""


class UsageData(msgspec.Struct, frozen=True, rename="camel"):
    """What a reply took, in the model's tokens."""

    input_tokens: int
    output_tokens: int


class MessageData(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One number of a feed, or one part of it, and what it says.

    ``id`` is the event's, a text's ``messageId``. A ``reply``, or what ``failed``, names the text by it. Of a
    message in parts, ``text`` is that of one part; they count from 1. ``type`` and ``data`` are of a
    notification, whose sender may want a ``receipt``: an `Ack`. What was ``spoken`` has the ``role`` of who
    said it, and its voice session.
    """

    feed: FeedName
    seq: int
    id: str
    at: str
    kind: Literal["text", "reply", "failed", "notification", "expired", "spoken"]
    message_id: str | None = None
    attempt: int | None = None
    text: str | None = None
    part: int | None = None
    parts: int | None = None
    stop_reason: str | None = None
    usage: UsageData | None = None
    reason: str | None = None
    type: str | None = None
    data: dict[str, Any] | None = None
    receipt: bool = False
    role: Literal["user", "assistant"] | None = None
    voice_session_id: str | None = None


class Message(ServerFrame, frozen=True, tag="message", kw_only=True):
    """What every screen of a feed is told, each number once."""

    data: MessageData


class TextDeltaData(msgspec.Struct, frozen=True, rename="camel"):
    """A piece of a reply. ``offset`` counts UTF-16 code units; a greater ``attempt`` begins anew from 0."""

    message_id: str
    attempt: int
    offset: int
    text: str


class TextDelta(ServerFrame, frozen=True, tag="text_delta", kw_only=True):
    """What a reply says next. It has no number: a lost one heals, since the reply's message has all."""

    data: TextDeltaData


class ResetData(msgspec.Struct, frozen=True):
    """Where the feed is: what was before it is in the history."""

    feed: FeedName
    position: Position


class Reset(ServerFrame, frozen=True, tag="reset", kw_only=True):
    """The client cannot go on from its position: it takes this one, and loads the history."""

    data: ResetData


class ResumedData(msgspec.Struct, frozen=True, omit_defaults=True):
    """Up to which number the feed was sent. With ``more`` there is more: the client asks again.

    ``pending`` are the ids of texts of late, of this client's user, that have neither a reply nor failed.
    """

    feed: FeedName
    seq: int
    more: bool = False
    pending: tuple[str, ...] = ()


class Resumed(ServerFrame, frozen=True, tag="resumed", kw_only=True):
    """What was missed was sent."""

    data: ResumedData


class HistoryPageData(msgspec.Struct, frozen=True, omit_defaults=True):
    """A page of a feed, the newest first; of a message in parts, its parts, the last first.

    ``complete`` is the feed's top, in a page that is not before another: what is above it comes by itself.
    """

    feed: FeedName
    messages: tuple[MessageData, ...]
    more: bool = False
    complete: Position | None = None


class HistoryPage(ServerFrame, frozen=True, tag="history_page", kw_only=True):
    """A page of history; ``more`` where something is before it."""

    data: HistoryPageData


class TextCancelledData(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Which text. Where it is too late, why its reply has no more text, or why it got none."""

    message_id: str
    stop_reason: str | None = None
    reason: str | None = None


class TextCancelled(ServerFrame, frozen=True, tag="text_cancelled", kw_only=True):
    """The reply ends, or has ended."""

    data: TextCancelledData


FeedAnswer = Reset | Resumed | HistoryPage | TextCancelled
