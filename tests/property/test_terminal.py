"""What comes from outside is shown as text: by operators' commands, embedded AWS and demo alike."""

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import RenderableType

from local import follow, status
from local.commands import refused
from local.demo import report as demo
from local.demo.checks import Check
from local.demo.evidence import Event, Row
from local.demo.steps import Played, Step
from local.function_logs import Line, shown
from local.status import Function, Status
from ops.commands import report
from ops.failures.discards import Discarded
from ops.failures.redrive import Outcome, Redriven
from ops.read_models.differences import Difference
from ops.read_models.findings import Verified
from ops.terminal import Terminal, printable

ROOT = Path(__file__).parent.parent.parent
OTHER_WAYS = re.compile(r"import Console\b|rich\.markup|(?<!\.)\bprint\(")
AT = datetime(2026, 11, 23, 5, 12, tzinfo=UTC)

pieces = st.one_of(
    st.text(max_size=5),
    st.sampled_from(
        [
            "curl [/x] 1.0",
            "[red]",
            "[/]",
            "[link=http://example.com]here[/link]",
            ":boom:",
            "\\[",
            "\x1b[2J",
            "\x1b]8;;http://example.com\x07here",
            "\x1b]0;title\x1b\\",
            "\x9b31m",
            "\x9d0;title\x9c",
            "\u202etxt.exe",
            "\u2066",
            "\u200b",
            "\ufeff",
            "\r\n09:42:19.172  ConnectionOpened",
            "\u2028",
            "\x7f",
            "\ud800",
            "\U000e0041",
        ]
    ),
)
hostile = st.lists(pieces, min_size=1, max_size=4).map(lambda each: f"<{''.join(each)}>"[:40])
"""Markup, escape sequences, marks of direction and line breaks, short enough that no column folds them."""


def terminal(**options: Any) -> Terminal:
    """Return a terminal that styles nothing, so that whatever is no text in its file came from outside."""
    return Terminal(file=io.StringIO(), width=2_000, **options)


def seen(*renderables: RenderableType, on: Terminal | None = None) -> str:
    """Return what reaches the terminal."""
    console = on or terminal()
    console.print(*renderables, sep="\n", style="red")
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def all_that_is_shown(text: str) -> Iterator[list[RenderableType]]:
    """Yield everything that is shown of a text, wherever it may stand."""
    difference = Difference(text, text, text)
    yield list(report.of_verify(Verified(1, 1, 1, (difference,))))
    batch = Discarded(text, text, "1", "2", AT, AT, 1)
    outcomes = (Outcome(text, problem=text), Outcome(text, batch, problem=text))
    yield list(report.of_redrive(Redriven(outcomes, 0), dry_run=True))
    yield [*report.left_in_queue(Redriven(outcomes, 0))]
    image = {name: {"S": text} for name in ("type", "user_id", "connection_id")}
    yield [follow.event_line({"dynamodb": {"NewImage": {**image, "at": {"N": "1"}}}})]
    function = Function(text, 512, 10, text)
    yield list(status.shown(Status(up=True, words=text, functions=(function,))))
    yield [demo.frames(Played((Step(text, text, right=True), Step(text, text, right=False)), 0))]
    yield [demo.events([Event(text, text, 1, text, text)])]
    row = Row(((text, text),), text, disconnected=False, frames=1)
    yield [demo.rows(row, None), demo.rows(None, row)]
    yield [demo.verdict([Check(text, holds=False)])]
    yield [demo.metrics(Counter({text: 1}), {text: 1}, {text: 1})]


@given(text=hostile)
@example("<curl [/x] 1.0>")
def test_what_comes_from_outside_is_shown_as_it_is_and_nothing_of_it_is_obeyed(text: str) -> None:
    for renderables in all_that_is_shown(text):
        output = seen(*renderables)

        assert printable(text) in output
        assert "".join(output.split("\n")).isprintable()


@given(text=hostile)
def test_what_a_function_logs_forges_no_line_of_another(text: str) -> None:
    structured = json.dumps({"levelname": "INFO", "message": text, "reason": text, "exc_info": text})
    lines = [Line(0, "message", "an invocation", each) for each in (text, structured)]

    output = seen(*shown(lines)).removesuffix("\n").split("\n")

    assert all(line.isprintable() for line in output)
    assert {line[:4] for line in output} <= {"00:0", "    "}


@given(text=hostile)
def test_a_text_that_is_printed_is_one_line(text: str) -> None:
    assert seen(text) == f"{printable(text)}\n"


@given(text=hostile)
def test_an_exception_is_printed_like_a_text(text: str) -> None:
    console = terminal()

    console.print(ValueError(text))

    assert seen(on=console) == f"{printable(text)}\n\n"


@given(text=hostile)
def test_it_gets_no_style_of_its_own(text: str) -> None:
    colours = {"force_terminal": True, "color_system": "truecolor"}

    assert seen(text, on=terminal(**colours)) == f"\x1b[31m{printable(text)}\x1b[0m\n"


@given(text=hostile)
def test_no_terminal_is_sent_what_its_encoding_does_not_have(text: str) -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    console = Terminal(file=file, width=2_000)

    console.print(text)
    file.flush()

    shown = file.buffer.getvalue()
    assert (
        shown.decode("latin-1")
        == f"{printable(text).encode('latin-1', 'backslashreplace').decode('latin-1')}\n"
    )


def test_nothing_writes_to_a_terminal_in_another_way() -> None:
    modules = [path for room in ("ops", "local") for path in (ROOT / room).rglob("*.py")]

    others = [str(path.relative_to(ROOT)) for path in modules if OTHER_WAYS.search(path.read_text())]

    assert others == ["ops/terminal.py"]


@given(text=hostile)
def test_what_is_in_the_way_is_text_too(text: str) -> None:
    assert all(line.isprintable() for line in refused(text).split("\n"))


def test_settings_that_are_wrong_are_named_line_by_line() -> None:
    assert refused("2 values cannot be used:\n  a: 1\n  b: \x1b[2J") == (
        "error: 2 values cannot be used:\n  a: 1\n  b: \\x1b[2J"
    )


@pytest.mark.parametrize("text", ["", "Ada Lovelace", "[red]", r"C:\n", "Zoë", "愛", "👩", "a\u0301"])
def test_what_is_printable_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ada\x1b[2J", r"ada\x1b[2J"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x9b31m", r"\x9b31m"),
        ("\u202etxt", r"\u202etxt"),
        ("\ud800", r"\ud800"),
    ],
)
def test_what_is_not_printable_is_written_out(text: str, shown: str) -> None:
    assert printable(text) == shown
