"""The commands that ask the connection manager: what they send, what they print, with which exit code."""

import json
from collections.abc import Iterator
from getpass import getuser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ops.__main__ import app
from tests.ops.connections.functions import Functions, functions

ROW = {
    "connectionId": "c-1",
    "userId": "alice",
    "status": "CONNECTED",
    "createdAt": "2026-11-23T05:12:00.123Z",
    "lastActivity": "2026-11-23T05:13:00.123Z",
    "userAgent": "curl \x1b[2J",
}
OUTPUTS = {
    "events_table": "events",
    "connections_table": "connections",
    "messages_table": "messages",
    "sessions_table": "sessions",
    "metrics_table": "metrics",
    "projector_failure_queue": "https://sqs.us-east-1.amazonaws.com/000000000000/failures",
    "region": "us-east-1",
    "retention_days": 90,
    "projector_timeout_seconds": 60,
}


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Functions]:
    with functions() as found:
        outputs = {**OUTPUTS, "connection_manager_function": "manager", "aws_endpoint_url": found.url}
        (tmp_path / "outputs.json").write_text(json.dumps(outputs))
        yield found


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        app, ("connections", *arguments, "--outputs", str(folder / "outputs.json")), env={"COLUMNS": "200"}
    )


def page(*numbers: int, cursor: str | None = None) -> dict[str, Any]:
    rows = [{**ROW, "connectionId": f"c-{number}"} for number in numbers]
    return {"connections": rows, **({} if cursor is None else {"cursor": cursor})}


def ids(result: Result) -> list[str]:
    return [json.loads(line)["connectionId"] for line in result.stdout.splitlines()]


def test_a_list_goes_on_by_its_cursor_until_it_has_what_was_asked_for(
    manager: Functions, tmp_path: Path
) -> None:
    manager.answers = [page(1, 2, cursor="one"), page(cursor="two"), page(3, cursor="three")]

    result = run(tmp_path, "list", "--limit", "3", "--json")

    assert result.exit_code == 0
    assert ids(result) == ["c-1", "c-2", "c-3"]
    assert "--cursor three" in result.stderr
    assert manager.asked == [
        {"operation": "list_all", "limit": 3},
        {"operation": "list_all", "limit": 1, "cursor": "one"},
        {"operation": "list_all", "limit": 1, "cursor": "two"},
    ]


def test_a_page_asks_for_no_more_than_the_manager_gives(manager: Functions, tmp_path: Path) -> None:
    manager.answers = [page(1)]

    run(tmp_path, "list", "--limit", "2000", "--cursor", "there")

    assert manager.asked == [{"operation": "list_all", "limit": 500, "cursor": "there"}]


def test_a_users_connections_are_a_table_of_text(manager: Functions, tmp_path: Path) -> None:
    manager.answers = [{"connections": [{**ROW, "sessionId": "[red]\x1b[2J"}]}]

    result = run(tmp_path, "list", "--user", "alice", "--status", "CONNECTED", "--tz", "Europe/Berlin")

    assert manager.asked == [
        {"operation": "list_user", "userId": "alice", "status": "CONNECTED", "limit": 100}
    ]
    assert r"[red]\x1b[2J" in result.stdout
    assert "2026-11-23 06:12:00.123" in result.stdout


def test_no_connections_are_said_to_be_none(manager: Functions, tmp_path: Path) -> None:
    manager.answers = [page()]

    result = run(tmp_path, "list")

    assert (result.exit_code, result.stdout) == (0, "")
    assert "There are none" in result.stderr


def test_one_connection_is_shown_as_json(manager: Functions, tmp_path: Path) -> None:
    manager.answers = [{"connection": ROW}]

    result = run(tmp_path, "get", "c-1", "--json")

    assert ids(result) == ["c-1"]
    assert manager.asked == [{"operation": "get", "connectionId": "c-1"}]


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [("not_found", 1), ("conflict", 1), ("invalid_request", 2), ("invalid_cursor", 2), ("unavailable", 2)],
)
def test_a_refusal_is_one_line_with_its_code(
    manager: Functions, tmp_path: Path, code: str, exit_code: int
) -> None:
    manager.answers = [{"error": {"code": code, "message": "No \x1b[2J such."}}]

    result = run(tmp_path, "disconnect", "c-1", "--by", "olga")

    assert result.exit_code == exit_code
    assert (result.stdout, result.stderr) == ("", f"{code}: No \\x1b[2J such.\n")


def test_a_failure_of_the_manager_is_one_line(manager: Functions, tmp_path: Path) -> None:
    manager.answers = [KeyError("EVENTS_TABLE")]

    result = run(tmp_path, "get", "c-1")

    assert result.exit_code == 2
    assert result.stderr.startswith("the connection manager failed, and its log says where: KeyError")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("code", ["AccessDeniedException", "TooManyRequestsException"])
