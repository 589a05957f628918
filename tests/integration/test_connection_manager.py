"""What operators and services ask: lists and their pages, statuses, closing, and sending to clients."""

import re
from typing import Any

import pytest

from functions.domain.log.facts import ConnectionStatusSet
from functions.names import CONNECTION_INFO
from tests.integration.backend import Backend
from tests.integration.client import Client
from tests.integration.conftest import Connect, Ops
from tests.integration.waiting import eventually

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
MESSAGE = {"type": "notification", "data": {"text": "hello"}}


def refusal(answer: dict[str, Any]) -> str:
    """Return the code of an answer that is an error, with a message and nothing else."""
    assert set(answer) == {"error"}, answer
    assert set(answer["error"]) == {"code", "message"}
    return str(answer["error"]["code"])


def ids(answer: dict[str, Any]) -> list[str]:
    """Return the connections of a list, in its order."""
    return [connection["connectionId"] for connection in answer["connections"]]


@pytest.fixture
def several(backend: Backend, connect: Connect, user: str) -> list[Client]:
    """Five connections of the user, oldest first, all in the read model."""
    clients = [connect(user) for _ in range(5)]
    eventually(lambda: len(ids(backend.manage("list_user", userId=user))) == len(clients))
    return clients


@pytest.fixture
def known(backend: Backend, client: Client) -> Client:
    """A connection that is in the read model."""
    eventually(lambda: backend.row(client.connection_id))
    return client


def test_a_connection_is_shown_by_its_public_fields(backend: Backend, known: Client) -> None:
    shown = backend.manage("get", connectionId=known.connection_id)["connection"]

    assert set(shown) <= set(CONNECTION_INFO)
    assert (shown["userId"], shown["status"]) == (known.user_id, "CONNECTED")
    assert ISO.fullmatch(shown["createdAt"])
    assert ISO.fullmatch(shown["tokenExpiresAt"])


def test_a_users_connections_come_newest_first_in_pages(
    backend: Backend, several: list[Client], user: str
) -> None:
    first = backend.manage("list_user", userId=user, limit=2)
    second = backend.manage("list_user", userId=user, limit=2, cursor=first["cursor"])
    third = backend.manage("list_user", userId=user, limit=2, cursor=second["cursor"])

    newest_first = [client.connection_id for client in reversed(several)]
    assert ids(first) + ids(second) + ids(third) == newest_first
    assert "cursor" not in third


def test_a_users_connections_are_filtered_by_status(
    backend: Backend, several: list[Client], user: str
) -> None:
    several[2].close()

    eventually(
        lambda: (
            ids(backend.manage("list_user", userId=user, status="DISCONNECTED")) == [several[2].connection_id]
        )
    )
    assert several[2].connection_id not in ids(backend.manage("list_user", userId=user, status="CONNECTED"))


def test_the_pages_of_all_active_hold_each_connection_once(backend: Backend, several: list[Client]) -> None:
    listed: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = backend.manage("list_all", limit=2, **cursor)
        listed += ids(page)
        if "cursor" not in page:
            break
        cursor = {"cursor": page["cursor"]}

    assert len(listed) == len(set(listed))
    assert {client.connection_id for client in several} <= set(listed)


def test_a_cursor_that_was_tampered_with_is_refused(
    backend: Backend, several: list[Client], user: str
) -> None:
    cursor = backend.manage("list_user", userId=user, limit=2)["cursor"]
    other = "A" if cursor[-5] != "A" else "B"

    for tampered in (cursor[:-5] + other + cursor[-4:], cursor[:-1], f"{cursor}A", "", "not a cursor", "ü"):
        answer = backend.manage("list_user", userId=user, limit=2, cursor=tampered)
        assert refusal(answer) == "invalid_cursor"


def test_a_cursor_of_another_list_is_refused(backend: Backend, several: list[Client], user: str) -> None:
    cursor = backend.manage("list_user", userId=user, limit=2)["cursor"]

    assert refusal(backend.manage("list_user", userId="somebody", cursor=cursor)) == "invalid_cursor"
    assert refusal(backend.manage("list_all", cursor=cursor)) == "invalid_cursor"


def test_a_status_is_set_by_an_event_that_says_who_and_why(backend: Backend, known: Client) -> None:
    answer = backend.manage(
        "update_status", connectionId=known.connection_id, status="CONNECTED", by="ann", reason="a test"
    )

    opened, status = backend.events(known.connection_id)
    assert answer == {"eventId": status.event_id}
    assert status.fact == ConnectionStatusSet("CONNECTED", "ann", "a test")
    assert (status.user_id, status.connected_at) == (opened.user_id, opened.connected_at)
    assert known.text("undisturbed")


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [("update_status", {"status": "DISCONNECTED", "by": "ann"}), ("disconnect", {"by": "ann"})],
)
def test_a_disconnected_status_closes_the_socket(
    backend: Backend, known: Client, operation: str, arguments: dict[str, str]
) -> None:
    backend.manage(operation, connectionId=known.connection_id, **arguments)

    assert known.closed_by_the_server()
    eventually(lambda: backend.types(known.connection_id)[-1] == "ConnectionClosed")
    eventually(lambda: backend.status(known.connection_id) == "DISCONNECTED")
    assert ConnectionStatusSet("DISCONNECTED", "ann") in backend.facts(known.connection_id)


