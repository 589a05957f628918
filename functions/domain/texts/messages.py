"""The rows of the chat storage: one for each text and each reply."""

from typing import Literal

import msgspec

from functions.domain.connections.counters import Contribution
from functions.domain.log.events import Event
from functions.domain.log.facts import ReplyCompleted, TextMessageReceived
from functions.domain.log.ids import minute_of


class Message(msgspec.Struct, frozen=True):
    """A text or a reply. ``at`` in epoch milliseconds, ``expires_at`` in epoch seconds."""

    conversation: str
    event_id: str
    kind: Literal["text", "reply"]
    message_id: str
    connection_id: str
    user_id: str
    at: int
    text: str
    expires_at: int

    @property
    def contribution(self) -> Contribution:
        """What the row adds to the counters: itself, in its minute."""
        return {(minute_of(self.at), "texts" if self.kind == "text" else "replies"): 1}


def message_of(event: Event) -> Message | None:
    """Return the row that an event makes, or None if it makes none."""
    kind: Literal["text", "reply"]
    match event.fact:
        case TextMessageReceived(text=text):
            kind, message_id = "text", event.event_id
        case ReplyCompleted(text=text, message_id=message_id):
            kind = "reply"
        case _:
            return None
    return Message(
        conversation=event.conversation,
        event_id=event.event_id,
        kind=kind,
        message_id=message_id,
        connection_id=event.connection_id,
        user_id=event.user_id,
        at=event.at,
        text=text,
        expires_at=event.expires_at,
    )
