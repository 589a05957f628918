"""Connections whose end nobody reported: found by a post, lost once, and revived by a later frame."""

from functions.domain.log.facts import ConnectionLost
from functions.domain.log.ids import event_id
from functions.names import ROUTE_VOICE_DATA
from tests import gateway_events
from tests.integration.backend import Backend
from tests.integration.client import Client
from tests.integration.conftest import Absent
from tests.integration.waiting import eventually

MESSAGE = {"type": "notification", "data": {"text": "hello"}}
GONE = {"delivered": 0, "gone": 1, "failed": 0}


def test_a_connection_that_is_gone_is_counted_and_lost(backend: Backend, absent: Absent) -> None:
    connection_id = absent().connection_id

    assert backend.manage("send", connectionId=connection_id, message=MESSAGE) == GONE

    eventually(lambda: backend.status(connection_id) == "DISCONNECTED")
    assert backend.facts(connection_id)[-1] == ConnectionLost("post")
    shown = backend.manage("get", connectionId=connection_id)["connection"]
    assert shown["status"] == "DISCONNECTED"
    assert shown["disconnectedAt"] > shown["lastActivity"]


def test_a_connection_that_has_just_begun_is_not_lost(backend: Backend, absent: Absent) -> None:
    connection_id = absent(seconds_ago=1).connection_id

    assert backend.manage("send", connectionId=connection_id, message=MESSAGE) == GONE

    assert backend.types(connection_id) == ["ConnectionOpened"]
    assert backend.status(connection_id) == "CONNECTED"


def test_a_lost_connection_is_not_lost_again(backend: Backend, absent: Absent) -> None:
    connection_id = absent().connection_id
    backend.manage("send", connectionId=connection_id, message=MESSAGE)
    eventually(lambda: backend.status(connection_id) == "DISCONNECTED")

    assert backend.manage("send", connectionId=connection_id, message=MESSAGE) == GONE

    assert backend.types(connection_id) == ["ConnectionOpened", "ConnectionLost"]


def test_a_frame_after_a_false_loss_revives_the_connection(backend: Backend, absent: Absent) -> None:
    gateway = absent()
    backend.manage("send", connectionId=gateway.connection_id, message=MESSAGE)
    eventually(lambda: backend.status(gateway.connection_id) == "DISCONNECTED")

    gateway.frame({"type": "text_message", "data": {"text": "not gone at all"}})

    eventually(lambda: backend.status(gateway.connection_id) == "CONNECTED")
    item = backend.item(gateway.connection_id)
    assert item is not None
    assert "disconnectedAt" not in item
    assert "activeShard" in item


def test_a_client_that_is_gone_when_its_frame_is_refused_is_lost(backend: Backend, absent: Absent) -> None:
    gateway = absent()
    frame = gateway_events.voice_data(event_id(0, "never"), 0)["body"]

    assert gateway.frame(frame, ROUTE_VOICE_DATA) == {"statusCode": 200}

    eventually(lambda: backend.status(gateway.connection_id) == "DISCONNECTED")
    assert ConnectionLost("post") in backend.facts(gateway.connection_id)


def test_a_socket_that_broke_is_gone(backend: Backend, client: Client) -> None:
    client.abort()

    eventually(lambda: backend.manage("send", connectionId=client.connection_id, message=MESSAGE) == GONE)

    eventually(lambda: backend.status(client.connection_id) == "DISCONNECTED")
    assert "ConnectionLost" not in backend.types(client.connection_id)
