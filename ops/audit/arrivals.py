"""Reads the log in the order of arrival: the shards of a day side by side, merged."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Final

from functions.aws.attributes import Item, to_item
from functions.aws.log.arrivals import arrived_at, partitions
from functions.names import ARRIVAL_SHARDS, EVENTS_BY_ARRIVAL
from ops.audit.meter import MeteredReader
from ops.deployment import THREADS

PAGE: Final = 250
"""Items asked of a shard at a time where nobody knows how many are wanted, as behind a filter."""
_REFILL: Final = 3
"""Items asked of a shard that ran dry: few, since the answer is nearly complete by then."""


def by_arrival(
    reader: MeteredReader, first: int, last: int, *, newest_first: bool = True, wanted: int | None = None
) -> Iterator[Item]:
    """Yield the items that arrived from one time to another, both included, in the order of their arrival.

    Parameters
    ----------
    reader
        Of the log.
    first, last
        Epoch milliseconds, by the clock of those who appended.
    newest_first
        The order.
    wanted
        How many will be taken: each shard is asked for its share of them, so that few more are read. None
        where nobody knows.
    """
    days = _days(first, last)
    for day in reversed(days) if newest_first else days:
        for item in _merged(reader, day, first, last, newest_first=newest_first, wanted=wanted):
            yield item
            if wanted is not None:
                wanted -= 1
                if wanted <= 0:
                    return


def _days(first: int, last: int) -> list[list[str]]:
    keys = list(partitions(first, last))
    return [keys[start : start + ARRIVAL_SHARDS] for start in range(0, len(keys), ARRIVAL_SHARDS)]


class _Shard:
    """One partition of the index: what was read ahead of it, and where it goes on."""

    def __init__(
        self, reader: MeteredReader, partition: str, first: int, last: int, *, forward: bool
    ) -> None:
        self._reader = reader
        self._query = {
            "IndexName": EVENTS_BY_ARRIVAL,
            "KeyConditionExpression": "arrival_day = :day AND arrived_at BETWEEN :first AND :last",
            "ExpressionAttributeValues": to_item({":day": partition, ":first": first, ":last": last}),
            "ScanIndexForward": forward,
        }
        self._ahead: deque[Item] = deque()
        self._after: Item | None = None
        self._ended = False

    def fill(self, items: int) -> None:
        """Read ahead until something is there, or nothing is left."""
        while not self._ahead and not self._ended:
            page, self._after = self._reader.page(self._after, **self._query, Limit=items)
            self._ahead.extend(page)
            self._ended = self._after is None

    def take(self) -> Item | None:
        """Return the next item that was read, None if there is none."""
        return self._ahead.popleft() if self._ahead else None


def _merged(
    reader: MeteredReader, day: list[str], first: int, last: int, *, newest_first: bool, wanted: int | None
) -> Iterator[Item]:
    shards = [_Shard(reader, partition, first, last, forward=not newest_first) for partition in day]
    share = PAGE if wanted is None else -(-wanted // len(shards))
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda shard: shard.fill(share), shards))
    turns = count()  # tells equal arrivals apart, so that items are never compared
    sign = -1 if newest_first else 1
    heads: list[tuple[int, int, Item, _Shard]] = []
    for shard in shards:
        item = shard.take()
        if item is not None:
            heads.append((sign * arrived_at(item), next(turns), item, shard))
    heapify(heads)
    while heads:
        _, _, item, shard = heappop(heads)
        yield item
        shard.fill(PAGE if wanted is None else _REFILL)
        following = shard.take()
        if following is not None:
            heappush(heads, (sign * arrived_at(following), next(turns), following, shard))
