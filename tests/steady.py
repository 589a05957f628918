"""``python -m tests.steady``: runs what has processes, stores and waiting again and again, on busy cores.

The embedded AWS is late at random meanwhile, so that what two functions say comes in either order.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from local.ministack_with_delays import LATE_SECONDS

ROOT: Final = Path(__file__).parent.parent
ROOMS: Final = tuple(f"tests/{room}" for room in ("local", "ops", "interpreters", "integration", "contract"))
_OPTIONS: Final = ("-q", "-n", "2", "--dist", "loadfile", "-p", "no:cacheprovider")
# a loop ends with the process that began it, however that ends
_LOOP: Final = "import os, sys\nwhile os.getppid() == int(sys.argv[1]):\n    pass"


def main(
    tests: Annotated[list[str] | None, typer.Argument(help=f"By default {', '.join(ROOMS)}.")] = None,
    times: Annotated[int, typer.Option(help="How often in a row.")] = 5,
    loops: Annotated[int, typer.Option(help="How many busy loops run beside them.")] = 2,
    late: Annotated[float, typer.Option(help="By how many seconds the embedded AWS is late at most.")] = 0.2,
) -> None:
    """Run tests as `make test` does, several times beside busy loops, and fail if any run does."""
    failed = 0
    os.environ[LATE_SECONDS] = str(late)
    with busy(loops):
        for number in range(1, times + 1):
            began = time.monotonic()
            passed = run(tests or ROOMS)
            failed += not passed
            word = "passed" if passed else "FAILED"
            typer.echo(f"run {number} of {times} {word} in {time.monotonic() - began:.0f} s")
    typer.echo(f"{times - failed} of {times} runs passed")
    raise typer.Exit(1 if failed else 0)


@contextmanager
def busy(loops: int) -> Iterator[list[int]]:
    """Keep as many cores busy, and give the ids of the processes that do."""
    command = [sys.executable, "-c", _LOOP, str(os.getpid())]
    running = [subprocess.Popen(command) for _ in range(loops)]
    try:
        yield [each.pid for each in running]
    finally:
        for each in running:
            each.kill()
            each.wait()


def run(tests: Sequence[str], options: Sequence[str] = _OPTIONS) -> bool:
    """Run tests once in a process of their own, and tell whether all of them passed."""
    return (
        subprocess.run([sys.executable, "-m", "pytest", *options, *tests], cwd=ROOT, check=False).returncode
        == 0
    )


if __name__ == "__main__":
    typer.run(main)
