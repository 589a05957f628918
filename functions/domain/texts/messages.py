"""The rows of the chat storage: one for each text, with what became of it, each reply, each spoken turn.

A text's row is the join of the text's event and its outcome's, which may come in any order and any number of
times: like that of a connection's row, the join is associative, commutative and idempotent.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from functions.domain.connections.counters import Contribution
from functions.domain.log.events import Event
from functions.domain.log.facts import ReplyCompleted, ReplyFailed, TextMessageReceived, VoiceTurnTranscribed
from functions.domain.log.ids import minute_of
from functions.domain.replies.pieces import StopReason

Status = Literal["pending", "answered", "failed", "cancelled"]
"""What became of a text so far."""


MessageKey = tuple[str, str]
"""Conversation and event id."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of a text: the event that says so, and why.

    ``reason`` is the reply's stop reason, or that of the failure; ``attempt`` counts the tries from 1.
    """

    event_id: str
    status: Literal["answered", "failed", "cancelled"]
    reason: str | None = None
    attempt: int | None = None


class Message(msgspec.Struct, frozen=True):
    """A text of the user, a reply of the assistant, or what either of them said in a turn of speech.

    Attributes
    ----------
    conversation, event_id
        Its key: what the messages of a chat have in common, and the event that made it.
    message_id
        The text's; of a reply, that of the text which it answers; of a turn of speech, its own.
    expires_at
        Epoch seconds.
    at, text
        When it was said, epoch milliseconds, and what; None while only a text's outcome is known.
    stop_reason, input_tokens, output_tokens, model, attempt
        Of a reply: why it has no more text, what it took, who said it, and in which try.
    outcome
        Of a text: what became of it; None while nothing did.
    voice_session_id
        Of a turn of speech: in which voice session it was said.
    """

    conversation: str
    event_id: str
    role: Literal["user", "assistant"]
    message_id: str
    connection_id: str
    user_id: str
    expires_at: int
    at: int | None = None
    text: str | None = None
    stop_reason: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    model: str | None = None
    attempt: int | None = None
    outcome: Outcome | None = None
    voice_session_id: str | None = None

    @property
    def key(self) -> MessageKey:
        """What the row is found by."""
        return self.conversation, self.event_id

    @property
    def status(self) -> Status | None:
        """What became of a text so far; a reply has no status, and nor has speech."""
        if self.role == "assistant" or self.is_spoken:
            return None
        return "pending" if self.outcome is None else self.outcome.status

    @property
    def is_spoken(self) -> bool:
        """Whether it was said in a voice session, and is no text or reply."""
        return self.voice_session_id is not None

    @property
    def contribution(self) -> Contribution:
        """What the row adds to the counters: itself, in its minute."""
        if self.at is None:
            return {}
        written = "texts" if self.role == "user" else "replies"
        return {(minute_of(self.at), "turns" if self.is_spoken else written): 1}


def rows_of(event: Event) -> tuple[Message, ...]:
    """Return what an event says of rows: of its own and, if it is an outcome, of its text's."""
    match event.fact:
        case TextMessageReceived(text=text):
            own = _row(event, "user", event.event_id, event.event_id)
            return (msgspec.structs.replace(own, at=event.at, text=text),)
        case ReplyCompleted() as fact:
            own = _row(event, "assistant", event.event_id, fact.message_id)
            reply = msgspec.structs.replace(
                own,
                at=event.at,
                text=fact.text,
                stop_reason=fact.stop_reason,
                input_tokens=fact.input_tokens,
                output_tokens=fact.output_tokens,
                model=fact.model,
                attempt=fact.attempt,
            )
            is_cancelled = fact.stop_reason == StopReason.CANCELLED
            outcome = Outcome(
                event.event_id, "cancelled" if is_cancelled else "answered", fact.stop_reason, fact.attempt
            )
            return reply, _answered(event, fact.message_id, outcome)
        case VoiceTurnTranscribed(session, role, text):
            own = _row(event, role, event.event_id, event.event_id)
            return (msgspec.structs.replace(own, at=event.at, text=text, voice_session_id=session),)
        case ReplyFailed() as fact:
            outcome = Outcome(event.event_id, "failed", fact.reason, fact.attempt)
            return (_answered(event, fact.message_id, outcome),)
        case _:
            return ()


def rows_in(events: Iterable[Event]) -> dict[MessageKey, Message]:
    """Return the rows that events speak of, each with all that they say of it."""
    rows: dict[MessageKey, Message] = {}
    for event in events:
        for row in rows_of(event):
            rows[row.key] = join(rows[row.key], row) if row.key in rows else row
    return rows


def join(one: Message, other: Message) -> Message:
    """Return what two events say of one row; the rows have one key.

    A text has one outcome only, since the ids of outcomes exclude each other. Were there several, the one
    with the least id would hold.
    """
    known = [each.outcome for each in (one, other) if each.outcome is not None]
    outcome = min(known, key=lambda each: (each.event_id, each.reason or ""), default=None)
    return msgspec.structs.replace(max(one, other, key=_rank), outcome=outcome)


def _rank(message: Message) -> tuple[bool, str, str, str, int, int, str]:
    """Return by what one of two is chosen: that the text itself is known, and else by any order that is one.

    The pseudonym of who was forgotten sorts above every id.
    """
    return (
        message.text is not None,
        message.role,
        message.user_id,
        message.connection_id,
        message.expires_at,
        message.at or 0,
        message.text or "",
    )


def _answered(event: Event, message_id: str, outcome: Outcome) -> Message:
    return msgspec.structs.replace(_row(event, "user", message_id, message_id), outcome=outcome)


def _row(event: Event, role: Literal["user", "assistant"], event_id: str, message_id: str) -> Message:
    return Message(
        conversation=event.conversation,
        event_id=event_id,
        role=role,
        message_id=message_id,
        connection_id=event.connection_id,
        user_id=event.user_id,
        expires_at=event.expires_at,
    )
