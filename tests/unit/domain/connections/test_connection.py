"""What a connection's row says of the events that were joined into it."""

import pytest

from functions.domain.connections.connection import Closed, Opened, Operator, join
from functions.domain.log.events import event
from functions.domain.log.facts import (
    ActivityRecorded,
    ConnectionClosed,
    ConnectionLost,
    ConnectionOpened,
    ConnectionStatusSet,
    Fact,
    MessageRejected,
    PersonForgotten,
    ReplyCompleted,
    TextMessageReceived,
    Unrecognised,
    VoiceSessionEnded,
    VoiceTurnTranscribed,
)
from functions.domain.log.ids import lowest
from functions.domain.log.redaction import forgetting
from tests.gateway_events import CONNECTED_AT, CONNECTION, EXPIRES_AT, cause
from tests.unit.domain.connections.rows import OPENED, STARTED, at, happened, row


def test_an_opened_connection_is_connected() -> None:
    opened = row(OPENED)

    assert opened.connection_id == CONNECTION
    assert (opened.user_id, opened.session_id) == ("alice", "s-1")
    assert (opened.created_at, opened.last_activity) == (CONNECTED_AT, CONNECTED_AT)
    assert opened.opened == Opened(OPENED.event_id, "203.0.113.17", "Firefox", 1_795_417_920)
    assert opened.expires_at == EXPIRES_AT
    assert (opened.status, opened.ended_at) == ("CONNECTED", None)


def test_any_event_alone_says_who_and_since_when() -> None:
    alone = row(happened(9, VoiceTurnTranscribed(lowest(at(5)), "user", "hi")))

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
    ],
)
def test_what_the_client_does_is_activity(fact: Fact) -> None:
    assert row(OPENED, happened(9, fact)).last_activity == at(9)


@pytest.mark.parametrize(
    "fact",
    [
        VoiceSessionEnded(lowest(at(1)), 0, 0, "closed"),
        VoiceSessionEnded(lowest(at(1)), 0, 0, "client"),
        VoiceTurnTranscribed(lowest(at(1)), "user", "hi"),
        ReplyCompleted(lowest(at(1)), "hi"),
        ConnectionClosed(1000),
        ConnectionLost("sweeper"),
        ConnectionStatusSet("CONNECTED", "ops"),
        PersonForgotten("olga"),
        Unrecognised("Teleported", 1, "an unknown type"),
    ],
)
def test_what_happens_to_the_client_is_no_activity(fact: Fact) -> None:
    assert row(OPENED, happened(9, fact)).last_activity == CONNECTED_AT


@pytest.mark.parametrize(
    "fact",
    [
        VoiceSessionEnded(lowest(at(1)), 0, 0, "silence"),
        ReplyCompleted(lowest(at(1)), "hi"),
        ConnectionClosed(1000),
        ConnectionLost("sweeper"),
        ConnectionStatusSet("CONNECTED", "ops"),
    ],
)
def test_what_comes_behind_it_in_a_batch_counts_all_the_same(fact: Fact) -> None:
    assert row(happened(8, fact), happened(9, TextMessageReceived("hi"))).last_activity == at(9)


def test_a_voice_session_that_is_ended_from_another_connection_revives_none_that_was_lost() -> None:
    session = lowest(at(1))
    lost = row(OPENED, happened(5, ConnectionLost("post")))

    ended = join(lost, [happened(65, VoiceSessionEnded(session, 600, 64, "client"))])

    assert (ended.status, ended.ended_at) == ("DISCONNECTED", at(5))
    assert ended.last_speech == at(65)


def test_a_late_event_does_not_turn_activity_back() -> None:
    assert row(
        happened(9, TextMessageReceived("b")), happened(8, TextMessageReceived("a"))
    ).last_activity == at(9)


def test_the_first_of_two_closings_counts() -> None:
    first, second = happened(9, ConnectionClosed(1001)), happened(10, ConnectionClosed(1006), "request-2")

    assert row(second, first).closed == row(first, second).closed == Closed(first.event_id, at(9), 1001)


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


def test_who_was_forgotten_has_a_pseudonym_and_comes_from_nowhere_whatever_comes_late() -> None:
    said = happened(8, ConnectionStatusSet("CONNECTED", "alice"))
    forgotten = forgetting(OPENED, "~nobody", "olga")

    for found in (row(OPENED, said, forgotten), row(forgotten, said, OPENED)):
        assert found.forgotten
        assert (found.user_id, found.session_id) == ("~nobody", "~nobody")
        assert found.opened == Opened(OPENED.event_id, token_expires_at=1_795_417_920)
        assert found.operator == Operator(said.event_id, "CONNECTED", "")
