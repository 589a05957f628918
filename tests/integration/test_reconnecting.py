"""Reconnects and late news: the end of one connection says nothing of another."""

import pytest

from functions import names
from functions.domain.log.facts import ConnectionClosed
from tests.integration.backend import Backend
from tests.integration.conftest import Connect
from tests.integration.gateway import Gateway, now
from tests.integration.waiting import eventually


@pytest.fixture
def session(user: str) -> str:
    return f"session-{user}"


def test_a_late_disconnect_of_the_old_connection_leaves_the_new_one(
    backend: Backend, connect: Connect, user: str, session: str
) -> None:
    old = Gateway(backend, user, now() - 60_000, session)
    old.connect()
    new = connect(user, session)
    eventually(lambda: backend.status(new.connection_id) == "CONNECTED")

    old.disconnect()

    eventually(lambda: backend.status(old.connection_id) == "DISCONNECTED")
    assert backend.status(new.connection_id) == "CONNECTED"
    assert new.text("still here")


def test_a_client_that_reconnects_before_its_old_socket_is_missed_is_connected_once(
    backend: Backend, connect: Connect, user: str, session: str
) -> None:
    old = connect(user, session)
    new = connect(user, session)
    old.abort()

    eventually(lambda: backend.status(old.connection_id) == "DISCONNECTED")
    assert backend.status(new.connection_id) == "CONNECTED"
    listed = backend.manage("list_user", userId=user, status="CONNECTED")["connections"]
    assert [connection["connectionId"] for connection in listed] == [new.connection_id]


def test_a_disconnect_that_overtakes_its_connect_still_ends_the_connection(
    backend: Backend, user: str
) -> None:
    gateway = Gateway(backend, user, now() - 1_000)

    gateway.disconnect()
    gateway.connect()

    eventually(lambda: (row := backend.row(gateway.connection_id)) and row.opened)
    assert backend.status(gateway.connection_id) == "DISCONNECTED"


def test_a_repeated_connect_appends_nothing(backend: Backend, user: str, session: str) -> None:
    gateway = Gateway(backend, user, now(), session)

    answers = [gateway.connect(requestId="c-1") for _ in range(3)]

    assert answers == [{"statusCode": 200}] * 3
    assert backend.types(gateway.connection_id) == ["ConnectionOpened"]


def test_a_repeated_disconnect_appends_nothing(backend: Backend, user: str) -> None:
    gateway = Gateway(backend, user, now() - 1_000)
    gateway.connect()
    at = now()

    for _ in range(3):
        gateway.disconnect(requestId="d-1", requestTimeEpoch=at)

    assert backend.types(gateway.connection_id) == ["ConnectionOpened", "ConnectionClosed"]


def test_of_two_disconnects_the_first_counts(backend: Backend, user: str) -> None:
    gateway = Gateway(backend, user, now() - 10_000)
    gateway.connect()
    first = now() - 5_000

    gateway.disconnect(requestTimeEpoch=first + 1_000, disconnectStatusCode=1006)
    gateway.disconnect(requestTimeEpoch=first, disconnectStatusCode=1001)

    def joined() -> bool:
        row = backend.row(gateway.connection_id)
        return row is not None and row.closed is not None and row.closed.at == first

    eventually(joined)
    assert backend.facts(gateway.connection_id)[1] == ConnectionClosed(1001, "Going away")


def test_a_repeated_frame_gets_the_same_answer_and_appends_nothing(gateway: Gateway) -> None:
    frame = {"type": "text_message", "data": {"text": "x"}}
    at = now()

    answers = [gateway.frame(frame, requestId="f-1", requestTimeEpoch=at)["body"] for _ in range(2)]

    assert answers[0].split("messageId")[1] == answers[1].split("messageId")[1]
    assert gateway.backend.types(gateway.connection_id) == ["ConnectionOpened", "TextMessageReceived"]


def test_a_repeated_start_of_a_voice_session_opens_one(gateway: Gateway) -> None:
    at = now()

    answers = [
        gateway.frame({"type": "voice_start"}, requestId="f-1", requestTimeEpoch=at)["body"] for _ in range(2)
    ]

    assert answers[0].split("voiceSessionId")[1] == answers[1].split("voiceSessionId")[1]
    assert gateway.backend.types(gateway.connection_id) == ["ConnectionOpened", "VoiceSessionStarted"]


def test_a_repeated_end_of_a_voice_session_ends_it_once(gateway: Gateway) -> None:
    opened = gateway.frame({"type": "voice_start"})["body"]
    session = opened.split('voiceSessionId":"')[1][:26]
    at = now()
    end = {"type": "voice_end", "data": {"voiceSessionId": session, "lastSeq": 3}}

    def ends() -> int:
        gateway.frame(end, names.ROUTE_VOICE_END, requestId="f-2", requestTimeEpoch=at)
        return gateway.backend.types(gateway.connection_id).count("VoiceSessionEnded")

    eventually(ends)
    assert ends() == 1
