"""What the commands that ask the log have in common: whose events, how they are shown, and what it cost."""

from typing import TYPE_CHECKING, Annotated

import typer

from ops.commands.output import hints

if TYPE_CHECKING:
    from ops.audit.meter import Meter

Connection = Annotated[str | None, typer.Option("--connection", help="Of one connection.")]
User = Annotated[str | None, typer.Option("--user", help="Of a user's connections.")]
Session = Annotated[str | None, typer.Option("--session", help="Of a session's connections.")]
Types = Annotated[list[str] | None, typer.Option("--type", help="Only events of this type; may be repeated.")]
Trace = Annotated[
    str | None,
    typer.Option("--trace", help="Of one trace, by its root id: 1-69229a20-5bd2f1a63e07c4d812f09b7a."),
]
Zone = Annotated[str, typer.Option("--tz", help="The time zone of times, given and shown.")]
Words = Annotated[bool, typer.Option("--text", help="Show what people wrote and were answered.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Cost = Annotated[bool, typer.Option("--cost", help="Say what the answer has cost.")]


def tell(meter: "Meter") -> None:
    """Say what was read, and for how much."""
    hints.print(
        f"{meter.scanned:,} items read in {meter.requests:,} requests: {meter.units:,.1f} read units, "
        f"${meter.dollars:.6f}"
    )
