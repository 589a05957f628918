"""The command that shows the life of one connection: ``timeline``."""

from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from ops.commands.output import FAILED, answers, hints, line, refuse
from ops.commands.stack import OutputsFile, StackName, deployed

if TYPE_CHECKING:
    from ops.audit.timeline import Step


def timeline(
    connection: Annotated[
        str, typer.Argument(metavar="CONNECTION", help="The connection's id.", show_default=False)
    ],
    outputs: OutputsFile = None,
    stack: StackName = None,
    zone: Annotated[str, typer.Option("--tz", help="The time zone of times.")] = "UTC",
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a page of it into a file, rather than show it.")
    ] = None,
    *,
    words: Annotated[bool, typer.Option("--text", help="Show what people wrote and were answered.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for each step.")] = False,
) -> None:
    """Show the life of one connection in the order in which it happened, with its state after each step."""
    from functions.domain.log.unconnected import is_connection
    from ops.audit.meter import Meter
    from ops.audit.selection import Selection
    from ops.audit.sources import select
    from ops.audit.timeline import timeline
    from ops.times import TimeError, time_zone

    if not is_connection(connection):
        raise refuse(f"{connection} is no connection: ask `ops audit --connection {connection}`")
    try:
        tz = time_zone(zone)
    except TimeError as problem:
        raise refuse(problem) from None
    whole = Selection(0, 2**53, connection_id=connection)
    with deployed(outputs, stack) as deployment:
        items = select(deployment, whole, Meter(), wanted=None, go_on=lambda _: True)
        steps = timeline(connection, items, words=words)
    if not steps:
        raise refuse(f"the log does not know {connection}: it may have expired", FAILED)
    if html is not None:
        _write(html, connection, steps, tz)
    if json:
        for step in steps:
            line(_object(step))
    elif html is None:
        _show(steps, tz)


def _object(step: "Step") -> dict[str, object]:
    from ops.commands.events import row

    return {"lane": step.lane, "event": step.entry, "state": row(step.state) if step.state.user_id else None}


def _show(steps: "list[Step]", tz: tzinfo) -> None:
    from rich.table import Table

    from ops.audit.timeline import Lane
    from ops.audit.wording import carried, words_of
    from ops.commands.events import moment

    used = [lane for lane in get_args(Lane) if any(step.lane == lane for step in steps)]
    answers.print(f"lanes: {', '.join(used)}")
    table = Table("at", "lanes", "what", "carries", "state after it")
    for step in steps:
        marks = " ".join("●" if lane == step.lane else "·" for lane in used)
        table.add_row(
            moment(step.at, tz), marks, step.entry.type or "?", carried(step), words_of(step.state, tz)
        )
    answers.print(table)


def _write(file: Path, connection: str, steps: "list[Step]", tz: tzinfo) -> None:
    from ops.audit.page import page

    try:
        file.write_text(page(connection, steps, tz), encoding="utf-8")
    except OSError as problem:
        raise refuse(f"{file} cannot be written: {problem.strerror}") from None
    hints.print(f"written into {file}")
