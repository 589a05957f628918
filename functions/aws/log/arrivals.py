"""When an event arrived in the log: the stamp beside it, and the partitions of the index by arrival.

An id has the time of its *cause*, which may be hours before the append: what reads by time reads by arrival.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from functions.aws.attributes import Item
from functions.domain.log.ids import ALPHABET
from functions.names import ARRIVAL_SHARDS

_DAY: Final = 86_400_000


def stamp(event_id: str, arrived_at: int, shards: int = ARRIVAL_SHARDS) -> Item:
    """Return what stands in an item beside its event: when it was appended, and its partition of the index.

    Parameters
    ----------
    event_id
        The event's id; its last two letters, which are of a hash, choose the shard.
    arrived_at
        Epoch milliseconds, by the clock of whoever appends.
    shards
        How many partitions a day has.
    """
    shard = (ALPHABET.index(event_id[-2]) * len(ALPHABET) + ALPHABET.index(event_id[-1])) % shards
    return {"arrived_at": {"N": str(arrived_at)}, "arrival_day": {"S": _partition(arrived_at, shard)}}


def arrived_at(item: Item) -> int:
    """Return when an item arrived, epoch milliseconds; a `KeyError` if nobody stamped it.

    A stamp that somebody put by hand may be any number, such as 1.5: it is rounded down.
    """
    return int(float(item["arrived_at"]["N"]))


def partitions(first: int, last: int, shards: int = ARRIVAL_SHARDS) -> Iterator[str]:
    """Yield the partitions of the index with what arrived from one time to another, day by day.

    Each day has all shards, also those that nothing was appended to when there were fewer.
    """
    for day in range(first - first % _DAY, last + 1, _DAY):
        for shard in range(shards):
            yield _partition(day, shard)


def _partition(at: int, shard: int) -> str:
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%d}#{shard}"
