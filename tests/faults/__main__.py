"""``python -m tests.faults``: plays seeded histories of faults, and sees that seeded bugs are found."""

import logging
import time
from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Final, TypeVar

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

import tests.conftest  # noqa: F401 - the environment of the handlers, in every process
from tests.faults.histories import Outcome
from tests.faults.kinds import Fault
from tests.faults.mutations import MUTATIONS
from tests.faults.running import Found, histories, mutants

_Thing = TypeVar("_Thing")
_MOST_SHOWN: Final = 20
_console = Console()


def main(
    count: Annotated[int, typer.Option("--histories", help="How many to play.")] = 1000,
    first: Annotated[
        int, typer.Option("--seed", help="The seed of the first; each further one's is greater.")
    ] = 0,
    bugs: Annotated[int, typer.Option("--mutants", help="How many of the seeded bugs to look for.")] = len(
        MUTATIONS
    ),
    most: Annotated[int, typer.Option(help="Histories in which a seeded bug must be found.")] = 300,
    processes: Annotated[int, typer.Option(help="How many processes play.")] = 2,
) -> None:
    """Play histories, and fail if anything was lost or counted twice, or a seeded bug was not found."""
    logging.disable()
    began = time.monotonic()
    outcomes = list(_tracked(histories(range(first, first + count), processes), "histories", count))
    played = time.monotonic() - began
    wrong = _report(outcomes, played) if outcomes else 0
    chosen = MUTATIONS[:bugs]
    found = list(_tracked(mutants(chosen, most, processes), "mutants", len(chosen)))
    missed = _report_mutants(found, time.monotonic() - began - played)
    raise typer.Exit(1 if wrong or missed else 0)


def _tracked(things: Iterable[_Thing], what: str, count: int) -> Iterable[_Thing]:
    return track(things, what, count, console=Console(stderr=True), transient=True) if count else ()


def _report(outcomes: list[Outcome], seconds: float) -> int:
    injected: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for outcome in outcomes:
        injected.update(outcome.injected)
        kinds.update(problem.kind for problem in outcome.problems)
    faults = Table("fault", "injected", "histories", title="Faults")
    for fault in Fault:
        affected = sum(str(fault) in outcome.injected for outcome in outcomes)
        faults.add_row(str(fault), f"{injected[str(fault)]:,}", f"{affected:,}")
    totals = Table("of all histories", "", title="What they came to")
    for what, number in (
        ("histories", len(outcomes)),
        ("faults injected", injected.total()),
        ("invocations that died", sum(outcome.died for outcome in outcomes)),
        ("requests to DynamoDB", sum(outcome.requests for outcome in outcomes)),
        ("comparisons of everything, before any rebuild and after", sum(o.verifications for o in outcomes)),
        ("devices", sum(outcome.devices for outcome in outcomes)),
        ("comparisons of a device with the log", sum(outcome.compared for outcome in outcomes)),
        ("frames that devices took", sum(outcome.told for outcome in outcomes)),
        ("events acknowledged", sum(outcome.acknowledged for outcome in outcomes)),
        ("acknowledged and lost", kinds["lost"]),
        ("recorded twice", kinds["twice"]),
        ("counters that differ from a recount", kinds["counter"]),
        ("rows that differ from the fold", kinds["read model"]),
        ("answers that were untrue", kinds["untrue"]),
        ("texts without one number, and gaps between numbers", kinds["feed"]),
        ("texts without one outcome, and replies that differ from it", kinds["reply"]),
        ("devices that show anything but what the log says", kinds["device"]),
        ("seconds", round(seconds)),
    ):
        totals.add_row(what, f"{number:,}")
    _console.print(faults, totals)
    failed = [outcome for outcome in outcomes if outcome.problems]
    for outcome in failed[:_MOST_SHOWN]:
        again = f"python -m tests.faults --seed {outcome.seed} --histories 1 --mutants 0 --processes 1"
        _console.print(f"[red]seed {outcome.seed}[/], again by `{again}`:")
        for problem in outcome.problems[:_MOST_SHOWN]:
            _console.print(f"  {problem.kind}: {problem.what}", markup=False, highlight=False)
    return len(failed)


def _report_mutants(found: list[Found], seconds: float) -> int:
    if not found:
        return 0
    table = Table("seeded bug", "histories", "found by", title="Mutants")
    for each in found:
        histories_ = "NOT FOUND" if each.histories is None else str(each.histories)
        table.add_row(each.name, histories_, each.problem[:60])
    _console.print(table)
    missed = sum(each.histories is None for each in found)
    _console.print(f"{len(found) - missed} of {len(found)} seeded bugs found, in {seconds:.0f} s")
    return missed


if __name__ == "__main__":
    typer.run(main)
