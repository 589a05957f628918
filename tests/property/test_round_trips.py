"""What is written is what is read."""

from hypothesis import given
from hypothesis import strategies as st

from functions.aws.attributes import from_item, to_item
from functions.aws.log import event_items
from functions.aws.read_models import connection_items
from functions.aws.read_models.connection_items import Stored
from functions.domain.connections.connection import Connection, join
from functions.domain.log.events import Event
from functions.domain.log.ids import event_id, lowest, time_of
from tests.gateway_events import CONNECTION
from tests.property.strategies import events, histories, known_facts

epochs = st.integers(0, 2**48 - 1)
causes = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.text() | st.integers() | st.booleans(), lambda inner: st.dictionaries(st.text(), inner), max_leaves=8
)


@given(event=events(known_facts))
def test_an_event_survives_its_item(event: Event) -> None:
    assert event_items.decode(event_items.encode(event)) == event


@given(history=histories, revision=st.integers(0), generation=st.integers(0))
def test_a_row_survives_its_item(history: list[Event], revision: int, generation: int) -> None:
    stored = Stored(join(Connection(CONNECTION), history), revision, generation)

    assert connection_items.decode(connection_items.encode(stored)) == stored


@given(history=histories)
def test_a_row_shows_what_it_says(history: list[Event]) -> None:
    row = join(Connection(CONNECTION), history)

    shown = connection_items.info(connection_items.encode(Stored(row, 1, 1)))

    assert (shown.status, shown.disconnected_at) == (row.status, row.ended_at)
    assert (shown.user_id, shown.session_id) == (row.user_id, row.session_id)
    assert (shown.created_at, shown.last_activity) == (row.created_at, row.last_activity)


@given(item=st.dictionaries(st.text(), values))
def test_plain_values_survive_their_attributes(item: dict[str, object]) -> None:
    assert from_item(to_item(item)) == item


@given(at=epochs, cause=causes, kind=causes)
def test_an_id_holds_its_time(at: int, cause: str, kind: str) -> None:
    assert time_of(event_id(at, cause, kind)) == time_of(lowest(at)) == at


@given(one=epochs, other=epochs, cause=causes)
def test_ids_sort_by_time(one: int, other: int, cause: str) -> None:
    earlier, later = sorted((one, other))

    assert lowest(earlier) <= event_id(earlier, cause)
    assert earlier == later or event_id(earlier, cause) < lowest(later)
