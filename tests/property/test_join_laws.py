"""The laws of the join: order, duplicates and batches make no difference, so delivery may be as it likes."""

from collections import Counter
from itertools import chain

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from functions.aws.read_models.transactions import MOST_CHANGES
from functions.domain.connections.connection import Connection, join
from functions.domain.connections.counters import Contribution, contribution, difference
from functions.domain.connections.voice_sessions import voice_endings
from functions.domain.log.events import Event
from functions.domain.log.facts import (
    ActivityRecorded,
    ConnectionClosed,
    ConnectionFailed,
    ConnectionLost,
    ConnectionOpened,
    ConnectionStatusSet,
    MessageRejected,
    TextMessageReceived,
    VoiceSessionEnded,
    VoiceSessionStarted,
)
from functions.operations.projection.folding import Fold
from tests.gateway_events import CONNECTION
from tests.property.strategies import deliveries, histories

EMPTY = Connection(CONNECTION)

MOST_MOVED_BY_ONE = 12
"""When the connection was opened (2), whether it has ended (2); and of voice sessions, which count twice, the
one that begins (2), the one before it, which ends earlier (4), and the last one, which goes on (2)."""


@given(history=histories, data=st.data())
def test_any_delivery_of_a_history_gives_the_same_row(history: list[Event], data: DataObject) -> None:
    row = EMPTY
    for batch in data.draw(deliveries(history)):
        row = join(row, batch)

    assert row == join(EMPTY, history)


@given(history=histories, data=st.data())
def test_what_was_joined_already_changes_nothing(history: list[Event], data: DataObject) -> None:
    row = join(EMPTY, history)

    assert join(row, data.draw(st.lists(st.sampled_from(history)))) == row


@given(history=histories, cut=st.integers(0, 25))
def test_a_batch_may_be_cut_anywhere(history: list[Event], cut: int) -> None:
    assert join(join(EMPTY, history[:cut]), history[cut:]) == join(EMPTY, history)


@given(history=histories)
def test_no_events_change_nothing(history: list[Event]) -> None:
    row = join(EMPTY, history)

    assert join(row, []) == row


@given(history=histories)
def test_a_row_adds_nothing_negative_to_any_counter(history: list[Event]) -> None:
    row = join(EMPTY, history)

    assert min(contribution(row).values(), default=0) >= 0


@given(history=histories)
def test_a_connection_that_opened_is_active_or_ended_once_and_another_is_neither(
    history: list[Event],
) -> None:
    row = join(EMPTY, history)
    names = Counter(name for _, name in contribution(row))

    assert names["opened"] == (row.opened is not None)
    assert names["active"] + names["closed"] + names["lost"] == names["opened"]
    assert not names["active"] or row.ended_at is None


@given(history=histories, data=st.data())
def test_the_counters_end_where_the_row_ends_whatever_the_way(history: list[Event], data: DataObject) -> None:
    counters: Counter[tuple[int, str]] = Counter()
    row, counted = EMPTY, contribution(None)

    for batch in data.draw(deliveries(history)):
        row = join(row, batch)
        counters = _added(counters, difference(contribution(row), counted))
        counted = contribution(row)

    assert {key: count for key, count in counters.items() if count} == {
        key: count for key, count in contribution(join(EMPTY, history)).items() if count
    }


@given(history=histories, data=st.data())
def test_one_event_moves_few_counters(history: list[Event], data: DataObject) -> None:
    event = data.draw(st.sampled_from(history))
    row = join(EMPTY, [each for each in history if each is not event])

    changes = difference(contribution(join(row, [event])), contribution(row))

    assert len(changes) <= MOST_MOVED_BY_ONE < MOST_CHANGES


