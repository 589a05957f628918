"""Routes frames to interpreters, as Lambda routes them to containers: without affinity, and some die."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, Final, get_args

from functions import names
from tests.interpreters.worker import KilledAt
from tests.tables import Tables

ROOT: Final = Path(__file__).parents[2]


class Interpreter:
    """One worker process."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.interpreters.worker"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
            )

    def serve(self, frame: dict[str, Any]) -> dict[str, Any] | None:
        """Return what became of a frame, None if the interpreter died of it."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(frame) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self.stop()
            return None
        answered: dict[str, Any] = json.loads(line)
        return answered

    def stop(self) -> int:
        """End the process, if it lives; return how it ended."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()
        return self._process.returncode


class Router:
    """Several interpreters with the same tables.

    Attributes
    ----------
    killed
        How many interpreters were killed at each point.
    served
        How many frames each place in the row of interpreters has served.
    """

    def __init__(
        self, environment: dict[str, str], log: Path, interpreters: int, seed: int, kills: int
    ) -> None:
        self.killed: Counter[str] = Counter()
        self.served: Counter[int] = Counter()
        self._environment = environment
        self._log = log
        self._random = Random(seed)  # noqa: S311 - no secret, and it must repeat
        self._kills = kills
        self._interpreters = [self._start() for _ in range(interpreters)]

    def serve(self, handler: str, event: dict[str, Any], post_outcome: str = "delivered") -> dict[str, Any]:
        """Give a frame to a random interpreter, and again to another until one has answered."""
        while True:
            place = self._random.randrange(len(self._interpreters))
            killed_at = self._draw()
            frame = {
                "handler": handler,
                "event": event,
                "post_outcome": post_outcome,
                "killed_at": killed_at,
            }
            answered = self._interpreters[place].serve(frame)
            if answered is not None:
                self.served[place] += 1
                return answered
            assert killed_at, "an interpreter died by itself"
            self.killed[killed_at] += 1
            self._interpreters[place] = self._start()

    def _start(self) -> Interpreter:
        return Interpreter(self._environment, self._log)

    def stop(self) -> None:
        """End all interpreters."""
        for interpreter in self._interpreters:
            interpreter.stop()

    def _draw(self) -> KilledAt | None:
        if sum(self.killed.values()) >= self._kills or self._random.random() < 0.6:
            return None
        # not every frame reaches every point, so those that were met least come first
        points: tuple[KilledAt, ...] = get_args(KilledAt)
        fewest = min(self.killed[point] for point in points)
        return self._random.choice([point for point in points if self.killed[point] == fewest])


@contextmanager
def routed(
    endpoint: str, tables: Tables, log: Path, *, interpreters: int, seed: int = 0, kills: int = 0
) -> Iterator[Router]:
    """Run interpreters whose tables are on an emulator; end them all."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "AWS_ENDPOINT_URL": endpoint,
        names.EVENTS_TABLE: tables.events,
        names.CLAIMS_TABLE: tables.claims,
        names.CONNECTIONS_TABLE: tables.connections,
        names.FEEDS_TABLE: tables.feeds,
    }
    router = Router(environment, log, interpreters, seed, kills)
    try:
        yield router
    finally:
        router.stop()
