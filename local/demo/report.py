"""What the demo shows of a session, for a `Terminal`: a table of each kind of evidence."""

from collections.abc import Mapping
from datetime import UTC, datetime

from rich.table import Column, Table
from rich.text import Text

from local.demo.checks import Check
from local.demo.evidence import Event, Row
from local.demo.steps import Played

_WIDTH = 96


def frames(played: Played) -> Table:
    """Return what was sent, and what came back."""
    table = Table(
        "", _folded("the client sends"), _folded("the server answers"), title="Frames", title_justify="left"
    )
    for step in played.steps:
        table.add_row(_mark(step.right), _short(step.sent), _short(step.received))
    return table


def events(appended: list[Event]) -> Table:
    """Return the events, in the order of their time."""
    table = Table("at", "type", "carries", title="Events appended to the log", title_justify="left")
    for event in sorted(appended, key=lambda event: event.at):
        at = datetime.fromtimestamp(event.at / 1000, UTC)
        table.add_row(f"{at:%H:%M:%S}.{at.microsecond // 1000:03}", event.type, _short(event.data))
    return table


def rows(before: Row | None, after: Row | None) -> Table:
    """Return the connection's row, while it was open and afterwards."""
    table = Table("attribute", "while connected", "after", title="The connection's row", title_justify="left")
    old, new = dict(before.shown if before else ()), dict(after.shown if after else ())
    for name in dict.fromkeys([*old, *new]):
        table.add_row(name, old.get(name, ""), new.get(name, ""))
    table.add_row("voice frames", *(str(row.frames) if row else "" for row in (before, after)))
    return table


def metrics(before: Mapping[str, int], moved: Mapping[str, int], expected: Mapping[str, int]) -> Table:
    """Return the counters, and by how much each has moved."""
    table = Table("counter", "before", "after", "moved", "expected", title="Metrics", title_justify="left")
    for name, change in moved.items():
        was = before.get(name, 0)
        table.add_row(name, str(was), str(was + change), str(change), str(expected[name]))
    return table


def verdict(checks: list[Check]) -> Table:
    """Return each claim, and whether it holds."""
    table = Table("", "claim", title="Verdict", title_justify="left")
    for check in checks:
        table.add_row(_mark(check.holds), check.claim)
    return table


def _folded(header: str) -> Column:
    return Column(header, overflow="fold")


def _mark(right: bool) -> Text:  # noqa: FBT001  # the one thing it says
    return Text("✓", "green") if right else Text("✗", "red")


def _short(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
