"""How long the program takes to evaluate, and the embedded AWS to be up once everything is installed."""

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.table import Figure
from local.embedded import running

_ROOT = Path(__file__).parents[1]
_EVALUATE = "from tests.infra.program import evaluate; evaluate('local')"
_IMPORT = "import tests.infra.program"


def figures() -> list[Figure]:
    """Measure once each: they are for people who wait, and differ from machine to machine."""
    began = time.perf_counter()
    with running():
        up = time.perf_counter() - began
    evaluated = _seconds(_EVALUATE) - _seconds(_IMPORT)
    return [
        Figure("evaluation of the program under mocks: seconds", f"{evaluated:.1f}"),
        Figure("embedded AWS up with the program deployed: seconds", f"{up:.1f}"),
    ]


def _seconds(program: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], cwd=_ROOT, check=True)  # noqa: S603 - our own program
    return time.perf_counter() - began
