"""Where commands write: answers alone on standard output, and hints, progress and problems beside it."""

import json
import sys
from typing import TYPE_CHECKING, Any, Final

import typer

from ops.terminal import Terminal

if TYPE_CHECKING:
    from rich.progress import Progress

FAILED: Final = 1
"""The exit code of what was done and found something wrong."""
UNUSABLE: Final = 2
"""The exit code of what could not be done, or was asked for in a way that cannot be understood."""
STOPPED: Final = 3
"""The exit code of what stopped half-way, since nobody said that it should go on."""

_WIDE: Final = 200
"""Columns where nobody looks: a table that is searched should not be folded."""

answers: Final = Terminal(width=None if sys.stdout.isatty() else _WIDE)
hints: Final = Terminal(stderr=True)


def line(answer: Any) -> None:
    """Write one answer as a line of JSON, in ASCII: what a client said can be no command to a terminal."""
    import msgspec

    typer.echo(json.dumps(msgspec.to_builtins(answer)))


def refuse(problem: object, code: int = UNUSABLE) -> typer.Exit:
    """Say in one line what is in the way, and return what ends the command."""
    hints.print(str(problem), style="red", soft_wrap=True)
    return typer.Exit(code)


def progress() -> "Progress":
    """Return what shows how far a command has come, as long as it runs."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed} {task.description}"), TimeElapsedColumn())
    return Progress(*columns, console=hints, transient=True)


def advance(shown: "Progress", what: str, count: int) -> None:
    """Show that so many more of something were done."""
    task = next((task.id for task in shown.tasks if task.description == what), None)
    shown.advance(shown.add_task(what, total=None) if task is None else task, count)
