"""The command that looks at a stack: a line for each finding, and an exit code."""

import json
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from ops.__main__ import app
from tests.stage import Stage


@pytest.fixture
def outputs(stage: Stage, tmp_path: Path) -> str:
    file = tmp_path / "outputs.json"
    file.write_bytes(msgspec.json.encode(stage.deployment.outputs))
    return str(file)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ("doctor", "--listen", "0", *arguments))


def test_each_finding_is_a_line_of_json_with_its_fix(outputs: str) -> None:
    result = run("--json", "--outputs", outputs)

    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert {each["check"] for each in found} >= {"caller", "clock", "tables", "failures", "permissions"}
    assert all("fix" in each for each in found if each["verdict"] != "fine")
    assert result.exit_code == 1  # the stage has no failure queue
    assert result.stderr == ""


def test_people_are_told_what_to_do(outputs: str) -> None:
    said = run("--outputs", outputs).stdout

    assert "fine    clock" in said
    assert "set `alarms.enabled`" in said


def test_a_stack_that_does_not_answer_is_found_to(stage: Stage, tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    nowhere = msgspec.structs.replace(stage.deployment.outputs, aws_endpoint_url="http://127.0.0.1:9")
    file.write_bytes(msgspec.json.encode(nowhere))

    result = run("--json", "--outputs", str(file))

    verdicts = {json.loads(line)["check"]: json.loads(line)["verdict"] for line in result.stdout.splitlines()}
    assert result.exit_code == 1
    assert verdicts["tables"] == "unknown"
