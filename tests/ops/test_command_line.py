"""The command line: what it says, and with which exit code."""

import json
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from typer.testing import CliRunner

from functions.domain.feeds.feeds import Subscriber
from functions.domain.feeds.jobs import Push, encode, parse
from functions.domain.log.events import Event
from functions.domain.log.facts import ConnectionOpened, Fact, TextMessageReceived
from ops.__main__ import app
from ops.deployment import Deployment
from ops.read_models.control import ControlItem
from ops.read_models.rebuild import MARGIN_SECONDS
from tests.ops.discarding import Failures
from tests.stage import Stage, happened


@pytest.fixture
def outputs(tmp_path: Path, failures: Failures) -> str:
    file = tmp_path / "outputs.json"
    quick = msgspec.structs.replace(failures.deployment.outputs, projector_timeout_seconds=-MARGIN_SECONDS)
    file.write_bytes(msgspec.json.encode(quick))
    return str(file)


OPENED = ConnectionOpened()


def opened(connection: str = "c1", fact: Fact = OPENED) -> Event:
    """Return an event that has not expired by the clock on the wall, which the commands read."""
    return happened(connection, fact, expires_at=2**40)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, " ".join(result.output.split())


def test_equal_read_models_are_said_to_be(outputs: str) -> None:
    assert run("verify", "--at-rest", "--outputs", outputs) == (
        0,
        "0 connections, 0 messages and 0 counters compared: no differences",
    )


def test_differences_are_shown_and_fail(stage: Stage, outputs: str) -> None:
    stage.append(opened())

    code, said = run("verify", "--at-rest", "--outputs", outputs)

    assert code == 1
    assert "connection c1" in said


def test_what_a_client_calls_itself_is_shown_as_it_is(stage: Stage, outputs: str) -> None:
    stage.happen(opened(fact=ConnectionOpened("203.0.113.17", "curl [/x] 1.0\x1b[2J")))
    stage.client.update_item(
        TableName=stage.tables.connections,
        Key={"connectionId": {"S": "c1"}},
        UpdateExpression="REMOVE userAgent",
    )

    code, said = run("verify", "--at-rest", "--outputs", outputs)

    assert code == 1
    assert "[/x]" in said
    assert r"\x1b[2J" in said


def test_an_unfinished_rebuild_is_said_and_nothing_is_compared(stage: Stage, outputs: str) -> None:
    control = ControlItem(stage.client, stage.tables.metrics)
    control.begin(control.read())

    code, said = run("verify", "--outputs", outputs)

    assert code == 2
    assert "finish it by `ops rebuild`" in said


def test_missing_outputs_are_one_line_that_says_how_to_get_them(tmp_path: Path) -> None:
    code, said = run("verify", "--outputs", str(tmp_path / "none.json"))

    assert code == 2
    assert "make up" in said
    assert "pulumi stack output --json" in said


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"events_table": 5})])
def test_outputs_of_something_else_are_one_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(text)

    code, said = run("rebuild", "--outputs", str(file))

    assert code == 2
    assert "does not hold the outputs of a stack" in said


def test_a_rebuild_says_what_it_did(stage: Stage, outputs: str) -> None:
    stage.append(opened())

    code, said = run("rebuild", "--outputs", outputs)

    assert code == 0
    assert said.startswith("began generation 2: 1 connections refolded, 0 rows deleted")


def test_a_rebuild_that_goes_on_says_so(stage: Stage, outputs: str) -> None:
    control = ControlItem(stage.client, stage.tables.metrics)
    control.begin(control.read())

    code, said = run("rebuild", "--outputs", outputs)

    assert code == 0
    assert said.startswith("went on with generation 2")


def test_a_rebuild_that_fails_says_which_connection_and_what_to_do(stage: Stage, outputs: str) -> None:
    long = "c9" + "x" * 1_500  # fits in the log, but not twice in a row of the chat storage
    stage.append(opened(), opened(long, TextMessageReceived("x" * 407_100)))

    code, said = run("rebuild", "--outputs", outputs)

    assert code == 1
    assert "1 connections could not be projected, among them c9" in said
    assert "run `python -m ops rebuild` again to go on" in said


