"""When a connection has ended, and what shows of it."""

from functions.domain.connections.connection import Closed, Lost, Operator
from functions.domain.log.facts import (
    ConnectionClosed,
    ConnectionFailed,
    ConnectionLost,
    ConnectionStatusSet,
    TextMessageReceived,
)
from tests.unit.domain.connections.rows import OPENED, at, happened, row


def test_a_closed_connection_has_ended_when_it_was_closed() -> None:
    closed = row(OPENED, happened(9, ConnectionClosed(1001, "Going away")))

    assert closed.closed == Closed(happened(9, ConnectionClosed()).event_id, at(9), 1001)
    assert (closed.status, closed.ended_at) == ("DISCONNECTED", at(9))


def test_a_frame_after_the_close_does_not_revive() -> None:
    closed = row(OPENED, happened(9, ConnectionClosed()), happened(10, TextMessageReceived("late")))

    assert (closed.status, closed.ended_at) == ("DISCONNECTED", at(9))


def test_a_close_that_arrives_before_the_open_still_closes() -> None:
    closed = row(happened(9, ConnectionClosed()), OPENED)

    assert closed.status == "DISCONNECTED"


def test_a_connection_that_failed_to_open_has_ended_before_it_began() -> None:
    failed = row(happened(0, ConnectionFailed()))

    assert failed.opened is None
    assert (failed.status, failed.ended_at) == ("DISCONNECTED", at(0))


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
