"""Texts, from the gateway's event to the acknowledgement."""

from functions.domain.log.facts import MessageRejected, TextMessageReceived
from functions.domain.refusals import Unavailable
from tests.fakes import MemoryLog
from tests.gateway_events import CONNECTED_AT, CONNECTION, fixture, identity
from tests.unit.handlers.frames import answer, at, text


def test_a_text_is_logged_and_acknowledged(log: MemoryLog) -> None:
    frame = answer(fixture("message"), log)

    (received,) = log.events
    assert received.fact == TextMessageReceived("hello")
    assert (received.user_id, received.session_id, received.connection_id) == ("alice", "s-1", CONNECTION)
    assert frame["type"] == "text_ack"
    assert frame["id"] == "m-1"
    assert frame["data"] == {"messageId": received.event_id}


def test_a_text_without_an_id_is_a_message_each_time(log: MemoryLog) -> None:
    first = answer(text(client_id=None, **at(1)), log)
    second = answer(text(client_id=None, **at(2)), log)

    assert first["data"]["messageId"] != second["data"]["messageId"]
    assert "id" not in first
    assert len(log.events) == 2


def test_the_same_id_again_gets_the_same_message(log: MemoryLog) -> None:
    first = answer(text(**at(1)), log)
    second = answer(text(**at(2)), log)

    assert first["data"] == second["data"]
    assert len(log.events) == 1


def test_an_id_is_remembered_by_a_session_across_connections(log: MemoryLog) -> None:
    first = answer(text(**at(1)), log)
    second = answer(text(connectionId="another", **at(2)), log)

    assert first["data"] == second["data"]


def test_another_session_may_use_the_same_id(log: MemoryLog) -> None:
    first = answer(text(**at(1)), log)
    second = answer(text(authorizer=identity(sessionId="s-2"), **at(2)), log)

    assert first["data"] != second["data"]


def test_an_id_is_free_again_after_a_day(log: MemoryLog) -> None:
    later = identity(exp=str(CONNECTED_AT))
    first = answer(text(**at(1)), log)
    within = answer(text(authorizer=later, **at(86_400)), log)
    after = answer(text(authorizer=later, **at(86_401)), log)

    assert first["data"] == within["data"] != after["data"]


def test_another_text_under_an_id_is_a_conflict(log: MemoryLog) -> None:
    answer(text(**at(1)), log)
    frame = answer(text("other", **at(2)), log)

    assert (frame["data"]["code"], frame["id"]) == ("conflict", "m-1")
    assert log.facts == [TextMessageReceived("hello"), MessageRejected("conflict")]


def test_a_retry_under_the_same_request_id_changes_nothing(log: MemoryLog) -> None:
    first = answer(text(**at(1)), log)
    second = answer(text(**at(1)), log)

    assert first["data"] == second["data"]
    assert len(log.events) == 1


def test_a_retry_after_a_lost_answer_gives_what_was_lost(log: MemoryLog) -> None:
    log.after = [Unavailable("ReadTimeoutError")]
    lost = answer(text(**at(1)), log)
    again = answer(text(**at(1)), log)

    assert lost["data"]["code"] == "unavailable"
    assert again["data"] == {"messageId": log.events[0].event_id}
    assert len(log.events) == 1
