"""What functions behind WebSocket routes write, and how they fail, is in CloudWatch Logs as on AWS."""

import re
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from threading import Thread
from typing import Any

import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from local import embedded, emulator, follow, logs
from local.cloud import Cloud
from local.errors import LocalError
from local.function_logs import FunctionLogs, Line, now, of_invocations
from local.outputs import Outputs
from local.state import Running, StateDir
from local.up import Up
from ops.terminal import Terminal
from tests.commands import running
from tests.local.small import SmallProgram

HANDLER = """
import json, time

def handler(event, context):
    match event["body"]:
        case "raise":
            print("about to raise")
            raise ValueError("on purpose")
        case "hang":
            time.sleep(60)
        case "hostile":
            print("[red]\\x1b[2J[/x]")
    print(json.dumps({"levelname": "INFO", "message": event["body"]}))
    return {"statusCode": 200, "body": context.aws_request_id}
"""


@dataclass(frozen=True)
class Emulated:
    state: StateDir
    process: Running
    program: SmallProgram
    logs: Any
    outputs: Outputs
    correlation_id: str


@pytest.fixture(scope="module")
def up(tmp_path_factory):
    """Give the small program on an emulator, after a frame of each kind."""
    program = SmallProgram.copied(tmp_path_factory.mktemp("program") / "program")
    program.set("handler", HANDLER)
    program.set("timeout", "1")
    state = StateDir(tmp_path_factory.mktemp("state"))
    process = embedded.begin(state, emulator.free_port(), program.root)
    try:
        outputs = embedded.deploy(state, process, program.root, restarted=True)
        with connect(outputs.websocket_url) as socket:
            for body in ("raise", "hang", "hostile", "plain"):
                socket.send(body)
                correlation_id = str(socket.recv(timeout=20))
        client = Cloud(process.endpoint, outputs.region).client("logs")
        yield Emulated(state, process, program, client, outputs, correlation_id)
    finally:
        embedded.end(state, process)


def lines(up: Emulated) -> list[Line]:
    return FunctionLogs(up.logs, now).news()


def texts_beside(up: Emulated, words: str) -> list[str]:
    """Give all that was written in the invocations that wrote some words."""
    return [line.text for line in of_invocations(lines(up), words)]


def printed(state: StateDir, wanted: str | None = None) -> tuple[bool, list[str]]:
    written = StringIO()
    found = logs.show(state, Terminal(file=written, width=300), wanted=wanted, follow=False)
    return found, written.getvalue().splitlines()


def test_what_a_function_writes_is_logged_once(up: Emulated) -> None:
    assert [line.text for line in lines(up) if '"plain"' in line.text] == [
        '{"levelname": "INFO", "message": "plain"}'
    ]


def test_the_traceback_of_what_a_function_raises_is_found_by_the_correlation_id(up: Emulated) -> None:
    (start,) = [text for text in texts_beside(up, "on purpose") if text.startswith("START")]
    correlation_id = re.findall(r"RequestId: (\S+)", start)[0]

    found = texts_beside(up, correlation_id)

    assert "about to raise" in found
    assert "Traceback (most recent call last):" in found
    assert "ValueError: on purpose" in found


def test_a_timeout_is_logged(up: Emulated) -> None:
    assert "Task timed out after 1.00 seconds" in [line.text for line in lines(up)]


def test_the_lines_of_a_correlation_id_are_printed(up: Emulated) -> None:
    found, shown = printed(up.state, up.correlation_id)

    assert found
    assert [line.split("  ", 1)[1] for line in shown] == ["small-echo: INFO plain"]


def test_an_id_that_is_in_no_line_is_not_found(up: Emulated) -> None:
    assert printed(up.state, "in no line") == (False, [])


def test_what_a_client_sends_is_neither_markup_nor_an_escape_sequence(up: Emulated) -> None:
    _, shown = printed(up.state)

    assert [line.split("  ", 1)[1] for line in shown if "2J" in line] == [r"small-echo: [red]\x1b[2J[/x]"]


def test_lines_are_printed_as_they_come_until_ctrl_c(up: Emulated) -> None:
    following = running("local", "logs", "--follow", "--id", "new", "--state", str(up.state.path))
    with following as process, connect(up.outputs.websocket_url) as socket:
        assert process.stdout
        socket.send("new")

        shown = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()

    assert shown.endswith("small-echo: INFO new\n")
    assert (process.returncode, rest) == (0, "")


def test_the_foreground_shows_what_functions_behind_websocket_routes_log(up: Emulated) -> None:
    written, deadline = StringIO(), time.monotonic() + 60

    def show() -> None:
        with suppress(LocalError):  # it ends with the emulator
            result = Up(up.process, up.outputs, was_up=False)
            follow.follow(up.state, result, Terminal(file=written, width=300))

    Thread(target=show, daemon=True).start()

    with connect(up.outputs.websocket_url) as socket:
        while "small-echo: INFO shown" not in written.getvalue():
            assert time.monotonic() < deadline
            socket.send("shown")
            socket.recv(timeout=20)


def test_a_function_that_cannot_be_imported_is_logged(up: Emulated) -> None:
    up.program.set("handler", "import nothing_of_that_name\n")
    outputs = embedded.deploy(up.state, up.process, up.program.root, restarted=False)

    with pytest.raises(WebSocketException), connect(outputs.websocket_url):
        pass

    assert any("No module named 'nothing_of_that_name'" in line.text for line in lines(up))


def test_there_are_no_logs_of_what_is_not_up(tmp_path) -> None:
    with pytest.raises(LocalError, match=r"^it is not up"):
        printed(StateDir(tmp_path))