def test_a_manager_that_may_not_be_asked_is_one_line_and_asked_once(
    manager: Functions, tmp_path: Path, code: str
) -> None:
    manager.answers = [(429 if code.startswith("TooMany") else 403, code)]

    result = run(tmp_path, "cleanup")

    assert result.exit_code == 2
    assert code in result.stderr
    assert result.stderr.count("\n") == 1
    assert len(manager.asked) == 1


def test_outputs_without_a_manager_say_so(tmp_path: Path) -> None:
    (tmp_path / "outputs.json").write_text(json.dumps(OUTPUTS))

    result = run(tmp_path, "cleanup")

    assert result.exit_code == 2
    assert "name no connection_manager_function" in result.stderr


def test_who_asks_is_the_login_unless_they_say_who(manager: Functions, tmp_path: Path) -> None:
    manager.answers = [{"eventId": "01A"}, {"eventId": "01B"}]

    run(tmp_path, "disconnect", "c-1")
    result = run(tmp_path, "set-status", "c-1", "DISCONNECTED", "--by", "olga", "--reason", "abuse", "--json")

    assert json.loads(result.stdout) == {"eventId": "01B"}
    assert manager.asked == [
        {"operation": "disconnect", "connectionId": "c-1", "by": getuser()},
        {
            "operation": "update_status",
            "connectionId": "c-1",
            "status": "DISCONNECTED",
            "by": "olga",
            "reason": "abuse",
        },
    ]


def test_a_cleanup_says_what_it_did(manager: Functions, tmp_path: Path) -> None:
    manager.answers = [{"checked": 3, "lost": 1, "closed": 0, "refreshed": 1}]

    result = run(tmp_path, "cleanup", "--idle-seconds", "600", "--dry-run")

    assert result.stdout == "checked 3, lost 1, closed 0, refreshed 1\n"
    assert manager.asked == [{"operation": "cleanup", "idleSeconds": 600, "dryRun": True}]


