"""``python -m tests.mutation infra``: changes the code a little, many times; shows what no test notices."""

import time
from random import Random
from typing import Annotated, Final

import msgspec
import typer

from tests.mutation.covering import asked, covering
from tests.mutation.operators import Change, changed, changes
from tests.mutation.rooms import ROOMS, ROOT, Room
from tests.mutation.running import noticed, preload

_ROUND_SECONDS: Final = 240.0


class _Mutant(msgspec.Struct, frozen=True):
    path: str
    change: Change
    rounds: list[list[str]]


def main(
    room: Annotated[str, typer.Argument(help=f"One of {', '.join(ROOMS)}.")],
    sample: Annotated[int, typer.Option(help="How many changes to try; 0 tries all.")] = 100,
    seed: Annotated[int, typer.Option(help="Which sample.")] = 0,
    minutes: Annotated[float, typer.Option(help="Begin no further change after that.")] = 60.0,
) -> None:
    """Try changes, drawn by chance, and print the score and the changes that no test noticed."""
    chosen = ROOMS[room]
    preload(chosen.preloaded)
    deadline = time.monotonic() + minutes * 60
    mutants, uncovered = _mutants(chosen)
    if sample:
        mutants = Random(seed).sample(mutants, min(sample, len(mutants)))  # noqa: S311 - it must repeat
    _see_that_they_pass(mutants[0])
    tried = survived = 0
    for mutant in mutants:
        if time.monotonic() > deadline:
            break
        tried += 1
        if not _noticed(mutant):
            survived += 1
            typer.echo(f"{mutant.path}:{mutant.change.line}: {mutant.change.what}")
    typer.echo(
        f"{room}: {tried - survived} of {tried} changes noticed "
        f"({100 * (tried - survived) / max(tried, 1):.0f} %); {uncovered} changes on lines that no test runs"
    )


def _mutants(room: Room) -> tuple[list[_Mutant], int]:
    """Return the changes on lines that run, in the order of the files, and how many are on others."""
    found: list[_Mutant] = []
    uncovered = 0
    measured = {} if room.shared else covering(room)
    for path in room.modules():
        for change in changes(path.read_text()):
            tests = frozenset() if room.shared else measured[path].get(change.line)
            if tests is None:
                uncovered += 1
            else:
                found.append(_Mutant(str(path.relative_to(ROOT)), change, asked(room, tests)))
    return found, uncovered


def _see_that_they_pass(mutant: _Mutant) -> None:
    """Raise if the tests fail without a change: then they would seem to notice every change."""
    if _fail(mutant, (ROOT / mutant.path).read_text()):
        raise RuntimeError(f"these fail without a change: {mutant.rounds}")


def _noticed(mutant: _Mutant) -> bool:
    return _fail(mutant, changed((ROOT / mutant.path).read_text(), mutant.change.number))


def _fail(mutant: _Mutant, source: str) -> bool:
    module = mutant.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return noticed(module, ROOT / mutant.path, source, mutant.rounds, _ROUND_SECONDS)


if __name__ == "__main__":
    typer.run(main)
