"""What the projection makes of traffic: rows, indexes, counters and nothing twice."""

import pytest

from functions.aws.read_models.connection_items import active_shard
from functions.domain.connections.counters import NOW
from functions.names import (
    CONNECTION_INDEXED,
    CONNECTIONS_ACTIVE,
    CONNECTIONS_ACTIVE_KEY,
    CONNECTIONS_BY_USER,
    CONNECTIONS_BY_USER_KEY,
)
from tests.integration.backend import Backend, moved
from tests.integration.client import Client
from tests.integration.conftest import Connect
from tests.integration.waiting import eventually


def test_a_users_connections_are_in_the_index_by_user(backend: Backend, connect: Connect, user: str) -> None:
    opened = [connect(user).connection_id for _ in range(3)]

    def indexed() -> list[str]:
        rows = backend.index(CONNECTIONS_BY_USER, CONNECTIONS_BY_USER_KEY[0], user)
        return [row["connectionId"] for row in rows]

    eventually(lambda: indexed() == opened)


def test_an_index_shows_what_lists_show_and_no_more(backend: Backend, client: Client) -> None:
    [shown] = eventually(
        lambda: backend.index(CONNECTIONS_BY_USER, CONNECTIONS_BY_USER_KEY[0], client.user_id)
    )

    assert set(shown) <= set(CONNECTION_INDEXED)


def test_only_a_connection_that_has_not_ended_is_in_the_index_of_the_active(
    backend: Backend, client: Client
) -> None:
    shard = active_shard(client.connection_id)

    def active() -> bool:
        rows = backend.index(CONNECTIONS_ACTIVE, CONNECTIONS_ACTIVE_KEY[0], shard)
        return client.connection_id in [row["connectionId"] for row in rows]

    eventually(active)
    client.close()
    eventually(lambda: not active())
    item = backend.item(client.connection_id)
    assert item is not None
    assert not set(CONNECTIONS_ACTIVE_KEY) & set(item)


def test_a_row_expires_with_its_events(backend: Backend, client: Client) -> None:
    client.text("one more")

    item = eventually(lambda: backend.item(client.connection_id))

    assert {event.expires_at for event in backend.events(client.connection_id)} == {item["expires_at"]}


@pytest.mark.usefixtures("quiet")
def test_traffic_moves_the_counters_by_what_it_was(backend: Backend, connect: Connect) -> None:
    before = backend.counters()
    client = connect()
    client.text("one")
    client.text("two")
    client.end_voice(client.start_voice(), 9)

    eventually(
        lambda: (
            moved(before, backend.counters())
            == {(0, "opened"): 1, (0, "texts"): 2, (0, "voice_sessions"): 1, (NOW, "active"): 1}
        )
    )
    client.close()
    eventually(
        lambda: (
            moved(before, backend.counters())
            == {(0, "opened"): 1, (0, "texts"): 2, (0, "voice_sessions"): 1, (0, "closed"): 1}
        )
    )