def test_a_user_is_disconnected_page_by_page_and_told_what_that_leaves(
    manager: Functions, tmp_path: Path
) -> None:
    first = {"disconnected": 32, "gone": 1, "failed": 0, "note": "a token", "cursor": "there"}
    manager.answers = [first, {"disconnected": 3, "gone": 0, "failed": 0, "note": "a token"}]

    result = run(tmp_path, "disconnect-user", "alice", "--by", "olga", "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"disconnected": 35, "gone": 1, "failed": 0}
    assert result.stderr == "a token\n"
    asked = {"operation": "disconnect_user", "userId": "alice", "by": "olga"}
    assert manager.asked == [asked, {**asked, "cursor": "there"}]


def test_connections_that_could_not_be_closed_fail_the_command(manager: Functions, tmp_path: Path) -> None:
    manager.answers = [{"disconnected": 0, "gone": 0, "failed": 2, "note": "a token"}]

    result = run(tmp_path, "disconnect-user", "alice")

    assert result.exit_code == 1
    assert "2 failed" in result.stderr


@pytest.mark.parametrize(
    "end",
    [
        RuntimeError("boom"),
        (429, "TooManyRequestsException"),
        {"error": {"code": "unavailable", "message": "Later."}},
    ],
    ids=repr,
)
def test_what_is_interrupted_between_pages_says_what_was_done_and_where_to_go_on(
    manager: Functions, tmp_path: Path, end: Any
) -> None:
    manager.answers = [{"delivered": 32, "gone": 0, "failed": 0, "cursor": "there"}, end]

    result = run(tmp_path, "send", "--all", "--json")

    assert result.exit_code == 2
    assert json.loads(result.stdout) == {"delivered": 32, "gone": 0, "failed": 0}
    assert "to go on, add --cursor there" in result.stderr


def test_a_message_is_sent_with_what_belongs_to_it(manager: Functions, tmp_path: Path) -> None:
    manager.answers = [{"delivered": 1, "gone": 0, "failed": 0}]

    result = run(tmp_path, "send", "--user", "alice", "--type", "billing.invoice", "--data", '{"n": 1}')

    assert result.stdout == "delivered 1, gone 0, failed 0\n"
    assert manager.asked == [
        {"operation": "send", "message": {"type": "billing.invoice", "data": {"n": 1}}, "userId": "alice"}
    ]


def test_a_notification_is_sent_to_a_feed(manager: Functions, tmp_path: Path) -> None:
    manager.answers = [{"messageId": "01M8", "posted": 2, "seq": 4}, {"messageId": "01M9", "posted": 0}]

    told = [
        run(tmp_path, "notify", "--user", "ada", "--type", "invoice", "--data", '{"number": 7}', *rest)
        for rest in (("--id", "n-1", "--expires-at", "2027-01-01T00:00:00Z", "--receipt"), ("--json",))
    ]

    note = {"message": {"type": "invoice", "data": {"number": 7}}, "feed": "user", "userId": "ada"}
    asked = {"operation": "send", **note}
    assert manager.asked == [
        {**asked, "id": "n-1", "expiresAt": "2027-01-01T00:00:00Z", "receipt": True},
        {**asked, "receipt": False},
    ]
    assert told[0].stdout == "messageId 01M8, posted 2, seq 4\n"
    assert json.loads(told[1].stdout) == {"messageId": "01M9", "posted": 0}


def test_a_users_sessions_are_listed_page_by_page(manager: Functions, tmp_path: Path) -> None:
    one = {
        "sessionId": "trip",
        "firstActivity": "2026-11-23T05:12:00.123Z",
        "lastActivity": "2026-11-23T05:13:00.123Z",
        "texts": 3,
        "replies": 2,
        "failed": 1,
        "voiceSessions": 0,
        "title": "Lisbon \x1b[2J",
    }
    manager.answers = [
        {"sessions": [one], "cursor": "one"},
        {"sessions": [], "cursor": "two"},
        {"sessions": []},
    ]

    table = run(tmp_path, "sessions", "ada", "--limit", "5", "--tz", "Europe/Berlin")

    assert manager.asked[:2] == [
        {"operation": "list_sessions", "userId": "ada", "limit": 5},
        {"operation": "list_sessions", "userId": "ada", "limit": 4, "cursor": "one"},
    ]
    assert "2026-11-23 06:12:00.123" in table.stdout
    assert "Lisbon" in table.stdout
    assert "\x1b" not in table.stdout


def test_a_user_without_sessions_has_none(manager: Functions, tmp_path: Path) -> None:
    manager.answers = [{"sessions": []}]

    assert run(tmp_path, "sessions", "ada").stderr.strip() == "There are none."


def test_the_rest_of_a_list_of_sessions_is_found_by_its_cursor(manager: Functions, tmp_path: Path) -> None:
    manager.answers = [{"sessions": [{"sessionId": "trip"}], "cursor": "there"}]

    result = run(tmp_path, "sessions", "ada", "--limit", "1", "--json")

    assert json.loads(result.stdout) == {"sessionId": "trip"}
    assert "--cursor there" in result.stderr


def test_receipts_are_shown(manager: Functions, tmp_path: Path) -> None:
    known = {"userId": "ada", "seq": 4, "messageId": "01M8", "at": "2026-11-23T05:12:00.123Z"}
    manager.answers = [{"position": {"seq": 7, "id": "01M9"}, "receipts": [known]}] * 2

    told = [run(tmp_path, "receipts", "--session", "talk", *rest) for rest in ((), ("--json",))]

    assert manager.asked == [{"operation": "receipts", "feed": "session", "sessionId": "talk"}] * 2
    assert told[0].stdout.splitlines() == [
        "the last number is 7",
        "ada has all up to 4, since 2026-11-23T05:12:00.123Z",
    ]
    assert json.loads(told[1].stdout)["receipts"] == [known]


@pytest.mark.parametrize("command", ["notify", "receipts"])
@pytest.mark.parametrize("whose", [(), ("--user", "ada", "--session", "talk")])
def test_one_feed_has_to_be_named(
    manager: Functions, tmp_path: Path, command: str, whose: tuple[str, ...]
) -> None:
    result = run(tmp_path, command, *whose)

    assert (result.exit_code, manager.asked) == (2, [])
    assert "say whose feed" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("send",), "say to whom: one of --connection"),
        (("send", "--all", "--user", "alice"), "say to whom: one of --connection"),
        (("send", "--all", "--data", "[1]"), "--data is not a JSON object: write for example"),
        (("send", "--all", "--data", "hello"), "--data is not a JSON object: write for example"),
        (("list", "--status", "CONNECTED"), "--status needs --user"),
        (("list", "--tz", "Mars"), "'Mars' is not a time zone"),
    ],
)
def test_what_cannot_be_understood_is_one_line_and_asks_nobody(
    manager: Functions, tmp_path: Path, arguments: tuple[str, ...], problem: str
) -> None:
    result = run(tmp_path, *arguments)

    assert (result.exit_code, result.stdout, manager.asked) == (2, "", [])
    assert problem in result.stderr
    assert result.stderr.count("\n") == 1
