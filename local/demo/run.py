"""Play the session, show what it left, and judge it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from local import outputs
from local.demo.checks import EVENTS, Check, changes, judge
from local.demo.evidence import Event, Row, Tables, eventually
from local.demo.session import Played, play
from local.errors import LocalError
from local.outputs import Outputs
from local.people import sign_in
from ops.deployment import Deployment, read_outputs

_WIDTH = 96


def demo(file: Path, console: Console) -> bool:
    """Play and judge the session on what is up; tell whether all was as it should be."""
    found = outputs.load(file)
    if found is None:
        raise LocalError(f"{file} does not hold the outputs of the program")
    client = _client(found)
    tables = Tables(Deployment(read_outputs(file)), client.user_id)
    metrics = tables.metrics()
    rows: list[Row | None] = []

    def look() -> None:
        rows.append(eventually(tables.row, lambda row: row is not None and row.frames > 0))

    played = play(client.url, client.headers, look)
    expected = changes(played)
    after = eventually(tables.row, lambda row: row is not None and row.disconnected)
    events = eventually(tables.events, lambda found: len(found) >= EVENTS.total())

    def moved() -> dict[str, int]:
        now = tables.metrics()
        return {name: now[name] - metrics[name] for name in expected}

    movement = eventually(moved, lambda found: found == expected)
    checks = list(judge(played, events, rows[0], after, movement))
    for table in (
        _frames(played),
        _events(events),
        _rows(rows[0], after),
        _metrics(metrics, movement, expected),
        _verdict(checks),
    ):
        console.print(table)
    return all(check.holds for check in checks)


@dataclass(frozen=True)
class _Client:
    """Who plays the session, and how they say so."""

    user_id: str
    url: str
    headers: Mapping[str, str]


def _client(found: Outputs) -> _Client:
    name = f"demo-{secrets.token_hex(4)}"
    if found.ticket_url is None:
        return _Client(name, f"{found.websocket_url}?{urlencode({'userId': name})}", {})
    person = sign_in(found, f"{name}@example.com")
    return _Client(person.user_id, found.websocket_url, {"Authorization": f"Bearer {person.access_token}"})


def _frames(played: Played) -> Table:
    table = Table(
        "", _folded("the client sends"), _folded("the server answers"), title="Frames", title_justify="left"
    )
    for step in played.steps:
        table.add_row(_mark(step.right), escape(_short(step.sent)), escape(_short(step.received)))
    return table


def _events(events: list[Event]) -> Table:
    table = Table("at", "type", "carries", title="Events appended to the log", title_justify="left")
    for event in sorted(events, key=lambda event: event.at):
        at = datetime.fromtimestamp(event.at / 1000, UTC)
        table.add_row(f"{at:%H:%M:%S}.{at.microsecond // 1000:03}", event.type, escape(_short(event.data)))
    return table


def _rows(before: Row | None, after: Row | None) -> Table:
    table = Table("attribute", "while connected", "after", title="The connection's row", title_justify="left")
    old, new = dict(before.shown if before else ()), dict(after.shown if after else ())
    for name in dict.fromkeys([*old, *new]):
        table.add_row(name, escape(old.get(name, "")), escape(new.get(name, "")))
    table.add_row("voice frames", *(str(row.frames) if row else "" for row in (before, after)))
    return table


def _metrics(before: Mapping[str, int], moved: Mapping[str, int], expected: Mapping[str, int]) -> Table:
    table = Table("counter", "before", "after", "moved", "expected", title="Metrics", title_justify="left")
    for name, change in moved.items():
        was = before.get(name, 0)
        table.add_row(name, str(was), str(was + change), str(change), str(expected[name]))
    return table


def _verdict(checks: list[Check]) -> Table:
    table = Table("", "claim", title="Verdict", title_justify="left")
    for check in checks:
        table.add_row(_mark(check.holds), check.claim)
    return table


def _folded(header: str) -> Column:
    return Column(header, overflow="fold")


def _mark(right: bool) -> str:  # noqa: FBT001  # the one thing it says
    return "[green]✓[/]" if right else "[red]✗[/]"


def _short(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
