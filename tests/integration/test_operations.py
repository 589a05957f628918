"""The operators' commands on the deployed backend: beside live traffic, and after a row was spoilt."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest

from functions.aws.attributes import to_item
from ops.read_models.rebuild import Rebuilt, rebuild
from ops.read_models.verify import verify
from tests.integration.backend import Backend
from tests.integration.client import Client
from tests.integration.conftest import Connect, Ops
from tests.integration.waiting import eventually

IN_FLIGHT_SECONDS = 5
"""No projector here takes so long; a rebuild waits for the projector's timeout by itself."""


@contextmanager
def talking(clients: list[Client]) -> Iterator[Callable[[], int]]:
    """Let clients send texts for as long as the block lasts; give how many have been acknowledged.

    Those who talk so fast reach the limit of their minute, and go on all the same.
    """
    over = Event()
    acknowledged: list[str] = []

    def talk(client: Client) -> None:
        while not over.is_set():
            answer = client.ask({"type": "text_message", "data": {"text": "on and on"}})
            if answer["type"] == "text_ack":
                acknowledged.append(answer["data"]["messageId"])

    with ThreadPoolExecutor(len(clients)) as threads:
        talks = [threads.submit(talk, client) for client in clients]
        try:
            yield lambda: len(acknowledged)
        finally:
            over.set()
        for ended in talks:
            ended.result()


@pytest.mark.usefixtures("quiet")
def test_the_read_models_of_a_backend_at_rest_equal_its_log(ops: Ops) -> None:
    code, said = ops("verify", "--at-rest")

    assert (code, "no differences" in said) == (0, True), said


def test_a_rebuild_beside_live_traffic_loses_nothing(backend: Backend, connect: Connect) -> None:
    clients = [connect() for _ in range(3)]

    with talking(clients) as acknowledged:
        before = acknowledged()
        rebuilt = rebuild(backend.deployment, wait_seconds=IN_FLIGHT_SECONDS)
        meanwhile = acknowledged() - before

    assert isinstance(rebuilt, Rebuilt)
    assert rebuilt.connections >= len(clients)
    assert meanwhile > len(clients)
    verified = verify(backend.deployment)
    assert verified.differences == ()
    texts = [len(backend.messages(client.conversation)) for client in clients]
    logged = [backend.types(client.connection_id).count("TextMessageReceived") for client in clients]
    assert texts == logged


@pytest.mark.usefixtures("quiet")
def test_what_is_spoilt_by_hand_is_found_and_repaired(backend: Backend, client: Client, ops: Ops) -> None:
    client.text("one")
    client.close()
    eventually(backend.is_quiet)
    spoil(backend, client.connection_id)
    invent(backend)
    miscount(backend)

    code, said = ops("verify", "--at-rest")
    assert code == 1, said
    assert "3 differences" in said
    for what in (client.connection_id, "invented", "opened"):
        assert what in said

    assert ops("rebuild")[0] == 0
    code, said = ops("verify", "--at-rest")
    assert (code, "no differences" in said) == (0, True), said
    row = backend.row(client.connection_id)
    assert row is not None
    assert row.user_id == client.user_id


def spoil(backend: Backend, connection_id: str) -> None:
    """Give a row another user."""
    backend.cloud.client("dynamodb").update_item(
        TableName=backend.outputs.connections_table,
        Key=to_item({"connectionId": connection_id}),
        UpdateExpression="SET userId = :user",
        ExpressionAttributeValues=to_item({":user": "somebody-else"}),
    )


def invent(backend: Backend) -> None:
    """Make a row of which the log knows nothing."""
    client = backend.cloud.client("dynamodb")
    table = backend.outputs.connections_table
    item = client.scan(TableName=table, Limit=1)["Items"][0]
    client.put_item(TableName=table, Item={**item, **to_item({"connectionId": "invented"})})


def miscount(backend: Backend) -> None:
    """Count somebody who never connected, in one of the counters."""
    client = backend.cloud.client("dynamodb")
    item = client.query(
        TableName=backend.outputs.metrics_table,
        KeyConditionExpression="metric = :opened",
        ExpressionAttributeValues=to_item({":opened": "opened"}),
        ScanIndexForward=False,
        Limit=1,
    )["Items"][0]
    client.update_item(
        TableName=backend.outputs.metrics_table,
        Key={name: item[name] for name in ("metric", "bucket")},
        UpdateExpression="ADD #count :one",
        ExpressionAttributeNames={"#count": "count"},
        ExpressionAttributeValues=to_item({":one": 1}),
    )