@given(history=histories, data=st.data(), most=st.integers(MOST_MOVED_BY_ONE, 16))
def test_versions_of_a_row_fit_and_end_where_it_ends(
    history: list[Event], data: DataObject, most: int
) -> None:
    counted = join(EMPTY, history[: data.draw(st.integers(0, len(history)))])
    old = counted if counted != EMPTY else None
    fold = Fold(CONNECTION, old, most)

    versions = [version for page in data.draw(deliveries(history)) for version in fold.join(page)]
    versions += fold.last()

    counters: Counter[tuple[int, str]] = Counter()
    for version in versions:
        counters = _added(counters, version.changes)
    assert max((len(version.changes) for version in versions), default=0) <= most
    assert versions[-1].row == join(EMPTY, history) if versions else counted == join(EMPTY, history)
    assert {key: count for key, count in counters.items() if count} == dict(
        difference(contribution(join(EMPTY, history)), contribution(old))
    )


def _added(counters: Counter[tuple[int, str]], changes: Contribution) -> Counter[tuple[int, str]]:
    for key, change in changes.items():
        counters[key] += change
    return counters


# --- The row, against the events themselves ----------------------------------------------------


@given(history=histories)
def test_a_row_has_ended_as_its_facts_say(history: list[Event]) -> None:
    closed = [event for event in history if isinstance(event.fact, ConnectionClosed | ConnectionFailed)]
    lost = [event for event in history if isinstance(event.fact, ConnectionLost)]
    active = max(chain((_active_at(event) for event in history), [0]))

    ended_at = None
    if closed:
        ended_at = min(closed, key=_id).at
    elif lost and max(lost, key=_id).at > active:
        ended_at = max(lost, key=_id).at

    row = join(EMPTY, history)
    assert row.ended_at == ended_at
    assert row.last_activity == active


@given(history=histories)
def test_an_operators_word_shows_only_while_the_connection_lasts(history: list[Event]) -> None:
    said = [event for event in history if isinstance(event.fact, ConnectionStatusSet)]
    row = join(EMPTY, history)
    spoken = msgspec.to_builtins(max(said, key=_id).fact)["status"] if said else "CONNECTED"

    assert row.status == ("DISCONNECTED" if row.ended_at is not None else spoken)


@given(history=histories)
def test_no_voice_session_but_the_last_stays_open_and_none_outlives_its_connection(
    history: list[Event],
) -> None:
    row = join(EMPTY, history)
    started = {event.event_id for event in history if isinstance(event.fact, VoiceSessionStarted)}
    open_sessions = started - set(voice_endings(row))

    assert set(voice_endings(row)) <= started
    assert open_sessions <= {max(started, default="")}
    assert not (open_sessions and row.ended_at is not None)


@given(history=histories)
def test_a_voice_session_is_as_its_own_events_say(history: list[Event]) -> None:
    row = join(EMPTY, history)

    for session, said in row.voice.items():
        ends = [event for event in history if _ends(event, session)]
        assert said.ended_at == min((event.at for event in ends), default=None)
        assert said.frames == max(_frames(event, session) for event in history)
        assert session in {_session(event) for event in history}


def _id(event: Event) -> str:
    return event.event_id


def _active_at(event: Event) -> int:
    match event.fact:
        case (
            ConnectionOpened()
            | ActivityRecorded()
            | TextMessageReceived()
            | MessageRejected()
            | VoiceSessionStarted()
        ):
            return max(event.at, event.connected_at)
        case _:
            return event.connected_at


def _ends(event: Event, session: str) -> bool:
    return isinstance(event.fact, VoiceSessionEnded) and event.fact.voice_session_id == session


def _session(event: Event) -> str | None:
    match event.fact:
        case VoiceSessionStarted():
            return event.event_id
        case ActivityRecorded(voice_session_id=session) | VoiceSessionEnded(voice_session_id=session):
            return session
        case _:
            return None


def _frames(event: Event, session: str) -> int:
    match event.fact:
        case ActivityRecorded(frames=frames) | VoiceSessionEnded(frames=frames):
            return frames if _session(event) == session else 0
        case _:
            return 0
