"""The rows of the chat storage: one for each text and each reply."""

from typing import Literal

import msgspec

from functions.domain.connections.counters import Contribution
from functions.domain.log.events import Event
from functions.domain.log.facts import ReplyCompleted, TextMessageReceived
from functions.domain.log.ids import minute_of


class Message(msgspec.Struct, frozen=True):
    """A text of the user, or a reply of the assistant.

    Attributes
    ----------
    conversation, event_id
        Its key: what the messages of a chat have in common, and the event that made it.
    message_id
        The text's; of a reply, that of the text which it answers.
    at, expires_at
        Epoch milliseconds, and epoch seconds.
    stop_reason, input_tokens, output_tokens, model, attempt
        Of a reply: why it has no more text, what it took, who said it, and in which try.
    """

    conversation: str
    event_id: str
    role: Literal["user", "assistant"]
    message_id: str
    connection_id: str
    user_id: str
    at: int
    text: str
    expires_at: int
    stop_reason: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    model: str | None = None
    attempt: int | None = None

    @property
    def contribution(self) -> Contribution:
        """What the row adds to the counters: itself, in its minute."""
        return {(minute_of(self.at), "texts" if self.role == "user" else "replies"): 1}


def message_of(event: Event) -> Message | None:
    """Return the row that an event makes, or None if it makes none."""
    match event.fact:
        case TextMessageReceived(text=text):
            return _message(event, "user", event.event_id, text)
        case ReplyCompleted() as fact:
            return msgspec.structs.replace(
                _message(event, "assistant", fact.message_id, fact.text),
                stop_reason=fact.stop_reason,
                input_tokens=fact.input_tokens,
                output_tokens=fact.output_tokens,
                model=fact.model,
                attempt=fact.attempt,
            )
        case _:
            return None


def _message(event: Event, role: Literal["user", "assistant"], message_id: str, text: str) -> Message:
    return Message(
        conversation=event.conversation,
        event_id=event.event_id,
        role=role,
        message_id=message_id,
        connection_id=event.connection_id,
        user_id=event.user_id,
        at=event.at,
        text=text,
        expires_at=event.expires_at,
    )
