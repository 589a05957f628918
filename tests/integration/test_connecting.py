"""Connecting and leaving: who gets in, and what the log and the row keep of it."""

import pytest
from websockets.exceptions import InvalidStatus

from functions.domain.limits import CONNECTION_SECONDS
from functions.domain.log.facts import ConnectionClosed, ConnectionOpened
from functions.names import CONNECTION_INFO
from tests.integration.backend import Backend
from tests.integration.client import Client, open_socket
from tests.integration.conftest import Connect
from tests.integration.waiting import eventually


def test_a_connection_is_logged_with_who_since_when_and_from_where(
    backend: Backend, connect: Connect
) -> None:
    client = connect(session_id="a-session")

    [opened] = backend.events(client.connection_id)

    assert (opened.user_id, opened.session_id) == (client.user_id, "a-session")
    assert isinstance(opened.fact, ConnectionOpened)
    assert opened.fact.ip_address == "127.0.0.1"
    assert opened.fact.token_expires_at == opened.connected_at // 1000 + CONNECTION_SECONDS
    assert opened.expires_at == opened.connected_at // 1000 + 90 * 86_400
    assert 0 <= opened.at - opened.connected_at < 30_000


def test_a_connection_has_a_row_with_what_the_field_asks_for(backend: Backend, connect: Connect) -> None:
    client = connect(session_id="another-session")

    row = eventually(lambda: backend.item(client.connection_id))

    assert set(CONNECTION_INFO) - {"disconnectedAt"} <= set(row)
    assert (row["userId"], row["sessionId"]) == (client.user_id, "another-session")
    assert (row["status"], row["ipAddress"]) == ("CONNECTED", "127.0.0.1")
    assert row["userAgent"].startswith("test/")
    assert row["createdAt"] <= row["lastActivity"]


def test_a_connection_without_a_session_has_none(backend: Backend, client: Client) -> None:
    row = eventually(lambda: backend.item(client.connection_id))

    assert "sessionId" not in row


@pytest.mark.parametrize(
    "query",
    [
        pytest.param({}, id="no user"),
        pytest.param({"userId": ""}, id="an empty user"),
        pytest.param({"userId": "not allowed"}, id="a space"),
        pytest.param({"userId": "a/b"}, id="a slash"),
        pytest.param({"userId": "é"}, id="beyond ASCII"),
        pytest.param({"userId": "a\n"}, id="a newline"),
        pytest.param({"userId": "a" * 129}, id="too long"),
        pytest.param({"userId": "{user}", "sessionId": "not allowed"}, id="a bad session"),
        pytest.param({"userId": "{user}", "sessionId": ""}, id="an empty session"),
        pytest.param({"userId": "{user}", "session_id": "s-1"}, id="a misspelt session"),
    ],
)
def test_who_does_not_say_who_they_are_is_refused(backend: Backend, user: str, query: dict[str, str]) -> None:
    named = {name: value.format(user=user) for name, value in query.items()}

    with (
        pytest.raises(InvalidStatus) as refused,
        open_socket(backend.outputs.websocket_url, named, f"test/{user}"),
    ):
        pass

    assert refused.value.response.status_code == 403
    assert backend.opened_by(f"test/{user}") == []


def test_ids_may_hold_what_addresses_and_subjects_hold(connect: Connect) -> None:
    client = connect("auth0|Ann.B-c_d:e@f+g=", "s" * 128)

    assert client.ask({"type": "ping"}) == {"type": "pong"}


def test_a_plus_in_the_url_is_a_space_and_no_name_has_one(backend: Backend, user: str) -> None:
    url = f"{backend.outputs.websocket_url}?userId={user}&sessionId=a+b"

    with pytest.raises(InvalidStatus) as refused, open_socket(url, {}, "test/plus"):
        pass

    assert refused.value.response.status_code == 403


def test_a_session_of_another_user_is_refused(backend: Backend, connect: Connect, user: str) -> None:
    owner = connect(session_id=f"session-of-{user}")

    with pytest.raises(InvalidStatus) as refused:
        connect(user, owner.session_id)

    assert refused.value.response.status_code == 403
    assert backend.events_of_user(user) == []


def test_a_session_outlives_a_connection_of_its_owner(connect: Connect, user: str) -> None:
    connect(user, f"session-of-{user}").close()

    again = connect(user, f"session-of-{user}")

    assert again.ask({"type": "ping"}) == {"type": "pong"}


def test_leaving_ends_the_connection(backend: Backend, client: Client) -> None:
    client.close()

    eventually(lambda: backend.status(client.connection_id) == "DISCONNECTED")

    opened, closed = backend.events(client.connection_id)
    row = backend.row(client.connection_id)
    assert isinstance(closed.fact, ConnectionClosed)
    assert (closed.user_id, closed.connected_at) == (opened.user_id, opened.connected_at)
    assert row is not None
    assert row.ended_at == closed.at
    assert row.last_activity < closed.at


def test_a_socket_that_breaks_ends_the_connection_too(backend: Backend, client: Client) -> None:
    client.abort()

    eventually(lambda: backend.status(client.connection_id) == "DISCONNECTED")

    assert backend.types(client.connection_id) == ["ConnectionOpened", "ConnectionClosed"]
