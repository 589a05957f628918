"""The command that shows the counters: ``metrics``."""

from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from ops.commands.output import answers, hints, line, refuse
from ops.commands.stack import OutputsFile, StackName, deployed

if TYPE_CHECKING:
    from ops.metrics.series import Series

_MOST_BUCKETS: Final = 100_000
"""Ten weeks of minutes."""
_BACK_MILLISECONDS: Final = {"minute": 3_600_000, "day": 30 * 86_400_000}
_SPARKLINE: Final = 60
"""Characters: a minute each for the last hour."""


def metrics(
    outputs: OutputsFile = None,
    stack: StackName = None,
    by: Annotated[Literal["minute", "day"], typer.Option("--by", help="How they are counted.")] = "minute",
    since: Annotated[
        str | None, typer.Option("--from", help="Since when; an hour by minute, 30 days by day.")
    ] = None,
    until: Annotated[str, typer.Option("--to", help="Until when.")] = "now",
    zone: Annotated[str, typer.Option("--tz", help="The time zone of times; days are those of UTC.")] = "UTC",
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Also draw them, into a file whose name ends in .svg.")
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for each bucket.")] = False,
) -> None:
    """Show the counters of a time, with a sparkline: connections opened and ended, texts, speech."""
    from ops.metrics.series import LENGTHS, series
    from ops.times import TimeError, instant, time_zone

    if plot is not None and plot.suffix != ".svg":
        raise refuse(f"{plot} does not end in .svg: no other kind of picture is drawn")
    try:
        tz, last = time_zone(zone), instant(until, zone=zone)
        first = instant(since, zone=zone) if since else last - _BACK_MILLISECONDS[by] + LENGTHS[by]
    except TimeError as problem:
        raise refuse(problem) from None
    if first > last:
        raise refuse("--from is later than --to")
    if (last - first) // LENGTHS[by] >= _MOST_BUCKETS:
        raise refuse(f"that is more than {_MOST_BUCKETS:,} {by}s: ask for less, or --by day")
    with deployed(outputs, stack) as deployment:
        found = series(deployment, by, first, last)
    if plot is not None:
        _draw(plot, found, by, tz)
    if json:
        for each in _buckets(found):
            line(each)
    else:
        _show(found, by, tz)


def _buckets(found: "Series") -> list[dict[str, Any]]:
    from functions.domain.times import iso

    return [
        {"at": iso(start), **{name: counts[number] for name, counts in found.counts.items()}}
        for number, start in enumerate(found.starts)
    ]


def _show(found: "Series", by: str, tz: tzinfo) -> None:
    from rich.table import Table

    from ops.metrics.sparkline import sparkline

    first, last = (datetime.fromtimestamp(at / 1000, tz) for at in (found.starts[0], found.starts[-1]))
    table = Table("counter", "in all", f"most in a {by}", f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}")
    for name, counts in found.counts.items():
        table.add_row(name, f"{sum(counts):,}", f"{max(counts):,}", sparkline(counts, _SPARKLINE))
    answers.print(table)
    answers.print(f"{found.active:,} connections are open now")


def _draw(file: Path, found: "Series", by: str, tz: tzinfo) -> None:
    from ops.metrics.plot import plot

    try:
        file.write_text(plot(found, f"Counters by {by}", tz), encoding="utf-8")
    except OSError as problem:
        raise refuse(f"{file} cannot be written: {problem.strerror}") from None
    hints.print(f"drawn into {file}")