def test_an_empty_queue_is_said_to_be(outputs: str) -> None:
    assert run("redrive", "--outputs", outputs) == (
        0,
        "0 messages: 0 redriven and deleted, with 0 connections; 0 left in the queue",
    )


def test_a_redrive_says_what_it_did(failures: Failures, outputs: str) -> None:
    failures.poison(opened())
    failures.discard()
    failures.mend(opened())

    code, said = run("redrive", "--outputs", outputs)

    assert code == 0
    assert said.startswith("1 messages: 1 redriven and deleted, with 1 connections; 0 left in the queue")
    assert failures.projected() == {"c1"}


def test_a_redrive_names_what_stays_and_fails(failures: Failures, outputs: str) -> None:
    failures.poison(opened())
    failures.discard()
    failures.send("[not a record]")

    code, said = run("redrive", "--outputs", outputs)

    assert code == 1
    assert "2 left in the queue" in said
    assert f"still not an event: c1 {opened().event_id}" in said
    assert "not Lambda's record of a discarded batch" in said


def test_a_dry_run_shows_each_message_and_does_nothing(failures: Failures, outputs: str) -> None:
    failures.poison(opened())
    failures.discard()
    failures.mend(opened())

    code, said = run("redrive", "--dry-run", "--outputs", outputs)

    assert code == 0
    assert said.startswith("1 messages: 1 would be redriven, with 1 connections")
    assert "leads to" in said
    assert failures.projected() == set()
    assert len(failures.bodies()) == 1


def test_a_redrive_puts_back_what_the_delivery_queue_put_aside(failures: Failures, tmp_path: Path) -> None:
    queues, file = failures.deployment.queues, tmp_path / "queued.json"
    urls = [queues.create_queue(QueueName=f"{name}-{uuid4().hex}")["QueueUrl"] for name in ("q", "aside")]
    to = Subscriber("c-1", "ada", None, 1_000, 2_000)
    for body in (encode(Push("{}", (to,), attempt=6)), "no job"):
        queues.send_message(QueueUrl=urls[1], MessageBody=body)
    outputs = msgspec.structs.replace(
        failures.deployment.outputs, delivery_queue=urls[0], delivery_failure_queue=urls[1]
    )
    file.write_bytes(msgspec.json.encode(outputs))

    tried, would = run("redrive", "--dry-run", "--outputs", str(file))
    code, said = run("redrive", "--outputs", str(file))

    assert (tried, code) == (1, 1)
    assert "1 jobs would be put back into the delivery queue, with 1 recipients; 1 would be left" in would
    assert "1 jobs put back into the delivery queue, with 1 recipients; 1 left aside" in said
    assert "no job: " in said
    [message] = queues.receive_message(QueueUrl=urls[0])["Messages"]
    assert parse(message["Body"]).attempt == 0


def test_a_redrive_tells_of_messages_in_other_hands(failures: Failures, outputs: str) -> None:
    failures.send("hello")
    failures.hide_one()

    code, said = run("redrive", "--outputs", outputs)

    assert code == 0
    assert "about 1 more are in the hands of another run" in said


def test_a_queue_that_is_not_there_is_one_line(tmp_path: Path, failures: Failures) -> None:
    file = tmp_path / "elsewhere.json"
    elsewhere = failures.queue.replace(failures.stage.tables.events, "elsewhere")
    file.write_bytes(
        msgspec.json.encode(
            msgspec.structs.replace(failures.deployment.outputs, projector_failure_queue=elsewhere)
        )
    )

    code, said = run("redrive", "--outputs", str(file))

    assert code == 2
    assert "cannot be worked on" in said


@pytest.mark.parametrize("command", ["verify", "rebuild", "redrive"])
def test_tables_that_cannot_be_reached_are_one_line(
    tmp_path: Path, deployment: Deployment, command: str
) -> None:
    nowhere = msgspec.structs.replace(deployment.outputs, aws_endpoint_url="http://127.0.0.1:9")
    file = tmp_path / "nowhere.json"
    file.write_bytes(msgspec.json.encode(nowhere))

    code, said = run(command, "--outputs", str(file))

    assert code == 2
    assert said.startswith("the stack cannot be worked on at http://127.0.0.1:9: ")
