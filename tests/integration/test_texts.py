"""Texts and pings: each is answered, logged once, and kept in the chat storage."""

import json
import re

import pytest

from functions.domain.log.facts import TextMessageReceived
from functions.names import PONG
from tests.integration.backend import Backend
from tests.integration.client import Client
from tests.integration.conftest import Connect
from tests.integration.waiting import eventually

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_a_ping_gets_the_pong_and_nothing_more(backend: Backend, client: Client) -> None:
    client.send({"type": "ping", "id": "p-1", "timestamp": 1})

    assert client.receive_text() == PONG
    assert backend.types(client.connection_id) == ["ConnectionOpened"]


def test_a_text_is_acknowledged_under_the_clients_id_and_the_servers_time(client: Client) -> None:
    answer = client.ask({"type": "text_message", "id": "m-1", "data": {"text": "hello"}})

    assert set(answer) == {"type", "id", "timestamp", "data"}
    assert (answer["type"], answer["id"]) == ("text_ack", "m-1")
    assert set(answer["data"]) == {"messageId"}
    assert ISO.fullmatch(answer["timestamp"])


def test_an_answer_to_a_frame_without_an_id_has_none(client: Client) -> None:
    answer = client.ask({"type": "text_message", "data": {"text": "hello"}})

    assert set(answer) == {"type", "timestamp", "data"}


def test_a_text_is_logged_with_who_and_since_when(backend: Backend, connect: Connect) -> None:
    client = connect(session_id="texts")

    message_id = client.text("grüße, 世界 🎈")

    opened, received = backend.events(client.connection_id)
    assert received.event_id == message_id
    assert received.fact == TextMessageReceived("grüße, 世界 🎈")
    assert (received.user_id, received.session_id) == (client.user_id, "texts")
    assert received.connected_at == opened.connected_at
    assert received.expires_at == opened.expires_at
    assert received.at >= opened.at


def test_each_text_is_a_message_of_its_conversation(backend: Backend, connect: Connect, user: str) -> None:
    first, second = connect(user, f"session-{user}"), connect(user, f"session-{user}")

    sent = [first.text("one"), second.text("two"), first.text("three")]

    eventually(lambda: len(backend.messages(f"session-{user}")) == len(sent))
    kept = {message["event_id"]: message for message in backend.messages(f"session-{user}")}
    assert [kept[message_id]["text"] for message_id in sent] == ["one", "two", "three"]
    assert [kept[message_id]["connection_id"] for message_id in sent] == [
        first.connection_id,
        second.connection_id,
        first.connection_id,
    ]
    assert {(message["role"], message["user_id"]) for message in kept.values()} == {("user", user)}


def test_a_text_without_a_session_is_a_message_of_its_connection(backend: Backend, client: Client) -> None:
    message_id = client.text("alone")

    [message] = eventually(lambda: backend.messages(client.conversation))
    assert (message["event_id"], message["message_id"]) == (message_id, message_id)


def test_a_text_is_activity(backend: Backend, client: Client) -> None:
    client.text("here I am")
    received = backend.events(client.connection_id)[-1]

    eventually(lambda: (row := backend.row(client.connection_id)) and row.last_activity == received.at)


def test_the_same_id_again_gets_the_same_message(backend: Backend, client: Client) -> None:
    first = client.text("once", "m-1")
    again = client.text("once", "m-1")

    assert again == first
    assert backend.types(client.connection_id) == ["ConnectionOpened", "TextMessageReceived"]


def test_the_same_id_gets_the_same_message_over_another_connection_of_the_session(
    backend: Backend, connect: Connect, user: str
) -> None:
    before = connect(user, f"session-{user}")
    first = before.text("once", "m-1")
    before.abort()
    after = connect(user, f"session-{user}")

    again = after.text("once", "m-1")

    assert again == first
    assert backend.types(after.connection_id) == ["ConnectionOpened"]


def test_the_same_id_of_another_conversation_is_another_message(connect: Connect) -> None:
    assert connect().text("once", "m-1") != connect().text("once", "m-1")


def test_texts_without_an_id_are_as_many_messages(backend: Backend, client: Client) -> None:
    sent = [client.text("again") for _ in range(3)]

    assert len(set(sent)) == len(sent)
    assert backend.types(client.connection_id).count("TextMessageReceived") == len(sent)


@pytest.mark.parametrize(
    "surplus",
    [
        pytest.param({"extra": {"a": [1, None]}}, id="in the frame"),
        pytest.param({"timestamp": "2026-11-23T05:12:00Z"}, id="a time as text"),
        pytest.param({"timestamp": 1795410720.5}, id="a time as a number"),
    ],
)
def test_fields_that_the_server_does_not_know_are_ignored(client: Client, surplus: dict[str, object]) -> None:
    answer = client.ask({"type": "text_message", "data": {"text": "hi", "colour": "red"}, **surplus})

    assert answer["type"] == "text_ack"


def test_the_longest_text_is_taken(client: Client) -> None:
    longest = {"type": "text_message", "data": {"text": "\N{GRINNING FACE}" * 8_000}}

    answer = client.ask(json.dumps(longest, ensure_ascii=False))

    assert answer["type"] == "text_ack"


def test_a_ping_in_capitals_or_with_spaces_is_not_a_ping(client: Client) -> None:
    assert client.refused('{"type":"PING"}') == "unknown_type"
    assert client.refused('{"type":" ping"}') == "unknown_type"
