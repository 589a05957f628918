"""``python -m cost``: what a stack costs, idle and for a million of each thing that people do."""

from typing import Annotated

import typer
from pulumi import RunError
from rich.table import Table

from cost.bills import Bill, money
from cost.live import changes, readers
from cost.replies import replies
from cost.speech import speech
from cost.stack import Stack, stack_of
from cost.standing import filters, idle, unknown
from cost.work import connections, texts, tickets
from local.errors import LocalError
from ops.prices import PRICES, REGION
from ops.terminal import Terminal

_ANSWERS = Terminal()
_HINTS = Terminal(stderr=True)


def main(
    stack: Annotated[str, typer.Option(help="Its settings are those of Pulumi.<stack>.yaml.")] = "dev",
) -> None:
    """Print what a stack costs: a table for people, and a line of four columns each where it is piped."""
    try:
        found = stack_of(stack)
    except (LocalError, RunError) as problem:
        _HINTS.print(str(problem), soft_wrap=True)
        raise typer.Exit(2) from None
    for bill in bills(found):
        show(bill, _ANSWERS)
    seen = min(price.seen for price in PRICES)
    _HINTS.print(f"List prices of {REGION}, seen in {seen} or later, without free tiers: see docs/cost.md.")
    strange = unknown(found)
    if strange:
        _HINTS.print(f"Nobody has said what these cost: {', '.join(strange)}. See cost/standing.py.")
        raise typer.Exit(1)


def bills(stack: Stack) -> tuple[Bill, ...]:
    """Return all that is known of what a stack costs."""
    return (
        idle(stack),
        *([filters(stack)] if filters(stack).lines else []),
        *(texts(stack, busy=busy) for busy in (True, False)),
        *([replies(stack)] if stack.memory_gb("responder") else []),
        *(connections(stack, busy=busy) for busy in (True, False)),
        *([speech(stack)] if stack.memory_gb("voice-session") else []),
        *([tickets(stack)] if stack.memory_gb("ticket") else []),
        *([changes(), readers(stack)] if stack.memory_gb("live-authorizer") else []),
    )


def show(bill: Bill, terminal: Terminal) -> None:
    """Print a bill: as a table, or without a terminal as lines with tabs between columns, the sum last."""
    if terminal.is_terminal:
        table = Table("what", "arithmetic", "dollars", title=bill.title, show_footer=True)
        table.title_justify = "left"
        table.columns[0].footer, table.columns[2].footer = "sum", money(bill.dollars)
        table.columns[2].justify = "right"
        for each in bill.lines:
            table.add_row(each.what, each.arithmetic, money(each.dollars))
        terminal.print(table)
        return
    for each in bill.lines:
        _plain(terminal, bill.title, each.what, each.arithmetic, each.dollars)
    _plain(terminal, bill.title, "sum", "", bill.dollars)


def _plain(terminal: Terminal, title: str, what: str, arithmetic: str, dollars: float) -> None:
    # a tab would be escaped on a terminal: there is none here
    terminal.file.write(f"{title}\t{what}\t{arithmetic}\t{dollars:.6f}\n")


if __name__ == "__main__":
    typer.run(main)
