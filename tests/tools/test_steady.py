"""Tests on busy cores: that the cores are busy as long as the tests run, and that a failure is told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.steady import ROOMS, ROOT, busy, run


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_rooms_are_there() -> None:
    assert [room for room in ROOMS if not (ROOT / room).is_dir()] == []


def test_loops_end_with_what_runs_beside_them() -> None:
    with busy(2) as pids:
        alive = [runs(pid) for pid in pids]

    assert alive == [True, True]
    assert [runs(pid) for pid in pids] == [False, False]


def test_loops_end_with_a_process_that_is_killed() -> None:
    program = "from tests.steady import busy\nwith busy(1):\n    print('busy', flush=True)\n    input()"
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "busy\n"

        process.kill()

        assert process.stdout.read() == ""  # it ends when the loop has ended, which writes there too


@pytest.mark.parametrize(("claim", "passes"), [("True", True), ("False", False)])
def test_a_run_passes_if_all_of_its_tests_do(tmp_path: Path, claim: str, passes: bool) -> None:  # noqa: FBT001 - a parameter
    test = tmp_path / "test_claim.py"
    test.write_text(f"def test_claim():\n    assert {claim}\n")

    assert run([str(test)], ["-q", "-p", "no:cacheprovider"]) is passes
