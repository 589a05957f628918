"""Events and what their ids are made of."""

from functions.domain.frames.coalesced import rejection
from functions.domain.log.events import event
from functions.domain.log.facts import (
    ConnectionClosed,
    ConnectionFailed,
    ConnectionOpened,
    ReplyCompleted,
    ReplyFailed,
    Unrecognised,
)
from functions.domain.log.ids import event_id, lowest, time_of
from tests.gateway_events import CONNECTED_AT, CONNECTION, EXPIRES_AT, cause

MINUTE = CONNECTED_AT - CONNECTED_AT % 60_000 + 60_000
"""The first whole minute of the connection."""


def test_an_event_says_who_and_since_when_by_itself() -> None:
    closed = event(
        cause(at=CONNECTED_AT + 7, trace_id="1-69229a20-5bd2f1a63e07c4d812f09b7a"), ConnectionClosed(1000)
    )

    assert closed.connection_id == CONNECTION
    assert (closed.user_id, closed.session_id) == ("alice", "s-1")
    assert (closed.connected_at, closed.at, closed.expires_at) == (CONNECTED_AT, CONNECTED_AT + 7, EXPIRES_AT)
    assert closed.trace_id == "1-69229a20-5bd2f1a63e07c4d812f09b7a"
    assert closed.fact == ConnectionClosed(1000)


def test_the_id_comes_from_the_time_the_request_and_the_type() -> None:
    closed = event(cause(at=CONNECTED_AT + 7, request_id="request-1"), ConnectionClosed())

    assert closed.event_id == event_id(CONNECTED_AT + 7, "request-1", "ConnectionClosed")


def test_a_retry_of_a_request_gives_the_same_event() -> None:
    assert event(cause(), ConnectionClosed(1000)) == event(cause(), ConnectionClosed(1000))


def test_an_event_of_its_own_cause_keeps_the_time_when_it_happened() -> None:
    replied = event(cause(at=50), ConnectionClosed(), key="message-1", key_at=40)

    assert replied.event_id == event_id(40, "message-1", "ConnectionClosed")
    assert replied.at == 50


def test_a_cause_at_the_epoch_is_a_time_too() -> None:
    assert time_of(event(cause(at=50), ConnectionClosed(), key_at=0).event_id) == 0


def test_outcomes_that_exclude_each_other_share_one_id() -> None:
    message_id = lowest(CONNECTED_AT)
    completed = event(cause(), ReplyCompleted(message_id, "hi"), key=message_id)
    failed = event(cause(), ReplyFailed(message_id, "timeout"), key=message_id)

    assert completed.event_id == failed.event_id == event_id(cause().at, message_id, "")
    assert completed.type != failed.type


def test_an_opening_and_its_failure_share_one_id() -> None:
    assert event(cause(), ConnectionOpened()).event_id == event(cause(), ConnectionFailed()).event_id


def test_other_types_of_one_cause_have_ids_of_their_own() -> None:
    opened = event(cause(), ConnectionOpened())
    closed = event(cause(), ConnectionClosed())

    assert opened.event_id != closed.event_id


def test_an_event_is_named_by_its_fact() -> None:
    assert event(cause(), ConnectionClosed()).type == "ConnectionClosed"


def test_an_unrecognised_event_keeps_the_name_it_is_stored_under() -> None:
    assert event(cause(), Unrecognised("Teleported", 7, "an unknown type")).type == "Teleported"


def test_refusals_of_one_minute_and_code_are_one_event() -> None:
    first = rejection(cause(at=MINUTE, request_id="a"), "invalid_json")
    last = rejection(cause(at=MINUTE + 59_999, request_id="b"), "invalid_json")

    assert first.event_id == last.event_id
    assert time_of(first.event_id) == MINUTE


def test_refusals_of_another_minute_code_or_connection_are_other_events() -> None:
    ids = {
        rejection(cause(at=MINUTE), "invalid_json").event_id,
        rejection(cause(at=MINUTE + 60_000), "invalid_json").event_id,
        rejection(cause(at=MINUTE - 1), "invalid_json").event_id,
        rejection(cause(at=MINUTE), "unknown_type").event_id,
        rejection(cause(at=MINUTE, connection_id="other"), "invalid_json").event_id,
    }

    assert len(ids) == 5


def test_a_refusal_in_the_minute_of_the_connect_is_not_older_than_the_connection() -> None:
    refused = rejection(cause(at=CONNECTED_AT + 1), "invalid_json")

    assert time_of(refused.event_id) == CONNECTED_AT
    assert refused.at == CONNECTED_AT + 1
