import json
import os
import signal
import socket
import socketserver
import threading
from contextlib import contextmanager

import pytest
from websockets.sync.client import connect

from local import embedded, emulator, status
from local.cloud import Cloud
from local.errors import LocalError
from local.prune import Deployed
from local.state import Running, StateDir
from tests.local.small import SOURCE, SmallProgram


@pytest.fixture
def program(tmp_path):
    return SmallProgram.copied(tmp_path / "program")


@contextmanager
def started(folder, program):
    state = StateDir(folder)
    process = embedded.begin(state, emulator.free_port(), program.root)
    try:
        yield state, process
    finally:
        embedded.end(state, process)


@pytest.fixture
def up(tmp_path, program):
    with started(tmp_path / "state", program) as (state, process):
        yield state, process


@contextmanager
def closing_every_connection(connections):
    """A port where every connection is noted, and closed once it has said something."""

    class Closing(socketserver.BaseRequestHandler):
        def handle(self):
            connections.append(self.request.recv(1 << 16))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Closing) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


def ask(socket_, frame='{"type": "x"}'):
    socket_.send(frame)
    return socket_.recv(timeout=20)


def test_the_deployed_program_answers(program):
    with embedded.running(root=program.root) as outputs, connect(outputs.websocket_url) as client:
        assert ask(client) == 'v1:{"type": "x"}'


def test_two_run_side_by_side(program):
    with (
        embedded.running(root=program.root) as one,
        embedded.running(root=program.root) as other,
        connect(one.websocket_url) as first,
        connect(other.websocket_url) as second,
    ):
        assert one.aws_endpoint_url != other.aws_endpoint_url
        assert ask(first) == ask(second)


def test_nothing_is_left_of_it(program):
    with embedded.running(root=program.root) as outputs:
        port = int(outputs.aws_endpoint_url.rsplit(":", 1)[1])

    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_second_deployment_brings_new_code_to_open_sockets_under_the_same_url(up, program):
    state, process = up
    program.answers("old")
    first = embedded.deploy(state, process, program.root, restarted=True)

    with connect(first.websocket_url) as client:
        before = ask(client)
        program.answers("new")
        second = embedded.deploy(state, process, program.root, restarted=False)
        after = ask(client)

    assert (before, after) == ("old", "new")
    assert first.websocket_url == second.websocket_url


def test_a_removed_route_vanishes(up, program):
    state, process = up
    gateway = Cloud(process.endpoint, "us-east-1").client("apigatewayv2")
    program.set("routes", '["extra"]')
    embedded.deploy(state, process, program.root, restarted=True)
    (api,) = gateway.get_apis()["Items"]
    program.set("routes", "[]")

    embedded.deploy(state, process, program.root, restarted=False)

    routes = gateway.get_routes(ApiId=api["ApiId"])["Items"]
    assert {route["RouteKey"] for route in routes} == {"$connect", "$default"}


def test_a_removed_resource_vanishes(up, program):
    state, process = up
    logs = Cloud(process.endpoint, "us-east-1").client("logs")
    embedded.deploy(state, process, program.root, restarted=True)
    logs.create_log_group(logGroupName="old")
    state.note_deployed([*state.deployed(), Deployed("aws:cloudwatch/logGroup:LogGroup", "old", "old")])

    embedded.deploy(state, process, program.root, restarted=False)

    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    assert groups == ["/aws/lambda/small-echo"]


def test_a_second_deployment_of_the_same_leaves_one_of_each(up, program):
    state, process = up
    client = Cloud(process.endpoint, "us-east-1").client("lambda")
    embedded.deploy(state, process, program.root, restarted=True)
    first = state.deployed()

    embedded.deploy(state, process, program.root, restarted=False)

    assert len(client.list_event_source_mappings()["EventSourceMappings"]) == 1
    assert len(state.deployed()) == len(first)


def test_a_resource_that_is_not_known_is_named_and_the_rest_can_be_deployed_after(up, program):
    state, process = up
    program.set("unknown", "yes")

    with pytest.raises(LocalError, match=r"^unknown \(aws:kinesis/stream:Stream\): .* does not know"):
        embedded.deploy(state, process, program.root, restarted=True)

    program.set("unknown", "")
    outputs = embedded.deploy(state, process, program.root, restarted=False)
    assert json.loads(state.outputs.read_text())["websocket_url"] == outputs.websocket_url


def test_an_error_of_the_program_itself_keeps_its_traceback(up, program):
    state, process = up
    program.set("routes", "not json")

    with pytest.raises(json.JSONDecodeError):
        embedded.deploy(state, process, program.root, restarted=True)


def test_policies_are_enforced(up, program):
    state, process = up
    program.set(
        "handler",
        "import boto3\n"
        "def handler(event, context):\n"
        "    try:\n"
        "        boto3.client('dynamodb').scan(TableName='small-events')\n"
        "    except Exception as error:\n"
        "        return {'statusCode': 200, 'body': type(error).__name__ + str(error)}\n"
        "    return {'statusCode': 200, 'body': 'allowed'}\n",
    )
    outputs = embedded.deploy(state, process, program.root, restarted=True)

    with connect(outputs.websocket_url) as client:
        assert "AccessDenied" in ask(client)


def test_a_killed_emulator_is_told_and_leaves_no_worker(up, program):
    state, process = up
    outputs = embedded.deploy(state, process, program.root, restarted=True)
    with connect(outputs.websocket_url) as client:
        ask(client)

    os.kill(process.pid, signal.SIGKILL)
    os.waitpid(process.pid, 0)

    assert "has died" in status.look(state).words


def test_a_busy_port_is_named(tmp_path, program):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(LocalError, match=f"^port {port} is in use"):
            embedded.begin(StateDir(tmp_path / "state"), port, program.root)


def test_each_request_of_a_deployment_is_sent_once(tmp_path):
    (tmp_path / "Pulumi.local.yaml").write_text((SOURCE / "Pulumi.local.yaml").read_text())
    (tmp_path / "__main__.py").write_text("import pulumi_aws\npulumi_aws.sqs.Queue('queue')\n")
    connections: list[bytes] = []
    with closing_every_connection(connections) as port:
        deaf = Running(pid=0, port=port, started_at="", keep=False, owner=0)

        with pytest.raises(LocalError, match=r"^queue .*ConnectionClosedError"):
            embedded.deploy(StateDir(tmp_path), deaf, tmp_path, restarted=True)

    # once for each time that the queue was ensured
    assert len(connections) == 4


def test_open_sockets_do_not_hold_up_the_end(up, program):
    state, process = up
    outputs = embedded.deploy(state, process, program.root, restarted=True)

    with connect(outputs.websocket_url):
        embedded.end(state, process)

    assert not emulator.alive(process)


def test_the_status_counts_items_and_names_functions(up, program):
    state, process = up
    outputs = embedded.deploy(state, process, program.root, restarted=True)
    dynamodb = Cloud(process.endpoint, outputs.region).client("dynamodb")
    dynamodb.put_item(TableName=outputs.events_table, Item={"id": {"S": "1"}})

    found = status.look(state)

    assert found.up
    assert dict(found.items)[outputs.events_table] == 1
    assert [function.name for function in found.functions] == ["small-echo"]
