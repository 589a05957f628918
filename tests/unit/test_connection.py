"""What a connection's row says of the events that were joined into it."""

from functools import partial

import pytest

from functions.domain.connection import Closed, Connection, Lost, Opened, Operator, Voice, join, voice_endings
from functions.domain.events import (
    ActivityRecorded,
    ConnectionClosed,
    ConnectionLost,
    ConnectionOpened,
    ConnectionStatusSet,
    Event,
    Fact,
    MessageRejected,
    ReplyCompleted,
    TextMessageReceived,
    Unrecognised,
    VoiceSessionEnded,
    VoiceSessionStarted,
    VoiceTurnTranscribed,
    event,
)
from functions.domain.ids import lowest
from tests.gateway_events import CONNECTED_AT, CONNECTION, EXPIRES_AT, cause

STARTED = partial(VoiceSessionStarted, 16000, "lpcm")


def happened(seconds: int, fact: Fact, request_id: str = "request-1") -> Event:
    """Return an event some seconds after the connection was opened."""
    return event(cause(at=CONNECTED_AT + seconds * 1000, request_id=request_id), fact)


def row(*events: Event) -> Connection:
    return join(Connection(CONNECTION), events)


def at(seconds: int) -> int:
    return CONNECTED_AT + seconds * 1000


OPENED = happened(0, ConnectionOpened("203.0.113.17", "Firefox", 1_795_417_920))


def test_an_opened_connection_is_connected() -> None:
    opened = row(OPENED)

    assert opened.connection_id == CONNECTION
    assert (opened.user_id, opened.session_id) == ("alice", "s-1")
    assert (opened.created_at, opened.last_activity) == (CONNECTED_AT, CONNECTED_AT)
    assert opened.opened == Opened(OPENED.event_id, "203.0.113.17", "Firefox", 1_795_417_920)
    assert opened.expires_at == EXPIRES_AT
    assert (opened.status, opened.ended_at) == ("CONNECTED", None)


def test_any_event_alone_says_who_and_since_when() -> None:
    alone = row(happened(9, VoiceTurnTranscribed(lowest(at(5)), "USER", "hi")))

    assert (alone.user_id, alone.session_id) == ("alice", "s-1")
    assert (alone.created_at, alone.last_activity) == (CONNECTED_AT, CONNECTED_AT)
    assert alone.expires_at == EXPIRES_AT


def test_the_first_of_two_openings_counts() -> None:
    later = happened(3, ConnectionOpened("198.51.100.1"), "request-2")

    assert (
        row(OPENED, later).opened
        == row(later, OPENED).opened
        == Opened(OPENED.event_id, "203.0.113.17", "Firefox", 1_795_417_920)
    )


@pytest.mark.parametrize(
    "fact",
    [
        ActivityRecorded(),
        ActivityRecorded(lowest(at(1)), 601),
        TextMessageReceived("hi"),
        MessageRejected("invalid_json"),
        STARTED(),
        VoiceSessionEnded(lowest(at(1)), 0, 0, "client"),
    ],
)
def test_what_the_client_does_is_activity(fact: Fact) -> None:
    assert row(OPENED, happened(9, fact)).last_activity == at(9)


@pytest.mark.parametrize(
    "fact",
    [
        VoiceSessionEnded(lowest(at(1)), 0, 0, "silence"),
        VoiceTurnTranscribed(lowest(at(1)), "USER", "hi"),
        ReplyCompleted(lowest(at(1)), "hi"),
        ConnectionClosed(1000),
        ConnectionLost("sweeper"),
        ConnectionStatusSet("CONNECTED", "ops"),
        Unrecognised("Teleported", 1, "an unknown type"),
    ],
)
def test_what_happens_to_the_client_is_no_activity(fact: Fact) -> None:
    assert row(OPENED, happened(9, fact)).last_activity == CONNECTED_AT


def test_a_late_event_does_not_turn_activity_back() -> None:
    assert row(
        happened(9, TextMessageReceived("b")), happened(8, TextMessageReceived("a"))
    ).last_activity == at(9)


def test_a_closed_connection_has_ended_when_it_was_closed() -> None:
    closed = row(OPENED, happened(9, ConnectionClosed(1001, "Going away")))

    assert closed.closed == Closed(happened(9, ConnectionClosed()).event_id, at(9), 1001)
    assert (closed.status, closed.ended_at) == ("DISCONNECTED", at(9))


def test_the_first_of_two_closings_counts() -> None:
    first, second = happened(9, ConnectionClosed(1001)), happened(10, ConnectionClosed(1006), "request-2")

    assert row(second, first).closed == row(first, second).closed == Closed(first.event_id, at(9), 1001)


