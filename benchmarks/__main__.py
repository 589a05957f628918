"""``python -m benchmarks [NAME …]``: measures the figures that are reported, and says which hold.

Counts and ratios are judged, since a busy machine does not change them. Times and speeds are shown.
"""

import logging
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks import (
    archiving,
    contending,
    conversing,
    delivering,
    deploying,
    folding,
    hostility,
    importing,
    memory,
    newest,
    partitions,
    passing_on,
    projecting,
    replying,
    rotating,
    session,
    speaking,
    sweeping,
)

BENCHMARKS = {
    "archiving": archiving.figures,
    "session": session.figures,
    "delivering": delivering.figures,
    "replying": replying.figures,
    "projecting": projecting.figures,
    "folding": folding.figures,
    "importing": importing.figures,
    "deploying": deploying.figures,
    "hostility": hostility.figures,
    "sweeping": sweeping.figures,
    "contending": contending.figures,
    "partitions": partitions.figures,
    "passing_on": passing_on.figures,
}
LONG = {
    "rotating": rotating.figures,
    "memory": memory.figures,
    "newest": newest.figures,
    "conversing": conversing.figures,
    "speaking": speaking.figures,
}
"""Measured only by name: they take minutes, or many, or a newer Python than the rest."""
_VERDICTS = {True: "holds", False: "DOES NOT HOLD", None: ""}


def main(
    which: Annotated[
        list[str] | None,
        typer.Argument(help=f"Some of {', '.join(BENCHMARKS)}; or {', '.join(LONG)}, which takes long."),
    ] = None,
) -> None:
    """Measure, and fail if a figure does not hold."""
    logging.disable(logging.WARNING)  # the handlers' own lines
    table = Table("figure", "measured", "must be", "")
    held, every = True, BENCHMARKS | LONG
    for name in which or BENCHMARKS:
        if name not in every:
            raise typer.BadParameter(f"{name} is none of {', '.join(every)}")
        for figure in every[name]():
            held &= figure.holds is not False
            table.add_row(figure.what, figure.measured, figure.target, _VERDICTS[figure.holds])
    Console().print(table)
    raise typer.Exit(0 if held else 1)


if __name__ == "__main__":
    typer.run(main)
