"""Proves that the read models equal the fold of the log, and the counters a recount.

Memory depends on neither the number of connections nor their texts: connections are compared one after the
other as a scan of the log names them, and what must be remembered of all of them is in sums.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Final

from functions.aws.read_models.counter_items import DAY, CounterKey
from ops.deployment import Deployment
from ops.read_models.comparison import Compared, compare, recount
from ops.read_models.control import ControlItem
from ops.read_models.counts import LONGEST_SECONDS, BothCounts, Counts, counted, vouched
from ops.read_models.differences import Difference
from ops.read_models.findings import Findings, Verified
from ops.read_models.scans import Threads, connection_pages, in_segments
from ops.read_models.sessions import compare_sessions
from ops.read_models.surplus import SurplusSearch
from ops.read_models.tallies import Tallies, Tally

SETTLE_SECONDS: Final = 30
_AGAIN_SECONDS: Final = 2.0
_TOGETHER: Final = 50

Report = Callable[[str, int], None]


class RebuildUnderWayError(Exception):
    """The read models are between two generations: finish the rebuild first."""


def verify(
    deployment: Deployment,
    report: Report = lambda _what, _count: None,
    *,
    at_rest: bool = False,
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
    threads: Threads = ThreadPoolExecutor,
) -> Verified:
    """Compare the read models with the log.

    Parameters
    ----------
    deployment
        The tables.
    report
        Told of progress, from several threads.
    at_rest
        Nothing is being appended or projected: compare the youngest minutes and what is active now too,
        and count every difference at once. Else a difference counts once it has lasted for 30 s.
    threads
        Makes what compares the segments of the log side by side.

    Raises
    ------
    RebuildUnderWayError
        If a rebuild was begun and not finished.
    """
    verifier = _Verifier(deployment, report, at_rest=at_rest, now=now, sleep=sleep, threads=threads)
    verifier.compare_connections()
    verifier.find_surplus()
    verifier.compare_sessions()
    verifier.compare_counters()
    return verifier.verified()


class _Verifier:
    def __init__(
        self,
        deployment: Deployment,
        report: Report,
        *,
        at_rest: bool,
        now: Callable[[], float],
        sleep: Callable[[float], None],
        threads: Threads,
    ) -> None:
        self._deployment = deployment
        self._report = report
        self._at_rest = at_rest
        self._now = now
        self._sleep = sleep
        self._threads = threads
        progress = ControlItem(deployment.client, deployment.outputs.metrics_table).read()
        if progress.rebuilding:
            msg = f"a rebuild to generation {progress.generation} was begun: finish it by `ops rebuild`"
            raise RebuildUnderWayError(msg)
        self._generation = progress.serving
        self._findings = Findings()
        self._lock = Lock()
        self._connections = self._messages = self._counters = 0
        self._counts = Counts(self._generation)
        settled = self._settled(now())
        self._tallies = Tallies(Tally(settled), Tally(settled))

    def verified(self) -> Verified:
        """Return what was compared."""
        findings = self._findings
        return Verified(self._connections, self._messages, self._counters, findings.first, findings.more)

    def _settled(self, began: float) -> Callable[[int], bool]:
        """Return a test of a connection's expiry: that it has ended, and is kept for another day."""
        if self._at_rest:
            return lambda expires_at: expires_at > began
        newest = began + self._deployment.outputs.retention_days * DAY // 1000 - LONGEST_SECONDS
        return lambda expires_at: began + DAY // 1000 < expires_at <= newest

    def compare_connections(self) -> None:
        """Compare every connection that the log names with its row, and its messages."""
        self._walk(self._compare)

    def find_surplus(self) -> None:
        """Find the rows that no event in the log explains, but for those that have expired."""
        SurplusSearch(self._deployment, self._findings, self._now, self._threads).run(self._tallies)

    def compare_sessions(self) -> None:
        """Compare the sessions of each user with what the user's events add up to."""
        compare_sessions(
            self._deployment, self._generation, self._findings, self._settle, self._now, self._threads
        )

    def _settle(self, compare: Callable[[], list[Difference]]) -> list[Difference]:
        deadline = self._now() + SETTLE_SECONDS
        while (found := compare()) and not self._at_rest and self._now() < deadline:
            self._sleep(_AGAIN_SECONDS)
        return found

    def compare_counters(self) -> None:
        """Compare the counters with what the log says of them."""
        both = BothCounts(self._counts, counted(self._deployment, self._generation))
        first = both
        if not self._at_rest and any(map(both.differ, self._vouched(both))):
            # something old may have been appended meanwhile: only what stays is wrong
            self._sleep(SETTLE_SECONDS)
            both = BothCounts(self._recounted(), counted(self._deployment, self._generation))
        for key in self._vouched(both):
            self._counters += 1
            if both.differ(key) and both.of(key) == first.of(key):
                log, table = both.of(key)
                self._findings.add(Difference(f"counter {key.name} {key.bucket}", str(log), str(table)))

    def _walk(self, work: Callable[[Sequence[str]], None]) -> None:
        """Do something with all connections that the log names, a few at a time, in several threads."""

        def walk(segment: int) -> None:
            log_table = self._deployment.outputs.events_table
            for connections, _ in connection_pages(self._deployment.client, log_table, segment):
                for begin in range(0, len(connections), _TOGETHER):
                    together = connections[begin : begin + _TOGETHER]
                    work(together)
                    self._report("connections", len(together))

        in_segments(walk, self._threads)

    def _compare(self, connections: Sequence[str]) -> None:
        for one in self._stood(connections):
            for difference in one.differences:
                self._findings.add(difference)
            self._tallies.connections.explain(one.connection, one.row_sum)
            self._tallies.messages.explain(one.connection, one.message_sum)
            with self._lock:
                self._connections += 1
                self._messages += one.messages
                self._counts.add(one.counts)

    def _stood(self, connections: Sequence[str]) -> Iterator[Compared]:
        """Compare; a difference is read again until it has lasted long enough to count."""
        deadline = self._now() + SETTLE_SECONDS
        while True:
            differing = []
            now = int(self._now() * 1000)
            for one in compare(self._deployment, connections, self._generation, now, self._tallies):
                if one.differences and not self._at_rest and self._now() < deadline:
                    differing.append(one.connection)
                else:
                    yield one
            if not differing:
                return
            connections = differing
            self._sleep(_AGAIN_SECONDS)

    def _recounted(self) -> Counts:
        counts = Counts(self._generation)

        def count(connections: Sequence[str]) -> None:
            now = int(self._now() * 1000)
            for moves in recount(self._deployment, connections, self._generation, now):
                with self._lock:
                    counts.add(moves)

        self._walk(count)
        return counts

    def _vouched(self, both: BothCounts) -> Iterator[CounterKey]:
        now = int(self._now() * 1000)
        for key in both.moved():
            if vouched(key, now=now, at_rest=self._at_rest):
                yield key
