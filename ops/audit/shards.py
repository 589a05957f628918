"""One shard of a day's arrivals, read from one end of a time on."""

from collections import deque

from functions.aws.attributes import Item, to_item
from functions.aws.log.arrivals import arrived_at
from functions.names import EVENTS_BY_ARRIVAL
from ops.audit.meter import MeteredReader


class Shard:
    """A partition of the index by arrival, and what was read of it.

    How far something is, is counted in milliseconds from the end at which reading begins: the newest first,
    or the oldest.

    Parameters
    ----------
    reader
        Of the log.
    partition
        A day and a shard, such as ``2026-11-23#3``.
    first, last
        The time, epoch milliseconds, both included.
    newest_first
        The order.

    Attributes
    ----------
    ahead
        What was read and not taken yet: how far it is, and the item.
    known
        How far nothing is missing; -1 before anything was asked.
    seen
        How far anything was read: of what arrived in the last millisecond of a page, more may follow.
    """

    def __init__(
        self, reader: MeteredReader, partition: str, first: int, last: int, *, newest_first: bool
    ) -> None:
        self.ahead: deque[tuple[int, Item]] = deque()
        self.known = -1
        self.seen = -1
        self._reader = reader
        self._partition = partition
        self._first = first
        self._last = last
        self._newest_first = newest_first
        self._after: Item | None = None

    @property
    def span(self) -> int:
        """How far the time goes."""
        return self._last - self._first

    def ask(self, until: int, most: int) -> list[int]:
        """Read on until so far, at most so many items, in one request; return how far each of them is."""
        ends = sorted((self._at(self.known + 1), self._at(until)))
        page, self._after = self._reader.page(
            self._after,
            IndexName=EVENTS_BY_ARRIVAL,
            KeyConditionExpression="arrival_day = :day AND arrived_at BETWEEN :first AND :last",
            ExpressionAttributeValues=to_item({":day": self._partition, ":first": ends[0], ":last": ends[1]}),
            ScanIndexForward=not self._newest_first,
            Limit=most,
        )
        distances = [self._far(item) for item in page]
        self.ahead.extend(zip(distances, page, strict=True))
        self.seen = until if self._after is None else self._far(self._after)
        self.known = until if self._after is None else self.seen - 1
        return distances

    def take(self, until: int) -> list[tuple[int, Item]]:
        """Take what was read until so far."""
        taken = []
        while self.ahead and self.ahead[0][0] <= until:
            taken.append(self.ahead.popleft())
        return taken

    def _at(self, far: int) -> int:
        return self._last - far if self._newest_first else self._first + far

    def _far(self, item: Item) -> int:
        at = arrived_at(item)
        return self._last - at if self._newest_first else at - self._first
