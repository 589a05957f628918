"""The commands that ask the log: what they print where, and with which exit code."""

import json
import signal
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from select import select
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from typer.testing import CliRunner, Result

from functions.aws.attributes import to_item
from functions.aws.environment import now
from functions.aws.log.event_log import EventLog
from functions.domain.log.claims import session_key
from functions.domain.log.events import Event
from functions.domain.log.facts import ConnectionClosed, ConnectionOpened, Fact, TextMessageReceived
from functions.domain.times import iso
from ops.__main__ import app
from ops.audit import sources
from tests.commands import running
from tests.docs.markdown import ROOT
from tests.stage import Stage, happened

WORDS = "what nobody needs to read"
OPENED_AT = now() - now() % 1_000 - 3_600_000
"""An hour ago, by the clock that the commands go by."""


def later(connection: str, fact: Fact, after: int = 0, **changes: Any) -> Event:
    """Return an event of that hour, some milliseconds after it began."""
    return happened(
        connection,
        fact,
        **{
            "at": OPENED_AT + after,
            "id": f"request-{after}",
            "connected_at": OPENED_AT,
            "expires_at": OPENED_AT // 1_000 + 90 * 86_400,
            **changes,
        },
    )


OPENED = later("c1", ConnectionOpened("203.0.113.7", "curl [/x] 1.0\x1b[2J\x9b"), session_id="talk")
TEXT = later("c1", TextMessageReceived(WORDS), 1_000, session_id="talk")
CLOSED = later("c1", ConnectionClosed(1000), 2_000, session_id="talk")
OTHER = later("c2", ConnectionOpened(), 3_000, user_id="bob")
RECENT = ("--from", "2h", "--to", "now")


def shown_at(after: int, zone: str = "UTC") -> str:
    """Return how a time of that hour is shown."""
    moment = datetime.fromtimestamp((OPENED_AT + after) / 1_000, ZoneInfo(zone))
    return moment.isoformat(" ", "milliseconds")[:23]


