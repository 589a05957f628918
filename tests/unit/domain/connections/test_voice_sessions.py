"""What a connection's row says of its voice sessions, and when each ended."""

from functions.domain.connections.connection import Voice, join
from functions.domain.connections.voice_sessions import voice_endings
from functions.domain.log.events import event
from functions.domain.log.facts import (
    ActivityRecorded,
    ConnectionClosed,
    ConnectionLost,
    TextMessageReceived,
    VoiceSessionEnded,
)
from functions.domain.log.ids import lowest
from tests.gateway_events import cause
from tests.unit.domain.connections.rows import OPENED, STARTED, at, happened, row


def test_a_voice_session_is_known_from_any_of_its_events() -> None:
    session = happened(5, STARTED()).event_id

    assert row(happened(5, STARTED())).voice == {session: Voice(started=True)}
    assert row(happened(70, ActivityRecorded(session, 601))).voice == {session: Voice(601)}
    assert row(happened(80, VoiceSessionEnded(session, 700, 75, "client"))).voice == {
        session: Voice(700, 75, at(80))
    }


def test_what_is_known_of_a_voice_session_only_grows() -> None:
    started = happened(5, STARTED())
    session = started.event_id
    events = [
        started,
        happened(70, ActivityRecorded(session, 601)),
        happened(80, VoiceSessionEnded(session, 650, 75, "client")),
        happened(82, VoiceSessionEnded(session, 640, 77, "silence"), "request-2"),
    ]

    assert (
        row(*events).voice == row(*reversed(events)).voice == {session: Voice(650, 77, at(80), started=True)}
    )


def test_nothing_new_about_a_voice_session_leaves_the_row_as_it_is() -> None:
    before = row(happened(5, STARTED()))

    assert join(before, [happened(5, STARTED())]).voice is before.voice


def test_joining_leaves_the_row_it_began_from_untouched() -> None:
    before = row(happened(5, STARTED()))

    join(before, [happened(9, STARTED())])

    assert len(before.voice) == 1


def test_what_was_never_started_is_no_voice_session_and_ends_none() -> None:
    started = happened(5, STARTED())
    invented = lowest(at(10))
    named = row(OPENED, started, happened(70, ActivityRecorded(invented, 601)))

    assert set(named.voice) == {started.event_id, invented}
    assert voice_endings(named) == {}
    assert voice_endings(join(named, [happened(90, ConnectionClosed())])) == {started.event_id: (at(90), 85)}


def test_activity_without_speech_knows_no_voice_session() -> None:
    assert row(happened(9, ActivityRecorded())).voice == {}


def test_an_open_voice_session_has_no_ending() -> None:
    assert voice_endings(row(OPENED, happened(5, STARTED()))) == {}


def test_a_voice_session_ends_by_its_own_event() -> None:
    session = happened(5, STARTED()).event_id
    ended = row(happened(5, STARTED()), happened(80, VoiceSessionEnded(session, 700, 75, "client")))

    assert voice_endings(ended) == {session: (at(80), 75)}


def test_a_voice_session_ends_when_the_next_begins() -> None:
    first, second = happened(5, STARTED()), happened(15, STARTED(), "request-2")

    assert voice_endings(row(second, first)) == {first.event_id: (at(15), 10)}


def test_the_end_of_the_connection_ends_the_open_voice_session_only() -> None:
    first, second = happened(5, STARTED()), happened(15, STARTED(), "request-2")
    closed = happened(35, ConnectionClosed())

    assert voice_endings(row(first, second, closed)) == {
        first.event_id: (at(15), 10),
        second.event_id: (at(35), 20),
    }


def test_a_session_that_goes_on_by_another_connection_ends_when_its_own_event_says() -> None:
    started, closed = happened(5, STARTED()), happened(35, ConnectionClosed())
    ended = happened(95, VoiceSessionEnded(started.event_id, 900, 90, "client"))

    assert voice_endings(row(started, closed)) == {started.event_id: (at(35), 30)}
    assert voice_endings(row(started, closed, ended)) == {started.event_id: (at(95), 90)}
    assert voice_endings(row(ended, closed, started)) == {started.event_id: (at(95), 90)}


def test_a_second_session_does_not_end_a_first_that_its_own_event_ends_later() -> None:
    first, second = happened(5, STARTED()), happened(15, STARTED(), "request-2")
    ended = happened(35, VoiceSessionEnded(first.event_id, 300, 30, "closed"))

    assert voice_endings(row(first, second, ended)) == {first.event_id: (at(35), 30)}


def test_its_own_event_counts_before_the_next_session_and_the_close() -> None:
    first, second = happened(5, STARTED()), happened(15, STARTED(), "request-2")
    ended = happened(8, VoiceSessionEnded(first.event_id, 30, 3, "client"))

    assert voice_endings(row(first, second, ended))[first.event_id] == (at(8), 3)


def test_a_false_loss_ends_no_voice_session_once_it_is_revived() -> None:
    started, lost = happened(5, STARTED()), happened(40, ConnectionLost("post"))

    assert voice_endings(row(started, lost)) == {started.event_id: (at(40), 35)}
    assert voice_endings(row(started, lost, happened(41, TextMessageReceived("here")))) == {}


def test_seconds_that_nobody_counted_are_whole_ones_from_the_start() -> None:
    started = happened(5, STARTED())
    closed = event(cause(at=at(7) + 999), ConnectionClosed())

    assert voice_endings(row(started, closed)) == {started.event_id: (at(7) + 999, 2)}


def test_a_voice_session_that_began_after_the_close_lasted_no_time() -> None:
    started = happened(50, STARTED())

    assert voice_endings(row(happened(40, ConnectionClosed()), started)) == {started.event_id: (at(40), 0)}
