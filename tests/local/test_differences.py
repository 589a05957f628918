"""How the emulator differs from AWS: if a test fails here, a row of docs/embedded.md has become untrue."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError
from websockets.exceptions import ConnectionClosedOK, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from functions.aws import clients
from local import embedded
from local.cloud import Cloud
from local.outputs import Outputs
from tests.local.small import SmallProgram

HANDLER = """
import json, time

def handler(event, context):
    request = event["requestContext"]
    query = event.get("queryStringParameters") or {}
    if request["eventType"] == "CONNECT":
        return {"statusCode": int(query.get("answer", 200))}
    if request["eventType"] == "DISCONNECT":
        print(request["connectionId"], "closed with", request["disconnectStatusCode"])
        return {"statusCode": 200}
    if event["body"] == "raise":
        raise ValueError("on purpose")
    began = time.monotonic()
    print("seen")  # or the emulator waits for a line
    if event["body"] == "slow":
        time.sleep(0.1)
    seen = {"body": event["body"], "base64": event["isBase64Encoded"], "id": request["connectionId"]}
    return {"statusCode": 200, "body": json.dumps({**seen, "began": began, "ended": time.monotonic()})}
"""


@dataclass(frozen=True)
class Emulated:
    outputs: Outputs
    cloud: Cloud

    @property
    def url(self) -> str:
        return self.outputs.websocket_url

    @property
    def management(self) -> Any:
        return self.cloud.management(self.outputs.management_endpoint)


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulated]:
    program = SmallProgram.copied(tmp_path_factory.mktemp("program") / "program")
    program.set("handler", HANDLER)
    program.set("routes", '["oneway", "$disconnect"]')
    with embedded.running(root=program.root) as outputs:
        yield Emulated(outputs, Cloud(outputs.aws_endpoint_url, outputs.region))


@pytest.fixture
def client(emulated: Emulated) -> Iterator[ClientConnection]:
    with connect(emulated.url, max_size=None) as socket:
        yield socket


def ask(client: ClientConnection, frame: str | bytes = "x") -> dict[str, Any]:
    client.send(frame)
    answer: dict[str, Any] = json.loads(client.recv(timeout=20))
    return answer


def test_a_binary_frame_arrives_as_text(client: ClientConnection) -> None:
    seen = ask(client, b"\xffabc")

    assert (seen["body"], seen["base64"]) == ("\ufffdabc", False)


def test_a_large_frame_arrives(client: ClientConnection) -> None:
    assert len(ask(client, "x" * 200_000)["body"]) == 200_000


def test_a_large_frame_is_delivered_by_callback(emulated: Emulated, client: ClientConnection) -> None:
    unchecked = clients.management(
        emulated.outputs.management_endpoint,
        region_name=emulated.outputs.region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    unchecked.post_to_connection(ConnectionId=ask(client)["id"], Data=b"y" * 200_000)

    assert len(client.recv(timeout=20)) == 200_000


def test_no_frame_is_throttled(client: ClientConnection) -> None:
    for _ in range(40):  # the small program's stage takes 5 at once
        client.send("x")

    assert all("body" in json.loads(client.recv(timeout=20)) for _ in range(40))


def test_an_answer_is_sent_on_a_route_that_has_none(client: ClientConnection) -> None:
    assert ask(client, '{"type": "oneway"}')["body"] == '{"type": "oneway"}'


def test_a_client_reads_what_a_function_raises(client: ClientConnection) -> None:
    client.send("raise")

    assert client.recv(timeout=20) == "on purpose"


def test_a_subprotocol_is_never_agreed_on(emulated: Emulated) -> None:
    with connect(emulated.url, subprotocols=["chat"]) as socket:  # type: ignore[list-item]  # a NewType of str
        assert socket.subprotocol is None


def test_any_stage_is_served(emulated: Emulated) -> None:
    with connect(f"{emulated.url.rpartition('/')[0]}/elsewhere") as socket:
        assert ask(socket)["body"] == "x"


def test_every_refusal_of_a_handshake_is_403(emulated: Emulated) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(f"{emulated.url}?answer=500"):
        pass

    assert refused.value.response.status_code == 403


def test_a_function_takes_one_frame_at_a_time(emulated: Emulated) -> None:
    with ExitStack() as stack:
        sockets = [stack.enter_context(connect(emulated.url)) for _ in range(2)]
        for socket in sockets:
            socket.send("slow")

        first, second = sorted(
            (json.loads(socket.recv(timeout=20)) for socket in sockets), key=lambda seen: seen["began"]
        )

    assert first["ended"] <= second["began"]


def test_a_connection_that_is_deleted_closes_with_1000(emulated: Emulated, client: ClientConnection) -> None:
    emulated.management.delete_connection(ConnectionId=ask(client)["id"])

    with pytest.raises(ConnectionClosedOK) as closed:
        client.recv(timeout=20)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1000


def test_the_code_that_a_client_closed_with_is_lost(emulated: Emulated) -> None:
    with connect(emulated.url) as socket:
        connection_id = ask(socket)["id"]
        socket.close(4001)

    logs, deadline = emulated.cloud.client("logs"), time.monotonic() + 20
    told: list[Any] = []
    while not told:
        assert time.monotonic() < deadline
        told = logs.filter_log_events(
            logGroupName="/aws/lambda/small-echo", filterPattern=f'"{connection_id} closed"'
        )["events"]
    assert [event["message"] for event in told] == [f"{connection_id} closed with 1006"]


def test_a_malformed_connection_id_is_gone(emulated: Emulated) -> None:
    with pytest.raises(ClientError, match="GoneException"):
        emulated.management.get_connection(ConnectionId="no id")


def test_what_a_route_invokes_is_not_measured(emulated: Emulated, client: ClientConnection) -> None:
    ask(client)

    assert emulated.cloud.client("cloudwatch").list_metrics(Namespace="AWS/Lambda")["Metrics"] == []
