"""A session is what its rows add up to, however they are delivered: in any order, in batches, and again."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from functions.domain.connections.connection import Connection, join
from functions.domain.log.events import Event
from functions.domain.texts import messages
from functions.domain.texts.messages import Message, MessageKey, rows_in
from functions.domain.texts.sessions import (
    Session,
    SessionKey,
    added_up,
    change,
    share_of_message,
    share_of_row,
)
from ops.read_models.sessions import sessions_of
from tests.gateway_events import CONNECTION
from tests.property.strategies import deliveries, histories
from tests.property.test_message_laws import talks


def whole(history: list[Event]) -> dict[SessionKey, Session]:
    """Return the sessions of a history that is projected at once."""
    rows = [share_of_message(message) for message in rows_in(history).values()]
    return added_up([*rows, share_of_row(join(Connection(CONNECTION), history))])


def projected(batches: list[list[Event]]) -> dict[SessionKey, Session]:
    """Return the sessions that batches lead to, by what each changes of the rows."""
    row = Connection(CONNECTION)
    known: dict[MessageKey, Message] = {}
    shares: list[Session | None] = []
    for batch in batches:
        for key, message in rows_in(batch).items():
            old = known.get(key)
            known[key] = message if old is None else messages.join(old, message)
            before = None if old is None else share_of_message(old)
            shares.append(change(share_of_message(known[key]), before))
        new = join(row, batch)
        shares.append(change(share_of_row(new), share_of_row(row)))
        row = new
    return added_up(shares)


def of_one_person(history: list[Event]) -> list[Event]:
    return [each for each in history if (each.user_id, each.session_id) == ("alice", "s-1")]


@given(history=(talks | histories).map(of_one_person), data=st.data())
def test_any_delivery_of_a_history_gives_the_same_sessions(history: list[Event], data: DataObject) -> None:
    if not history:
        return
    delivered = data.draw(deliveries(history))

    due = whole(history)
    if not join(Connection(CONNECTION), history).forgotten:
        assert projected(delivered) == due


@given(history=(talks | histories).map(of_one_person))
def test_what_verify_reckons_from_events_is_what_rows_add_up_to(history: list[Event]) -> None:
    outcomes = [message.outcome for message in rows_in(history).values() if message.outcome]
    facts = [each for each in history if type(each.fact).__name__ in ("ReplyCompleted", "ReplyFailed")]
    if len(outcomes) == len(facts):  # ids see to it that a text has one outcome only
        assert sessions_of(history) == whole(history)
