"""The laws of the rows of the chat storage: order, duplicates and batches make no difference."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from functions.domain.log.events import Event, event
from functions.domain.log.facts import ReplyCompleted, ReplyFailed, TextMessageReceived, VoiceTurnTranscribed
from functions.domain.texts.messages import Message, MessageKey, join, rows_in
from tests.gateway_events import CONNECTED_AT, cause
from tests.property.strategies import deliveries, histories, texts

TEXTS = [
    event(cause(at=CONNECTED_AT + number, request_id=f"text-{number}"), TextMessageReceived(f"text {number}"))
    for number in range(3)
]
SPEECH = [
    event(
        cause(at=CONNECTED_AT + 2, request_id=f"turn-{role}"),
        VoiceTurnTranscribed(TEXTS[0].event_id, role, role),
    )
    for role in ("user", "assistant")
]
_outcomes = st.builds(
    lambda text, fact, number: event(cause(at=text.at + number), fact(text.event_id), key=text.event_id),
    st.sampled_from(TEXTS),
    st.one_of(
        st.builds(lambda said: lambda to: ReplyCompleted(to, said, "end_turn"), texts),
        st.builds(lambda said: lambda to: ReplyCompleted(to, said, "cancelled"), texts),
        st.builds(lambda why: lambda to: ReplyFailed(to, why), texts),
    ),
    st.integers(0, 5),
)
talks = st.lists(_outcomes, max_size=4, unique_by=lambda each: each.event_id).map(
    lambda said: [*TEXTS, *SPEECH, *said]
)
"""Texts and speech of one connection, and the outcomes of some of them, of which a text may have several."""


def folded(batches: list[list[Event]]) -> dict[MessageKey, Message]:
    rows: dict[MessageKey, Message] = {}
    for batch in batches:
        for key, row in rows_in(batch).items():
            rows[key] = join(rows[key], row) if key in rows else row
    return rows


@given(history=talks | histories, data=st.data())
def test_any_delivery_of_a_history_gives_the_same_messages(history: list[Event], data: DataObject) -> None:
    assert folded(data.draw(deliveries(history))) == rows_in(history)


@given(history=talks, data=st.data())
def test_what_was_joined_already_changes_nothing(history: list[Event], data: DataObject) -> None:
    rows = rows_in(history)

    for key, row in rows_in(data.draw(st.lists(st.sampled_from(history)))).items():
        assert join(rows[key], row) == rows[key]


@given(history=talks, data=st.data())
def test_the_order_of_two_and_how_three_are_joined_make_no_difference(
    history: list[Event], data: DataObject
) -> None:
    one, two, three = (next(iter(rows_in([data.draw(st.sampled_from(history))]).values())) for _ in range(3))

    assert join(one, one) == one
    if one.key == two.key == three.key:
        assert join(one, two) == join(two, one)
        assert join(join(one, two), three) == join(one, join(two, three))


@given(history=talks)
def test_every_text_is_counted_once_and_has_one_status(history: list[Event]) -> None:
    rows = [row for row in rows_in(history).values() if row.role == "user" and not row.is_spoken]
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update({name: count for (_, name), count in row.contribution.items()})

    assert counts == {"texts": len(TEXTS)}
    told = {
        fact.message_id
        for fact in (each.fact for each in history)
        if isinstance(fact, ReplyCompleted | ReplyFailed)
    }
    assert {row.event_id for row in rows if row.status != "pending"} == told
