"""How late the sweeper closes connections whose identities expire together, in virtual time.

The code is the sweeper's own. What it calls stands in: the index in memory, a gateway and a table whose
answers take as long as they would in AWS, and threads that pass time instead of spending it.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from heapq import heapify, heapreplace
from random import Random
from typing import Any, Final

from benchmarks.bursts import BEGAN, RETENTION_SECONDS
from benchmarks.table import Figure, at_least, at_most
from functions.aws.clients import MOST_CALLS
from functions.aws.gateway.callbacks import Callbacks
from functions.aws.read_models.connections import Connections
from functions.domain.connections.connection import Connection, Opened
from functions.operations.connections.invocation import Invocation
from functions.operations.connections.sweeping import sweep
from tests.fakes import MemoryLog
from tests.standin.active_index import ActiveIndex

_CONNECTIONS: Final = 100_000
_EVERY: Final = 300.0
"""Seconds between two runs, the first of which comes so long after the expiry: the worst case."""
_TIMEOUT: Final = 120.0
_IDLE_SECONDS: Final = 3_600
_CLOSING: Final = (0.011, 0.012, 0.012, 0.013, 0.013, 0.014, 0.015, 0.017, 0.022, 0.031)
"""Seconds that one ``DELETE @connections`` may take, 16 ms on average: assumed, not measured on AWS."""
_QUERYING: Final = 0.008
"""Seconds that one query of a hundred rows takes: assumed likewise."""


@dataclass
class _Clock:
    """Virtual seconds since the identities expired, of whoever's turn it is."""

    now: float = 0.0


class _Workers(Executor):
    """So many threads in virtual time: each takes up the next thing when it is free."""

    def __init__(self, clock: _Clock, count: int) -> None:
        self._clock = clock
        self._count = count

    def map(self, fn: Callable[..., Any], *iterables: Iterable[Any], **_: Any) -> Iterator[Any]:
        """Do all things; the clock is where the last of them ends."""
        free = [self._clock.now] * self._count
        heapify(free)
        results = []
        for arguments in zip(*iterables, strict=True):
            self._clock.now = free[0]
            results.append(fn(*arguments))
            heapreplace(free, self._clock.now)
        self._clock.now = max(free)
        return iter(results)


class _Index(ActiveIndex):
    """The index, each of whose answers takes its time."""

    def __init__(self, rows: Iterable[Connection], clock: _Clock) -> None:
        super().__init__(rows)
        self._clock = clock

    def query(self, **asked: Any) -> dict[str, Any]:
        self._clock.now += _QUERYING
        return super().query(**asked)


@dataclass
class _Gateway(Callbacks):
    """A gateway that closes whatever it is told to, and whose closing is projected at once."""

    clock: _Clock
    index: _Index
    closed: list[float] = field(default_factory=list)
    random: Random = field(default_factory=lambda: Random(11))  # noqa: S311 - it must repeat

    def close(self, connection_id: str) -> None:
        self.clock.now += self.random.choice(_CLOSING)
        self.closed.append(self.clock.now)
        self.index.end(connection_id)


def _expired() -> Iterator[Connection]:
    """Yield connections that are lively, and whose identities expired together, at `BEGAN`."""
    opened = Opened("01OPENED", token_expires_at=BEGAN // 1000)
    for number in range(_CONNECTIONS):
        yield Connection(
            f"Uc3xGfOaIAM{number:05d}=", "ada", None, BEGAN - 3_000_000, BEGAN, opened, expires_at=2 * BEGAN
        )


def _lateness(at_a_time: int) -> tuple[float, int]:
    """Return how long after the expiry the last is closed, in seconds, and how many runs it took."""
    clock = _Clock()
    index = _Index(_expired(), clock)
    gateway = _Gateway(clock, index)
    runs = 0
    while len(gateway.closed) < _CONNECTIONS:
        runs += 1
        clock.now = began = _EVERY * runs
        at = BEGAN + int(began * 1000)
        invocation = Invocation(
            f"sweep#{at}",
            at,
            RETENTION_SECONDS,
            lambda began=began: int((began + _TIMEOUT - clock.now) * 1000),  # type: ignore[misc]  # mypy sees no default in a lambda
        )
        sweep(
            _IDLE_SECONDS,
            invocation,
            Connections(index, "connections"),
            MemoryLog(),
            gateway,
            threads=lambda: _Workers(clock, at_a_time),
        )
    return max(gateway.closed), runs


def figures() -> list[Figure]:
    """Sweep as it is done, and one connection at a time."""
    late, runs = _lateness(MOST_CALLS)
    alone, _ = _lateness(1)
    what = f"{_CONNECTIONS:,} identities that expire together: "
    return [
        Figure(f"{what}the last is closed after, virtual time", f"{late / 60:.0f} min"),
        at_most(f"{what}runs of the sweeper", runs, 2),
        at_least(f"{what}one at a time takes as many times as long", alone / late, 8, "{:.1f}"),
    ]
