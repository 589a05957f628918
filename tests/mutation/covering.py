"""Finds out which tests run which line, by running them all once."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from coverage import CoverageData

from tests.mutation.rooms import ROOT, Room

_QUIET: Final = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist")

Covering = Mapping[int, frozenset[str]]
"""The tests that run each line of a module, by their node ids; none for a line that only an import runs.
A line that nothing runs is not there."""


def covering(room: Room) -> dict[Path, Covering]:
    """Run the tests of a room and return which of them run each line of its modules.

    Raises
    ------
    RuntimeError
        If they fail: then no change of the code could make a difference.
    """
    with TemporaryDirectory() as folder:
        settings, found = Path(folder) / "coveragerc", Path(folder) / "found"
        settings.write_text(f"[run]\nconcurrency = thread\ndata_file = {found}\n")
        source = room.folder.partition("/")[0]
        measure = (f"--cov={source}", "--cov-context=test", f"--cov-config={settings}", "--cov-report=")
        command = [sys.executable, "-m", "pytest", *_QUIET, *measure, *room.options, *room.tests]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stdout[-4_000:] + done.stderr[-4_000:])
        data = CoverageData(str(found))
        data.read()
        return {path: _by_line(data.contexts_by_lineno(str(path))) for path in room.modules()}


def _by_line(contexts: Mapping[int, list[str]]) -> Covering:
    return {
        line: frozenset(name.rpartition("|")[0] for name in names if name) for line, names in contexts.items()
    }


def asked(room: Room, tests: frozenset[str]) -> list[list[str]]:
    """Return which tests are asked about a line, in rounds: each is run if the one before noticed nothing.

    At first those that run the line. Then all of their files, since what a fixture makes for many counts for
    the first of them alone; or all of the room's, where no test runs the line by itself, as with a constant
    that only an import sets.
    """
    if room.shared or not tests:
        return [[*room.options, *room.tests]]
    files = sorted({test.partition("::")[0] for test in tests})
    return [[*room.options, *sorted(tests)], [*room.options, *files]]
