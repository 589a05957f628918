"""Reads the log in the order of arrival: the shards of a day side by side, merged."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Final

from functions.aws.attributes import Item
from functions.aws.log.arrivals import partitions
from functions.names import ARRIVAL_SHARDS
from ops.audit.meter import MeteredReader
from ops.audit.shards import Shard
from ops.audit.shares import first_of
from ops.audit.silence import whole_index
from ops.deployment import THREADS

PAGE: Final = 250
"""Items asked of a shard at a time where nobody knows how many are wanted, as behind a filter."""
_SILENT_DAYS: Final = 3
"""After so many days in a row without an arrival, somebody looks whether the index has much at all."""
_DAY: Final = 86_400_000


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
        How many will be taken, so that few more are read. None where nobody knows.
    """
    for item in _day_by_day(reader, first, last, newest_first=newest_first, wanted=wanted):
        yield item
        if wanted is not None:
            wanted -= 1
            if wanted <= 0:
                return


def _day_by_day(
    reader: MeteredReader, first: int, last: int, *, newest_first: bool, wanted: int | None
) -> Iterator[Item]:
    days = [
        (max(first, day), min(last, day + _DAY - 1)) for day in range(first - first % _DAY, last + 1, _DAY)
    ]
    silent = given = 0
    for begin, end in reversed(days) if newest_first else days:
        if silent == _SILENT_DAYS:
            rest = (first, end) if newest_first else (begin, last)
            found = whole_index(reader, *rest, newest_first=newest_first)
            if found is not None:
                yield from found
                return
        shards = [
            Shard(reader, each, begin, end, newest_first=newest_first) for each in partitions(begin, end)
        ]
        missing = None if wanted is None else wanted - given
        before = given
        for item in _of_day(shards, missing):
            yield item
            given += 1
        silent = silent + 1 if given == before else 0


def _of_day(shards: Sequence[Shard], wanted: int | None) -> Iterator[Item]:
    if wanted is None or wanted > PAGE * ARRIVAL_SHARDS:
        return _page_by_page(shards)
    return first_of(shards, wanted)


def _page_by_page(shards: Sequence[Shard]) -> Iterator[Item]:
    """Yield all items of some shards, merged, a page of each read ahead."""
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(_fill, shards))
    turns = count()  # tells equal arrivals apart, so that shards are never compared
    heads = [(shard.ahead[0][0], next(turns), shard) for shard in shards if shard.ahead]
    heapify(heads)
    while heads:
        _, _, shard = heappop(heads)
        yield shard.ahead.popleft()[1]
        _fill(shard)
        if shard.ahead:
            heappush(heads, (shard.ahead[0][0], next(turns), shard))


def _fill(shard: Shard) -> None:
    """Read ahead until something is there, or nothing is left."""
    while not shard.ahead and shard.known < shard.span:
        shard.ask(shard.span, PAGE)
