"""A delivery queue on the embedded AWS: what is for all comes by it, and what was put aside comes back."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest

from functions.domain.feeds.feeds import Subscriber
from functions.domain.feeds.jobs import Push, encode
from local.stackfile import PROJECT
from ops.failures.deliveries import redrive_deliveries
from tests.integration.backend import Backend
from tests.integration.client import Client, open_socket
from tests.integration.conftest import deployed
from tests.integration.gateway import now
from tests.integration.waiting import eventually

QUEUED: Final = {f"{PROJECT}:delivery": json.dumps({"queue": "true"})}


@pytest.fixture(scope="module")
def queued_backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with deployed(tmp_path_factory.mktemp("queued"), QUEUED) as backend:
        yield backend


@pytest.fixture
def client(queued_backend: Backend, user: str) -> Iterator[Client]:
    with open_socket(queued_backend.outputs.websocket_url, {"userId": user}, f"test/{user}") as socket:
        [opened] = queued_backend.events_of_user(user)
        eventually(lambda: queued_backend.row(opened.connection_id))
        yield Client(socket, user, None, opened.connection_id)


def test_what_is_for_all_reaches_them_by_the_queue(queued_backend: Backend, client: Client) -> None:
    sent = queued_backend.manage("send", all=True, message={"type": "news", "data": {"number": 7}})

    assert (sent["delivered"], sent["failed"]) == (0, 0)
    assert sent["queued"] >= 1
    frame: dict[str, Any] = json.loads(client.receive_any())
    assert (frame["type"], frame["data"]) == ("news", {"number": 7})


def test_what_was_put_aside_reaches_them_once_it_is_put_back(
    queued_backend: Backend, client: Client, user: str
) -> None:
    outputs = queued_backend.deployment.outputs
    to = Subscriber(client.connection_id, user, None, now(), now() // 1000 + 86_400)
    for body in (encode(Push('{"type": "late"}', (to,), attempt=6)), "no job"):
        queued_backend.deployment.queues.send_message(
            QueueUrl=outputs.delivery_failure_queue, MessageBody=body
        )

    done = redrive_deliveries(queued_backend.deployment)

    assert (done.jobs, done.recipients, len(done.left)) == (1, 1, 1)
    assert json.loads(client.receive_any()) == {"type": "late"}
