"""Commands that run until somebody interrupts them."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent


@contextmanager
def running(*words: str) -> Iterator[subprocess.Popen[str]]:
    """Run a module of ours, and kill it if the block fails: before its Ctrl-C it would not end by itself."""
    command: Sequence[str] = [sys.executable, "-m", *words]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise
