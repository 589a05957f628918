"""The command ``forget``: what it says, what it asks, and with which exit code it ends."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
import typer
from typer.testing import CliRunner, Result

from functions.aws.attributes import to_item
from functions.aws.environment import now
from functions.domain.log.events import Event
from functions.domain.log.facts import ConnectionOpened, Fact, TextMessageReceived
from ops.__main__ import app
from ops.commands.forget import tell
from ops.erasure.forgetting import Forgotten
from ops.erasure.register import Erasure, Register
from ops.read_models.rebuild import MARGIN_SECONDS
from tests.ops.erasure.persons import PERSON, SESSION, WORDS, Scene
from tests.stage import Stage, happened

OPENED_AT: Final = now() - 3_600_000
"""An hour ago, by the clock that the command goes by."""
ENDS_NOTHING: Final = 'def handler(event, context):\n    return {"disconnected": 0, "gone": 0, "failed": 0}\n'


def did(connection: str, fact: Fact, after: int = 0) -> Event:
    times = {"at": OPENED_AT + after, "connected_at": OPENED_AT, "expires_at": OPENED_AT // 1000 + 7_776_000}
    return happened(connection, fact, after, user_id=PERSON, session_id=SESSION, **times)


OPENED: Final = did("c1", ConnectionOpened("203.0.113.7", "curl"))


@pytest.fixture
def function(stage: Stage) -> str:
    """Return the name of a connection manager that ends nothing."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("manager.py", ENDS_NOTHING)
    name = f"{stage.tables.events}-manager"
    role = stage.deployment.service("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")
    stage.deployment.functions.create_function(
        FunctionName=name,
        Role=role["Role"]["Arn"],
        Runtime="python3.13",
        Handler="manager.handler",
        Code={"ZipFile": body.getvalue()},
    )
    return name


@pytest.fixture
def outputs(stage: Stage, function: str, tmp_path: Path) -> Path:
    stage.happen(OPENED, did("c1", TextMessageReceived(WORDS), 1_000))
    # what was projecting has ended: nothing but the test projects
    quick = {"connection_manager_function": function, "projector_timeout_seconds": -MARGIN_SECONDS}
    return written(stage, tmp_path, **quick)


def written(stage: Stage, folder: Path, **changes: Any) -> Path:
    file = folder / "outputs.json"
    file.write_bytes(msgspec.json.encode(msgspec.structs.replace(stage.deployment.outputs, **changes)))
    return file


def run(outputs: Path, *arguments: str, user: str = PERSON) -> Result:
    asked = ("forget", "--user", user, *arguments, "--outputs", str(outputs))
    return CliRunner().invoke(app, asked, env={"COLUMNS": "200"})


def left(stage: Stage) -> list[str]:
    return Scene(stage, stage.deployment).left()


def test_a_dry_run_says_what_would_be_done_and_does_nothing(stage: Stage, outputs: Path) -> None:
    before = left(stage)

    result = run(outputs, "--dry-run")

    assert result.exit_code == 0
    assert (
        f"{PERSON}: 1 connections, 2 events that name them, 1 of them with texts, 1 sessions" in result.stderr
    )
    assert "First disable them in the directory" in result.stderr
    assert result.stdout == ""
    assert left(stage) == before != []


def test_nobody_is_forgotten_unless_somebody_says_so(stage: Stage, outputs: Path) -> None:
    before = left(stage)

    result = run(outputs)

    assert result.exit_code == 3
    assert "nothing was done: add --yes" in result.stderr
    assert left(stage) == before


def test_a_person_is_forgotten_and_the_pseudonym_is_told_to_nobody(stage: Stage, outputs: Path) -> None:
    result = run(outputs, "--yes", "--by", "olga", "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "connections": 1,
        "events": 2,
        "messages": 1,
        "sessions": 0,
        "objects": 0,
        "opened_since": 0,
    }
    assert "~" not in result.output
    assert left(stage) == []


def test_who_is_forgotten_already_is_said_to_be(stage: Stage, outputs: Path) -> None:
    run(outputs, "--yes")

    result = run(outputs)

    assert (result.exit_code, result.stderr) == (0, f"Nothing that is kept names {PERSON}.\n")


def test_a_run_that_was_interrupted_is_said_to_go_on(stage: Stage, outputs: Path) -> None:
    Register(stage.client, stage.tables.metrics).begin(Erasure("~" + "A" * 20, OPENED_AT, PERSON))

    result = run(outputs, "--yes")

    assert "this one goes on with it" in result.stderr
    assert result.exit_code == 0


def test_what_is_in_the_way_is_told_with_what_to_do(stage: Stage, outputs: Path) -> None:
    item = {"connection_id": "c1", "event_id": "0", "user_id": PERSON}
    stage.client.put_item(TableName=stage.tables.events, Item=to_item(item))

    result = run(outputs, "--yes")

    assert result.exit_code == 2
    assert "1 items cannot be redacted: use the release that has written them" in result.stderr
    assert "c1 0: not an event" in result.stderr


@pytest.mark.parametrize("user", ["", "~ABC"])
def test_a_pseudonym_is_nobody(outputs: Path, user: str) -> None:
    result = run(outputs, "--yes", user=user)

    assert result.exit_code == 2
    assert "a pseudonym is none" in result.stderr


@pytest.mark.parametrize("lacking", ["claims_table", "connection_manager_function"])
def test_outputs_of_an_older_release_are_not_enough(
    stage: Stage, function: str, tmp_path: Path, lacking: str
) -> None:
    file = written(stage, tmp_path, **{"connection_manager_function": function, lacking: None})

    result = run(file, "--yes")

    assert result.exit_code == 2
    assert f"the outputs name no {lacking}" in result.stderr


def test_connections_that_were_opened_since_are_named_with_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(typer.Exit) as ended:
        tell(Forgotten(1, 2, 3, 0, 0, ("c-8", "c-9")), json=True)

    said = capsys.readouterr()
    assert ended.value.exit_code == 1
    assert json.loads(said.out)["opened_since"] == 2
    assert "opened since it began: c-8 c-9" in said.err
    assert "disable them in the directory" in said.err
