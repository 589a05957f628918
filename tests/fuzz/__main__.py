"""``python -m tests.fuzz [TARGET …]``: tries nasty inputs on every way in, and tells what became of them."""

import logging
import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

logging.getLogger().addHandler(logging.NullHandler())  # so that the functions' logger makes none of its own

import tests.conftest  # noqa: E402, F401 - the environment that the handlers are made in
from tests.fuzz.rounds import Round, Tally, rounds, run  # noqa: E402 - after the environment
from tests.fuzz.targets.registry import TARGETS  # noqa: E402 - likewise
from tests.fuzz.verdicts import Verdict  # noqa: E402 - likewise

_SHOWN = 10
"""Wrong verdicts of a target that are printed; the table counts them all."""
_LONGEST = 600
console = Console(soft_wrap=True)


def main(
    which: Annotated[list[str] | None, typer.Argument(help=f"Some of {', '.join(TARGETS)}.")] = None,
    inputs: Annotated[int, typer.Option(help="How many, over all targets.")] = 100_000,
    seed: Annotated[int, typer.Option(help="Another seed tries other inputs; the same one, the same.")] = 0,
    only: Annotated[
        int | None, typer.Option("--round", help="Repeat this round alone; 0 is the corpus.")
    ] = None,
    jobs: Annotated[int, typer.Option(help="Processes.")] = 2,
) -> None:
    """Try hostile inputs, and fail if a verdict on one of them is wrong."""
    names = which or list(TARGETS)
    if unknown := set(names) - TARGETS.keys():
        raise typer.BadParameter(f"no such target: {', '.join(sorted(unknown))}")
    shares = sum(TARGETS[name].share for name in names)
    plan = [
        each
        for name in names
        for each in rounds(TARGETS[name], seed, -(-inputs * TARGETS[name].share // shares))
        if only is None or each.number == only
    ]
    # a fork would copy locks of threads that it does not have
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as processes:
        tallies = list(track(processes.map(run, plan), "fuzzing", len(plan), console=Console(stderr=True)))
    by_target: dict[str, list[tuple[Round, Tally]]] = {name: [] for name in names}
    for each, tally in zip(plan, tallies, strict=True):
        by_target[each.target].append((each, tally))
    _show(by_target)
    wrong = sum(len(tally.wrong) for tally in tallies)
    raise typer.Exit(1 if wrong else 0)


def _show(by_target: dict[str, list[tuple[Round, Tally]]]) -> None:
    table = Table("target", "inputs", "accepted", "refused", "wrong verdicts")
    sums: Counter[str] = Counter()
    for name, done in by_target.items():
        _show_wrong(done)
        row = Counter(
            inputs=sum(tally.inputs for _, tally in done),
            accepted=sum(tally.verdicts[Verdict.ACCEPTED] for _, tally in done),
            refused=sum(tally.verdicts[Verdict.REFUSED] for _, tally in done),
            wrong=sum(len(tally.wrong) for _, tally in done),
        )
        sums += row
        table.add_row(name, *(f"{row[what]:,}" for what in ("inputs", "accepted", "refused", "wrong")))
    table.add_section()
    table.add_row("all", *(f"{sums[what]:,}" for what in ("inputs", "accepted", "refused", "wrong")))
    console.print(table)


def _show_wrong(done: list[tuple[Round, Tally]]) -> None:
    found = [(each, wrong) for each, tally in done for wrong in tally.wrong]
    for each, wrong in found[:_SHOWN]:
        console.print(f"[red]{each.target}[/]: ", end="")
        console.print(wrong.why, markup=False)
        given = wrong.given
        console.print(
            given if len(given) <= _LONGEST else f"{given[:_LONGEST]}… ({len(given)})", markup=False
        )
        again = f"python -m tests.fuzz {each.target} --seed {each.seed} --round {each.number}"
        console.print(f"  input {wrong.before} of the round; repeat: {again}", style="dim")


if __name__ == "__main__":
    typer.run(main)
