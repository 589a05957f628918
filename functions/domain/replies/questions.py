"""A text as a question: whether it is to be answered, and the one event that says what became of it."""

from collections.abc import Sequence

import msgspec

from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import ReplyCompleted, ReplyFailed, TextMessageReceived
from functions.domain.log.ids import event_id, time_of
from functions.domain.log.redaction import is_pseudonym
from functions.domain.replies.prompt import Role, Utterance


class Question(msgspec.Struct, frozen=True):
    """A text that is to be answered, as the log holds it."""

    event: Event
    text: str

    @property
    def message_id(self) -> str:
        """The text's id."""
        return self.event.event_id

    @property
    def utterance(self) -> Utterance:
        """The text as a part of its conversation."""
        return Utterance(self.message_id, Role.USER, self.text)

    @property
    def outcome_key(self) -> tuple[str, str]:
        """The key of the event that says what became of it: its connection's, and no other can be."""
        return outcome_key(self.event.connection_id, self.message_id)

    def outcome(self, fact: ReplyCompleted | ReplyFailed, at: int, trace_id: str | None = None) -> Event:
        """Return the event of what became of the text, at a time in epoch milliseconds.

        It is the text's connection that it happens to, whichever is open by then: the id follows from the
        text's, so that the log takes one of all events that anybody appends. It sorts after the text.
        """
        cause = Cause(
            connection_id=self.event.connection_id,
            user_id=self.event.user_id,
            session_id=self.event.session_id,
            connected_at=self.event.connected_at,
            expires_at=self.event.expires_at,
            at=at,
            id=self.message_id,
            trace_id=trace_id,
        )
        return event(cause, fact, key_at=_outcome_at(self.message_id))


def _outcome_at(message_id: str) -> int:
    return time_of(message_id) + 1


def outcome_key(connection_id: str, message_id: str) -> tuple[str, str]:
    """Return the key of the event that says what became of a text."""
    return connection_id, event_id(_outcome_at(message_id), message_id)


def unanswered(keys: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return which of some events may be texts without an outcome among them, by their keys alone."""
    known = frozenset(keys)
    outcomes = {outcome for key in keys if (outcome := outcome_key(*key)) in known}
    return [key for key in keys if key not in outcomes and outcome_key(*key) not in known]


def question_of(event: Event) -> Question | None:
    """Return the question that an event asks, None if it asks none, as of a person who was forgotten."""
    if isinstance(event.fact, TextMessageReceived) and not is_pseudonym(event.user_id):
        return Question(event, event.fact.text)
    return None
