"""Proves that the read models equal the fold of the log, and the counters a recount."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import msgspec

from functions.aws.attributes import Item
from functions.aws.read_models.counter_items import CounterKey
from functions.names import TTL_ATTRIBUTE
from ops.deployment import Deployment
from ops.read_models.comparison import Difference, Folded, compare
from ops.read_models.control import ControlItem
from ops.read_models.counts import counted, vouched
from ops.read_models.scans import SEGMENTS, keys, named_connections, pages

SETTLE_SECONDS: Final = 30
_AGAIN_SECONDS: Final = 2.0
_TOGETHER: Final = 50

Report = Callable[[str, int], None]


class Verified(msgspec.Struct, frozen=True):
    """What was compared, and every difference."""

    connections: int
    messages: int
    counters: int
    differences: tuple[Difference, ...]


class RebuildUnderWayError(Exception):
    """The read models are between two generations: finish the rebuild first."""


def verify(
    deployment: Deployment,
    report: Report = lambda _what, _count: None,
    *,
    at_rest: bool = False,
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
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
        and do not wait for a difference to pass. Else a difference counts once it has stood for 30 s.

    Raises
    ------
    RebuildUnderWayError
        If a rebuild was begun and not finished.
    """
    verifier = _Verifier(deployment, report, at_rest=at_rest, now=now, sleep=sleep)
    folded = verifier.folded()
    differences = [difference for one in folded for difference in one.differences]
    differences += verifier.unnamed(folded)
    wrong, compared = verifier.miscounted(folded)
    if wrong and not at_rest:  # something old may have been appended meanwhile: only what stays is wrong
        sleep(SETTLE_SECONDS)
        again, compared = verifier.miscounted(verifier.folded())
        wrong = [difference for difference in again if difference in wrong]
    return Verified(len(folded), sum(len(one.messages) for one in folded), compared, (*differences, *wrong))


class _Verifier:
    def __init__(
        self,
        deployment: Deployment,
        report: Report,
        *,
        at_rest: bool,
        now: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._deployment = deployment
        self._report = report
        self._at_rest = at_rest
        self._now = now
        self._sleep = sleep
        progress = ControlItem(deployment.client, deployment.outputs.metrics_table).read()
        if progress.rebuilding:
            msg = f"a rebuild to generation {progress.generation} was begun: finish it by `ops rebuild`"
            raise RebuildUnderWayError(msg)
        self._generation = progress.serving

    def folded(self) -> list[Folded]:
        """Return the fold of every connection that the log names, compared with its row."""
        with ThreadPoolExecutor(SEGMENTS) as threads:
            segments = list(threads.map(self._segment, range(SEGMENTS)))
        # by connection: one that two segments named must not be counted twice
        return list({one.connection: one for segment in segments for one in segment}.values())

    def _segment(self, segment: int) -> list[Folded]:
        deployment = self._deployment
        seen: dict[str, None] = {}
        table = deployment.outputs.events_table
        for items, _ in pages(deployment.client, table, segment, ProjectionExpression="connection_id"):
            seen.update(dict.fromkeys(named_connections(items)))
        folded: list[Folded] = []
        connections = list(seen)
        for begin in range(0, len(connections), _TOGETHER):
            together = connections[begin : begin + _TOGETHER]
            folded += self._settled(together)
            self._report("connections", len(together))
        return folded

    def _settled(self, connections: list[str]) -> Iterator[Folded]:
        """Compare, and read what differs again until it has stood."""
        deadline = self._now() + SETTLE_SECONDS
        while True:
            differing = []
            compared = compare(self._deployment, connections, self._generation, int(self._now() * 1000))
            for one in compared:
                if one.differences and not self._at_rest and self._now() < deadline:
                    differing.append(one.connection)
                else:
                    yield one
            if not differing:
                return
            connections = differing
            self._sleep(_AGAIN_SECONDS)

    def unnamed(self, folded: Iterable[Folded]) -> Iterator[Difference]:
        """Yield the rows that no event in the log explains, but for those that have expired."""
        outputs = self._deployment.outputs
        connections = {one.connection for one in folded}
        messages = {key for one in folded for key in one.messages}
        for item in self._unexpired(outputs.connections_table, "connectionId"):
            connection = item["connectionId"]["S"]
            if connection not in connections and not self._named(connection):
                yield Difference(f"connection {connection}", "nothing", "a row")
        for item in self._unexpired(outputs.messages_table, "conversation", "event_id", "connection_id"):
            key = item["conversation"]["S"], item["event_id"]["S"]
            if key not in messages and not self._named(item["connection_id"]["S"], key[1]):
                yield Difference(f"message {key[0]} {key[1]}", "nothing", "a row")

    def _unexpired(self, table: str, *names: str) -> Iterator[Item]:
        for segment in range(SEGMENTS):
            for item in keys(self._deployment.client, table, segment, *names, TTL_ATTRIBUTE):
                if int(item[TTL_ATTRIBUTE]["N"]) > self._now():
                    yield item

    def _named(self, connection: str, event_id: str | None = None) -> bool:
        """Tell whether the log names a connection, or has an event of it, by now."""
        items = self._deployment.log.items(connection)
        return any(event_id in (None, item["event_id"]["S"]) for item in items)

    def miscounted(self, folded: Iterable[Folded]) -> tuple[list[Difference], int]:
        """Return the counters that differ from a recount, and how many were compared."""
        recount: Counter[CounterKey] = Counter()
        for one in folded:
            recount.update(one.counts)
        held = counted(self._deployment, self._generation)
        comparable = sorted(
            vouched(
                {*recount, *held},
                now=int(self._now() * 1000),
                at_rest=self._at_rest,
            )
        )
        wrong = [
            Difference(f"counter {key.name} {key.bucket}", str(recount[key]), str(held[key]))
            for key in comparable
            if recount[key] != held[key]
        ]
        return wrong, len(comparable)