def test_a_user_is_disconnected_everywhere_and_nobody_else(
    backend: Backend, several: list[Client], user: str, connect: Connect
) -> None:
    stranger = connect()

    answer = backend.manage("disconnect_user", userId=user, by="ann", reason="a test")

    assert (answer["disconnected"], answer["failed"]) == (len(several), 0)
    assert "until it expires" in answer["note"]
    assert all(client.closed_by_the_server() for client in several)
    eventually(lambda: {backend.status(client.connection_id) for client in several} == {"DISCONNECTED"})
    assert ConnectionStatusSet("DISCONNECTED", "ann", "a test") in backend.facts(several[0].connection_id)
    assert stranger.text("undisturbed")
    assert backend.manage("disconnect_user", userId=user, by="ann")["disconnected"] == 0


def test_an_operator_disconnects_a_user_from_the_command_line(
    several: list[Client], user: str, ops: Ops
) -> None:
    code, said = ops("connections", "disconnect-user", user, "--by", "ann")

    assert code == 0, said
    assert said.startswith(f"disconnected {len(several)}, gone 0, failed 0\n")
    assert "A token that the user holds opens new connections until it expires" in said
    assert all(client.closed_by_the_server() for client in several)


def test_the_status_of_an_ended_connection_is_a_conflict(backend: Backend, known: Client) -> None:
    known.close()
    eventually(lambda: backend.status(known.connection_id) == "DISCONNECTED")

    answer = backend.manage("update_status", connectionId=known.connection_id, status="CONNECTED", by="ann")

    assert refusal(answer) == "conflict"
    assert backend.types(known.connection_id) == ["ConnectionOpened", "ConnectionClosed"]


def test_a_message_to_a_connection_reaches_its_client(backend: Backend, known: Client) -> None:
    sent = backend.manage("send", connectionId=known.connection_id, message=MESSAGE)

    assert sent == {"delivered": 1, "gone": 0, "failed": 0}
    received = known.receive()
    assert ISO.fullmatch(received.pop("timestamp"))
    assert received == MESSAGE


def test_a_message_to_a_user_reaches_each_of_their_clients_once(
    backend: Backend, several: list[Client], user: str, connect: Connect
) -> None:
    stranger = connect()

    sent = backend.manage("send", userId=user, message=MESSAGE)

    assert sent == {"delivered": len(several), "gone": 0, "failed": 0}
    for client in several:
        assert client.receive()["type"] == "notification"
        assert client.ask({"type": "ping"}) == {"type": "pong"}
    assert stranger.ask({"type": "ping"}) == {"type": "pong"}


def test_a_message_to_all_reaches_clients_of_all_users(backend: Backend, connect: Connect) -> None:
    clients = [connect() for _ in range(3)]
    eventually(lambda: all(backend.row(client.connection_id) for client in clients))

    sent = backend.manage("send", message=MESSAGE, all=True)

    assert sent["delivered"] >= len(clients)
    assert sent["failed"] == 0
    assert [client.receive()["type"] for client in clients] == ["notification"] * len(clients)


def test_a_message_to_a_user_without_connections_reaches_nobody(backend: Backend, user: str) -> None:
    assert backend.manage("send", userId=user, message=MESSAGE) == {"delivered": 0, "gone": 0, "failed": 0}


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param({"operation": "get"}, id="get"),
        pytest.param({"operation": "update_status", "status": "CONNECTED", "by": "ann"}, id="update_status"),
        pytest.param({"operation": "disconnect", "by": "ann"}, id="disconnect"),
        pytest.param({"operation": "send", "message": MESSAGE}, id="send"),
    ],
)
def test_a_connection_that_never_was_is_not_found(backend: Backend, request_: dict[str, Any]) -> None:
    assert refusal(backend.manage(**request_, connectionId="never-was=")) == "not_found"
    assert backend.types("never-was=") == []


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param({}, id="nothing"),
        pytest.param([], id="a list"),
        pytest.param({"operation": "explode"}, id="an unknown operation"),
        pytest.param({"operation": "get"}, id="no connection"),
        pytest.param({"operation": "get", "connectionId": ""}, id="an empty connection"),
        pytest.param({"operation": "get", "connectionId": "x", "force": True}, id="an unknown field"),
        pytest.param({"operation": "list_user", "userId": "a b"}, id="a bad user"),
        pytest.param({"operation": "list_user", "userId": "a", "limit": 0}, id="no limit"),
        pytest.param({"operation": "list_all", "limit": 501}, id="a great limit"),
        pytest.param({"operation": "list_user", "userId": "a", "status": "AWAY"}, id="an unknown status"),
        pytest.param({"operation": "disconnect", "connectionId": "x"}, id="by nobody"),
        pytest.param({"operation": "cleanup", "idleSeconds": -1}, id="a negative threshold"),
        pytest.param({"operation": "send", "message": MESSAGE}, id="to nobody"),
        pytest.param({"operation": "send", "message": MESSAGE, "all": True, "userId": "a"}, id="to two"),
        pytest.param(
            {"operation": "send", "message": {"type": "text_ack"}, "all": True}, id="a server's word"
        ),
        pytest.param(
            {"operation": "send", "message": {"type": "n", "data": {"x": "x" * 28_672}}, "all": True},
            id="a large message",
        ),
    ],
)
def test_what_cannot_be_done_is_an_invalid_request(backend: Backend, request_: object) -> None:
    answer = backend.invoke(backend.outputs.connection_manager_function, request_)

    assert refusal(answer) == "invalid_request"