@pytest.fixture
def outputs(stage: Stage, tmp_path: Path) -> str:
    owned = to_item(
        {"claim": session_key("talk"), "value": "alice", "expires_at": OPENED_AT // 1_000 + 86_400}
    )
    stage.client.put_item(TableName=stage.tables.claims, Item=owned)
    for event in (OPENED, TEXT, CLOSED, OTHER):
        EventLog(stage.client, stage.tables.events, now=lambda at=event.at: at).append(event)  # type: ignore[misc]
    stage.project(OPENED, now=now())
    file = tmp_path / "outputs.json"
    file.write_bytes(msgspec.json.encode(stage.deployment.outputs))
    return str(file)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_an_audit_shows_a_line_for_each_event_newest_first(outputs: str) -> None:
    result = run("audit", *RECENT, "--outputs", outputs)

    assert result.exit_code == 0
    assert [line.split()[2] for line in result.stdout.splitlines()] == [
        "ConnectionOpened",
        "ConnectionClosed",
        "TextMessageReceived",
        "ConnectionOpened",
    ]
    assert result.stdout.startswith(f"{shown_at(3_000)}  ConnectionOpened      bob")


def test_what_a_client_calls_itself_is_shown_as_text(outputs: str) -> None:
    said = run("audit", "--connection", "c1", "--oldest-first", "--outputs", outputs).stdout

    assert r"user_agent=curl [/x] 1.0\x1b[2J\x9b" in said
    assert "\x1b" not in said
    assert "\x9b" not in said


def test_json_is_ascii_whatever_a_client_calls_itself(outputs: str) -> None:
    said = run("audit", "--connection", "c1", "--json", "--outputs", outputs).stdout

    assert r"\u001b[2J\u009b" in said
    assert said.isascii()


def test_times_are_shown_in_the_zone_that_is_asked_for(outputs: str) -> None:
    said = run("audit", *RECENT, "--tz", "Asia/Tokyo", "--limit", "1", "--outputs", outputs).stdout

    assert said.startswith(shown_at(3_000, "Asia/Tokyo"))


def test_words_are_hidden_unless_they_are_asked_for(outputs: str) -> None:
    hidden = run("audit", "--user", "alice", "--outputs", outputs)
    shown = run("audit", "--user", "alice", "--text", "--outputs", outputs)

    assert WORDS not in hidden.output
    assert WORDS in shown.stdout


def test_json_is_one_object_a_line_and_nothing_else(outputs: str) -> None:
    result = run("audit", "--session", "talk", "--json", "--cost", "--outputs", outputs)

    assert [each["eventId"] for each in lines(result)] == [e.event_id for e in (CLOSED, TEXT, OPENED)]
    assert "read units" in result.stderr


def test_no_more_is_shown_than_the_limit(outputs: str) -> None:
    assert len(lines(run("audit", *RECENT, "--limit", "2", "--json", "--outputs", outputs))) == 2


def test_several_types_may_be_asked_for(outputs: str) -> None:
    types = ("--type", "ConnectionClosed", "--type", "TextMessageReceived")

    assert len(lines(run("audit", *RECENT, *types, "--json", "--outputs", outputs))) == 2


def test_a_trace_is_looked_for_in_the_hour_after_it_began(stage: Stage, outputs: str) -> None:
    began = OPENED_AT - 2 * 86_400_000
    root_id = f"1-{began // 1_000:08x}-5bd2f1a63e07c4d812f09b7a"
    for number, after in enumerate((2_000, 2 * 3_600_000)):
        traced = later(f"t{number}", ConnectionOpened(), began - OPENED_AT + after, trace_id=root_id)
        EventLog(stage.client, stage.tables.events, now=lambda at=traced.at: at).append(traced)  # type: ignore[misc]

    alone = lines(run("audit", "--trace", root_id, "--json", "--outputs", outputs))
    since = lines(run("audit", "--trace", f"Root={root_id}", "--from", "3d", "--json", "--outputs", outputs))
    other = lines(run("audit", "--trace", root_id, "--connection", "c1", "--json", "--outputs", outputs))

    assert [(each["connectionId"], each["traceId"]) for each in alone] == [("t0", root_id)]
    assert [each["connectionId"] for each in since] == ["t1", "t0"]
    assert other == []


def test_an_empty_answer_is_said_to_be_one(outputs: str) -> None:
    result = run("audit", "--connection", "c9", "--outputs", outputs)

    assert (result.exit_code, result.stdout) == (0, "")
    assert "Nothing that fits is in the log" in result.stderr


def test_a_stack_without_an_archive_says_how_to_have_one(outputs: str) -> None:
    result = run("audit", *RECENT, "--archive", "--outputs", outputs)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "this stack keeps no archive: set archive.enabled, and deploy\n"


def test_a_filter_stops_where_nobody_can_be_asked(outputs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST_FILTERED", 1)

    stopped = run("audit", *RECENT, "--type", "ConnectionClosed", "--outputs", outputs)
    told = run("audit", *RECENT, "--type", "ConnectionClosed", "--yes", "--outputs", outputs)

    assert stopped.exit_code == 3
    assert "stopped after reading" in stopped.stderr
    assert told.exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("audit", "--from", "garbage"), "'garbage' is not a time: write for example 10m"),
        (("audit", "--to", "tomorrow"), "'tomorrow' is yet to come"),
        (("audit", "--from", "10m", "--to", "20m"), "--from is later than --to"),
        (("audit", "--trace", "1-2-3"), "'1-2-3' is not the id of a trace: write for example 1-69229a20"),
        (("tail", "--trace", "1-2-3"), "'1-2-3' is not the id of a trace: write for example 1-69229a20"),
        (("audit", "--tz", "Mars"), "'Mars' is not a time zone: write for example UTC"),
        (("state", "--at", "10m"), "say whose state: one of --connection"),
        (("state", "--at", "10m", "--all", "--user", "ada"), "say whose state: one of --connection"),
        (("state", "--at", "?", "--all"), "'?' is not a time"),
        (("audit", "--outputs", "a", "--stack", "b"), "give --outputs or --stack, not both"),
    ],
)
def test_what_cannot_be_understood_is_one_line_that_says_what_to_type(
    arguments: tuple[str, ...], problem: str
) -> None:
    result = run(*arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert problem in result.stderr


def test_the_state_of_all_is_a_table(outputs: str) -> None:
    said = run("state", "--all", "--at", iso(OPENED_AT + 1_900), "--outputs", outputs).stdout

    assert "203.0.113.7" in said
    assert "CONNECTED" in said
    assert "bob" not in said


def test_the_state_of_a_connection_is_told_as_json(outputs: str) -> None:
    at = ("--at", "now", "--outputs", outputs)

    [found] = lines(run("state", "--connection", "c1", "--json", *at))

    assert found["status"] == "DISCONNECTED"
    assert found["disconnectedAt"] == iso(OPENED_AT + 2_000)


def test_a_state_of_nobody_is_said_to_be_one(outputs: str) -> None:
    result = run("state", "--all", "--at", "1d", "--cost", "--outputs", outputs)

    assert (result.exit_code, result.stdout) == (0, "")
    assert "Nobody was connected then" in result.stderr
    assert "read units" in result.stderr


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a CLI on the path that does what its one line says."""
    program = tmp_path / "pulumi"
    monkeypatch.setenv("PATH", str(tmp_path))
    return program


def pretend(program: Path, does: str) -> None:
    program.write_text(f"#!/bin/sh\n{does}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_a_stack_is_asked_of_the_cli(outputs: str, pulumi: Path) -> None:
    pretend(
        pulumi,
        f'[ "$*" = "stack output --json --stack prod" ] && while read -r l; do echo "$l"; done < {outputs}',
    )
    Path(outputs).write_text(Path(outputs).read_text() + "\n")

    assert len(lines(run("audit", *RECENT, "--json", "--stack", "prod"))) == 4


@pytest.mark.parametrize(
    ("does", "problem"),
    [
        ("echo 'error: no stack named' >&2; exit 255", "failed: error: no stack named"),
        ("echo '{}'", "does not give the outputs of a stack"),
        (None, "the Pulumi CLI is not installed"),
    ],
)
def test_a_stack_that_cannot_be_asked_is_one_line(pulumi: Path, does: str | None, problem: str) -> None:
    if does is not None:
        pretend(pulumi, does)

    result = run("audit", "--stack", "prod")

    assert result.exit_code == 2
    assert problem in result.stderr


def test_a_closed_pipe_leaves_no_traceback(outputs: str) -> None:
    command = f"{sys.executable} -m ops audit {' '.join(RECENT)} --outputs {outputs} | true"

    ended = subprocess.run(["/bin/sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.stderr == ""


def test_help_imports_no_aws() -> None:
    script = (
        "import sys, ops.__main__; print([m for m in sys.modules if m.startswith(('boto', 'dateparser'))])"
    )

    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert ended.stdout.strip() == "[]"


def test_a_tail_shows_what_arrives_until_it_is_interrupted(stage: Stage, outputs: str) -> None:
    arriving = EventLog(stage.client, stage.tables.events)
    with running("ops", "tail", "--json", "--cost", "--outputs", outputs) as tail:
        assert tail.stdout
        assert tail.stderr
        shown: set[str] = set()
        for number in range(120):  # it begins with what arrives once it is there
            arriving.append(happened(f"new{number}", ConnectionOpened()))
            if select([tail.stdout], [], [], 0.5)[0]:
                shown.add(json.loads(tail.stdout.readline())["connectionId"])
                break
        tail.send_signal(signal.SIGINT)
        said = tail.stderr.read()

    assert shown
    assert all(each.startswith("new") for each in shown)
    assert tail.returncode == 0
    assert "read units" in said
    assert "Traceback" not in said
