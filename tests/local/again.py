"""Bring the embedded AWS up again and again on busy cores, or cut its start at random moments.

Run by hand: ``python -m tests.local.again``, or with ``ups`` or ``cuts`` and ``--times``.
It uses a port and a folder of its own, and stops what it has started.
"""

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from local import emulator
from local.stackfile import ROOT

NUMBERS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
TIMES: Final = {"ups": 40, "cuts": 50}
READY: Final = "Ctrl-C stops it."
ENDS_WITHIN_SECONDS: Final = 20.0
_MARK: Final = "AIRIUM_AGAIN"
"""A variable that all processes of a start inherit, by which they are found."""


class Backend:
    """The commands, on a port and in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.mark = uuid.uuid4().hex
        self._folder = folder
        self._port = emulator.free_port()

    def up(self, *words: str) -> "subprocess.Popen[str]":
        """Begin to bring it up."""
        return self._start("up", "--port", str(self._port), *words)

    def down(self) -> None:
        """Stop it, if it is up."""
        self._start("down").communicate()

    def processes(self) -> list[str]:
        """The command lines of all processes that a start has left."""
        return [_command(entry) for entry in Path("/proc").glob("[0-9]*") if self._is_ours(entry)]

    def _is_ours(self, entry: Path) -> bool:
        with contextlib.suppress(OSError):
            return f"{_MARK}={self.mark}".encode() in (entry / "environ").read_bytes()
        return False

    def _start(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "local", *words, "--state", str(self._folder)],
            cwd=ROOT,
            env={**os.environ, _MARK: self.mark},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def _command(entry: Path) -> str:
    with contextlib.suppress(OSError):
        return (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return "?"


@contextmanager
def busy(loops: int) -> Iterator[None]:
    """Keep as many cores busy."""
    started = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(loops)]
    try:
        yield
    finally:
        for each in started:
            each.kill()
            each.wait()


def attempts(backend: Backend, what: str, times: int, seed: int) -> Iterator[str]:
    """Do what was asked for, and give what failed."""
    if what == "ups":
        return ups(backend, times)
    return cuts(backend, times, random.Random(seed))  # noqa: S311  # moments need not be secret


def ups(backend: Backend, times: int) -> Iterator[str]:
    """Bring it up, and then as often again; give what failed."""
    for number in range(times + 1):
        process = backend.up("--detach")
        output, _ = process.communicate()
        if process.returncode != 0:
            yield f"up {number}: exit {process.returncode}: {output.strip()[-300:]}"


def cuts(backend: Backend, times: int, chance: random.Random) -> Iterator[str]:
    """Cut as many starts, each at a random moment; give what they left."""
    began = time.monotonic()
    backend.up("--detach").communicate()
    whole = time.monotonic() - began
    backend.down()
    ready = 0
    for number in range(times):
        moment, chosen = chance.uniform(0, whole), NUMBERS[number % len(NUMBERS)]
        process = backend.up()
        time.sleep(moment)
        process.send_signal(chosen)
        try:
            output, _ = process.communicate(timeout=ENDS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            yield f"start {number}: lived on after {chosen.name} at {moment:.2f} s: {output[-300:]}"
        ready += READY in output
        if READY in output and chosen is signal.SIGKILL:
            # It was no start any more: what is up is stopped by `make down`.
            backend.down()
        if left := _left(backend):
            yield f"start {number}: {chosen.name} at {moment:.2f} s left {left}"
            backend.down()
        if "Traceback" in output and str(ROOT) in output:
            # Before any line of ours is run, Ctrl-C is the interpreter's own.
            yield f"start {number}: {chosen.name} at {moment:.2f} s: {output[-1000:]}"
    print(f"a whole start took {whole:.1f} s; {ready} of {times} were ready when they were cut", flush=True)


def _left(backend: Backend) -> list[str]:
    """What is still there after a while."""
    deadline = time.monotonic() + ENDS_WITHIN_SECONDS
    while (left := backend.processes()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def main() -> None:
    """Try what was asked for; the exit code says whether anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", help=f"of {', '.join(TIMES)}; all of them by default")
    parser.add_argument("--times", type=int, help="how often each")
    parser.add_argument("--busy", type=int, default=2, help="loops that keep cores busy beside it")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6)
    asked = parser.parse_args()
    if not Path("/proc/self").exists():
        sys.exit("error: what a start has left is found in /proc, which this system has not")
    failures = 0
    with (
        tempfile.TemporaryDirectory(prefix="airium-again-", ignore_cleanup_errors=True) as folder,
        busy(asked.busy),
    ):
        for what in asked.what or TIMES:
            backend, times = Backend(Path(folder)), asked.times or TIMES[what]
            print(f"{what}: {times} times beside {asked.busy} busy loops, seed {asked.seed}", flush=True)
            failed = []
            try:
                for failure in attempts(backend, what, times, asked.seed):
                    print(failure, flush=True)
                    failed.append(failure)
            finally:
                backend.down()
            print(f"{what}: {len(failed)} of {times} failed", flush=True)
            failures += len(failed)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
