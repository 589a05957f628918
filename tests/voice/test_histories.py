"""Random histories of voice sessions, and bugs seeded on purpose that they find."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from shutil import copytree, ignore_patterns

import msgspec
import pytest

from tests.faults.mutation import Mutation
from tests.voice.histories import play
from tests.voice.mutations import MUTATIONS

ROOT = Path(__file__).parents[2]
TOGETHER = 50
QUICKEST = ("a doubled frame is heard twice", "each end has an id of its own", "nothing is given back")


@pytest.mark.parametrize("first", range(0, 200, TOGETHER))
def test_histories_leave_one_end_no_frame_doubled_and_nothing_held(first: int):
    outcomes = [play(seed) for seed in range(first, first + TOGETHER)]

    assert [outcome for outcome in outcomes if outcome.problems] == []


def test_the_same_seed_is_the_same_history():
    assert play(7) == play(7)


def test_histories_meet_every_kind_of_fault_and_hand_over():
    outcomes = [play(seed) for seed in range(200, 240)]
    met = sum((Counter(outcome.kinds) for outcome in outcomes), Counter[str]())

    assert len(met) >= 20
    assert sum(outcome.generations > 1 for outcome in outcomes) >= 10
    assert {"client", "closed", "failed"} <= {outcome.reason for outcome in outcomes}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_seeded_bug_is_still_an_edit_of_the_code(mutation: Mutation):
    text = (ROOT / mutation.file).read_text()

    assert text.count(mutation.old) == 1
    compile(text.replace(mutation.old, mutation.new), mutation.file, "exec")


@pytest.mark.parametrize("name", QUICKEST)
def test_a_seeded_bug_is_found(name: str, tmp_path: Path):
    mutation = next(each for each in MUTATIONS if each.name == name)

    assert found(mutation, 20, tmp_path)


def found(mutation: Mutation, most: int, root: Path) -> str:
    """Return what histories find of a bug, on a copy of the code; nothing if they do not."""
    for name in ("functions", "tests"):
        copytree(ROOT / name, root / name, ignore=ignore_patterns("__pycache__", "node_modules"))
    mutation.apply(root)
    command = [sys.executable, "-m", "tests.voice.until_found", str(most)]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, check=True)
    problem: str = msgspec.json.decode(done.stdout.splitlines()[-1])["problem"]
    return problem
