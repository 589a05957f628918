"""What a number of a feed says to a client: as one message, or in parts where it is too long for a frame."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final, Literal

import msgspec

from functions.domain.feeds.feeds import Pointer
from functions.domain.frames.feed_frames import FeedName, MessageData, UsageData
from functions.domain.frames.protocol import MAX_SENT_BYTES
from functions.domain.log.events import Event
from functions.domain.log.facts import (
    NotificationSent,
    ReplyCompleted,
    ReplyFailed,
    TextMessageReceived,
    VoiceTurnTranscribed,
)
from functions.domain.times import iso

ENVELOPE_BYTES: Final = 1_024
"""What is around a text in a frame, with room to spare: names, numbers, ids and times."""
TEXT_BYTES: Final = MAX_SENT_BYTES - ENVELOPE_BYTES


def messages_of(
    name: FeedName, pointer: Pointer, event: Event | None, reader: str, text_bytes: int = TEXT_BYTES
) -> tuple[MessageData, ...]:
    """Return what a pointer says to a reader: one message, or its parts in order.

    A number always comes, so that there is no gap: what has expired, was erased or is another user's says
    nothing but that.

    Parameters
    ----------
    name
        What the reader calls the feed.
    pointer
        The number.
    event
        The event that has it, as the log holds it; None if the log does not.
    reader
        The user who reads.
    text_bytes
        How long the text of one frame may be, as JSON writes it.
    """
    if event is None or event.user_id != reader:
        return (_expired(name, pointer),)

    def message(kind: Literal["text", "reply", "failed", "spoken"]) -> MessageData:
        return MessageData(name, pointer.seq, pointer.event_id, iso(event.at), kind)

    match event.fact:
        case TextMessageReceived(text=text):
            return _in_parts(message("text"), text, text_bytes)
        case ReplyCompleted(text=text) as reply:
            whole = msgspec.structs.replace(
                message("reply"),
                message_id=reply.message_id,
                attempt=reply.attempt,
                stop_reason=reply.stop_reason,
                usage=_usage(reply),
            )
            return _in_parts(whole, text, text_bytes)
        case ReplyFailed(message_id, reason, attempt):
            failed = message("failed")
            return (msgspec.structs.replace(failed, message_id=message_id, attempt=attempt, reason=reason),)
        case VoiceTurnTranscribed(session, role, text):
            spoken = msgspec.structs.replace(message("spoken"), role=role, voice_session_id=session)
            return _in_parts(spoken, text, text_bytes)
        case NotificationSent() as sent:
            with suppress(msgspec.DecodeError):  # who wrote it by hand stops nobody's resume
                return (_notification(name, pointer, event, sent),)
    return (_expired(name, pointer),)


def _expired(name: FeedName, pointer: Pointer) -> MessageData:
    return MessageData(name, pointer.seq, pointer.event_id, iso(pointer.numbered_at), "expired")


def _usage(reply: ReplyCompleted) -> UsageData | None:
    if reply.input_tokens is None or reply.output_tokens is None:
        return None
    return UsageData(reply.input_tokens, reply.output_tokens)


def _in_parts(whole: MessageData, text: str, text_bytes: int) -> tuple[MessageData, ...]:
    pieces = parts(text, text_bytes)
    if len(pieces) == 1:
        return (msgspec.structs.replace(whole, text=pieces[0]),)
    return tuple(
        msgspec.structs.replace(whole, text=piece, part=number, parts=len(pieces))
        for number, piece in enumerate(pieces, 1)
    )


def is_over(event: Event, now: int) -> bool:
    """Tell whether an event is not shown any more at a time in epoch milliseconds, though it is kept."""
    fact = event.fact
    return isinstance(fact, NotificationSent) and fact.ends_at is not None and fact.ends_at <= now


def _notification(name: FeedName, pointer: Pointer, event: Event, fact: NotificationSent) -> MessageData:
    return MessageData(
        name,
        pointer.seq,
        pointer.event_id,
        iso(event.at),
        "notification",
        type=fact.kind,
        data=msgspec.json.decode(fact.content, type=dict[str, Any]) if fact.content else None,
        receipt=fact.receipt,
    )


def parts(text: str, most_bytes: int) -> tuple[str, ...]:
    """Return a text in as few parts as fit, each as JSON writes it: always the same for the same text."""
    if len(text) * _LONGEST <= most_bytes or _size(text) <= most_bytes:
        return (text,)
    return tuple(_cut(text, most_bytes))


_LONGEST: Final = 6
"""Bytes of a character in JSON at most: a control character is escaped."""


def _size(text: str) -> int:
    return len(msgspec.json.encode(text)) - len('""')


def _cut(text: str, most_bytes: int) -> Iterator[str]:
    begin, size = 0, 0
    for index, character in enumerate(text):
        added = _size(character)
        if size + added > most_bytes:
            yield text[begin:index]
            begin, size = index, 0
        size += added
    yield text[begin:]