def test_a_frame_after_the_close_does_not_revive() -> None:
    closed = row(OPENED, happened(9, ConnectionClosed()), happened(10, TextMessageReceived("late")))

    assert (closed.status, closed.ended_at) == ("DISCONNECTED", at(9))


def test_a_close_that_arrives_before_the_open_still_closes() -> None:
    closed = row(happened(9, ConnectionClosed()), OPENED)

    assert closed.status == "DISCONNECTED"


def test_a_lost_connection_has_ended_when_it_was_found_gone() -> None:
    lost = row(OPENED, happened(40, ConnectionLost("post")))

    assert lost.lost == Lost(happened(40, ConnectionLost("post")).event_id, at(40), "post")
    assert (lost.status, lost.ended_at) == ("DISCONNECTED", at(40))


def test_the_last_of_two_losses_counts() -> None:
    first, second = happened(40, ConnectionLost("post")), happened(41, ConnectionLost("sweeper"), "request-2")

    assert row(second, first).lost == row(first, second).lost == Lost(second.event_id, at(41), "sweeper")


def test_a_frame_after_a_false_loss_revives() -> None:
    revived = row(OPENED, happened(40, ConnectionLost("post")), happened(41, TextMessageReceived("here")))

    assert (revived.status, revived.ended_at) == ("CONNECTED", None)


def test_a_frame_of_the_very_millisecond_of_the_loss_revives() -> None:
    revived = row(happened(40, ConnectionLost("post")), happened(40, TextMessageReceived("here")))

    assert revived.ended_at is None


def test_a_revived_connection_can_be_lost_again() -> None:
    lost = row(
        happened(40, ConnectionLost("post")),
        happened(41, TextMessageReceived("here")),
        happened(50, ConnectionLost("sweeper")),
    )

    assert lost.ended_at == at(50)


def test_a_close_wins_over_a_loss() -> None:
    both = row(OPENED, happened(40, ConnectionLost("post")), happened(50, ConnectionClosed()))

    assert both.ended_at == at(50)


def test_an_operators_status_shows_while_the_connection_lasts() -> None:
    said = happened(9, ConnectionStatusSet("DISCONNECTED", "ops", "abuse"))
    shown = row(OPENED, said)

    assert shown.operator == Operator(said.event_id, "DISCONNECTED", "ops")
    assert shown.status == "DISCONNECTED"
    assert shown.ended_at is None


def test_the_last_word_of_an_operator_counts() -> None:
    first = happened(9, ConnectionStatusSet("DISCONNECTED", "ops"))
    second = happened(10, ConnectionStatusSet("CONNECTED", "ops"), "request-2")

    assert row(second, first).status == row(first, second).status == "CONNECTED"


def test_facts_win_over_an_operators_word() -> None:
    assert row(
        happened(9, ConnectionClosed()), happened(10, ConnectionStatusSet("CONNECTED", "ops"))
    ).status == ("DISCONNECTED")


def test_the_greatest_name_wins_where_events_disagree() -> None:
    other = event(cause(user_id="bob", session_id="s-2"), TextMessageReceived("hi"))

    assert row(OPENED, other).user_id == row(other, OPENED).user_id == "bob"
    assert row(OPENED, other).session_id == row(other, OPENED).session_id == "s-2"


def test_an_event_without_a_session_takes_none_away() -> None:
    other = event(cause(session_id=None), TextMessageReceived("hi"))

    assert row(OPENED, other).session_id == row(other, OPENED).session_id == "s-1"
    assert row(other).session_id is None


def test_the_least_begin_and_the_last_expiry_count() -> None:
    other = event(cause(connected_at=CONNECTED_AT - 5, expires_at=EXPIRES_AT + 5), TextMessageReceived("hi"))

    assert row(OPENED, other).created_at == row(other, OPENED).created_at == CONNECTED_AT - 5
    assert row(OPENED, other).expires_at == row(other, OPENED).expires_at == EXPIRES_AT + 5


def test_a_voice_session_is_known_from_any_of_its_events() -> None:
    session = happened(5, STARTED()).event_id

    assert row(happened(5, STARTED())).voice == {session: Voice()}
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

    assert row(*events).voice == row(*reversed(events)).voice == {session: Voice(650, 77, at(80))}


def test_nothing_new_about_a_voice_session_leaves_the_row_as_it_is() -> None:
    before = row(happened(5, STARTED()))

    assert join(before, [happened(5, STARTED())]).voice is before.voice


def test_joining_leaves_the_row_it_began_from_untouched() -> None:
    before = row(happened(5, STARTED()))

    join(before, [happened(9, STARTED())])

    assert len(before.voice) == 1


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
