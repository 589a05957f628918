"""Runs many histories, in several processes, and mutated copies of the code."""

import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec

from tests.faults.histories import Outcome, play
from tests.faults.mutation import Mutation

ROOT: Final = Path(__file__).parents[2]
_COPIED: Final = ("functions", "ops", "tests")
_TOGETHER: Final = 5


class Found(msgspec.Struct, frozen=True):
    """What became of a mutation: after how many histories it was found, None if it was not; and what was."""

    name: str
    histories: int | None
    problem: str


def histories(seeds: Iterable[int], processes: int) -> Iterator[Outcome]:
    """Yield what the histories of some seeds come to, in their order."""
    if processes == 1:
        yield from map(play, seeds)
        return
    context = get_context("spawn")
    # a worker is quiet: the handlers write a line for each invocation
    with ProcessPoolExecutor(processes, mp_context=context, initializer=logging.disable) as pool:
        yield from pool.map(play, seeds, chunksize=_TOGETHER)


def mutants(mutations: Iterable[Mutation], most_histories: int, processes: int) -> Iterator[Found]:
    """Yield what the histories find of each mutation, in their order."""
    with ThreadPoolExecutor(processes) as threads:
        yield from threads.map(lambda mutation: mutant(mutation, most_histories), mutations)


def mutant(mutation: Mutation, most_histories: int) -> Found:
    """Play histories on a mutated copy of the code, until one has a problem."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        for name in _COPIED:
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        mutation.apply(root)
        command = [sys.executable, "-m", "tests.faults.until_found", str(most_histories)]
        environment = {**os.environ, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found = json.loads(done.stdout.splitlines()[-1])
    return Found(mutation.name, found["histories"], found["problem"])
