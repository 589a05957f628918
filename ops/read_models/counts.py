"""The counters: as the metrics table holds them, as a recount of the log gives them, and both compared."""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, get_args

from functions.aws.attributes import to_item
from functions.aws.read_models.counter_items import DAY, CounterKey, bucket_prefix, parse
from functions.domain.connections.counters import Name
from functions.domain.limits import CONNECTION_SECONDS, LOST_AFTER_SECONDS
from functions.domain.log.ids import MINUTE
from ops.deployment import Deployment

LATE: Final = 10 * 60_000
"""Counters of younger minutes may still move beside live traffic, milliseconds."""


class Counts:
    """Counters of one generation, over all their shards.

    There are as many as the retention has minutes, a million of them in 90 days: 8 bytes are kept for each.
    """

    def __init__(self, generation: int) -> None:
        self._generation = generation
        self._minutes: dict[tuple[str, int, int], array[int]] = {}
        """By name, day, and the days for which what they count is kept: the minutes of the day."""
        self._others: Counter[CounterKey] = Counter()

    def __getitem__(self, key: CounterKey) -> int:
        """Return a counter, 0 if nothing moved it."""
        if key.resolution != "minute":
            return self._others[key]
        minutes = self._minutes.get((key.name, key.at // DAY, key.days))
        return minutes[key.at % DAY // MINUTE] if minutes else 0

    def move(self, key: CounterKey, change: int) -> None:
        """Add to a counter."""
        if key.resolution != "minute":
            self._others[key] += change
            return
        minutes = self._minutes.setdefault((key.name, key.at // DAY, key.days), array("q"))
        if not minutes:
            minutes.frombytes(bytes(8 * (DAY // MINUTE)))
        minutes[key.at % DAY // MINUTE] += change

    def add(self, moves: Mapping[CounterKey, int]) -> None:
        """Add what a connection and its messages move."""
        for key, change in moves.items():
            self.move(key, change)

    def items(self) -> Iterator[tuple[CounterKey, int]]:
        """Yield the counters that are not 0."""
        yield from ((key, count) for key, count in self._others.items() if count)
        for (name, day, days), minutes in self._minutes.items():
            for minute, count in enumerate(minutes):
                if count:
                    at = day * DAY + minute * MINUTE
                    yield CounterKey(self._generation, name, "minute", at, days), count


@dataclass(frozen=True)
class BothCounts:
    """What the log says of the counters, and what the metrics table says."""

    log: Counts
    table: Counts

    def moved(self) -> Iterator[CounterKey]:
        """Yield each counter that is not 0 in one of them at least."""
        yield from (key for key, _ in self.log.items())
        yield from (key for key, _ in self.table.items() if not self.log[key])

    def of(self, key: CounterKey) -> tuple[int, int]:
        """Return a counter as the log and as the table has it."""
        return self.log[key], self.table[key]

    def differ(self, key: CounterKey) -> bool:
        """Tell whether they say different things of a counter."""
        return self.log[key] != self.table[key]


def counted(deployment: Deployment, generation: int) -> Counts:
    """Return the counters of a generation, as the metrics table holds them."""
    sums = Counts(generation)
    for name in get_args(Name):
        query = {
            "TableName": deployment.outputs.metrics_table,
            "KeyConditionExpression": "metric = :metric AND begins_with(#bucket, :prefix)",
            "ExpressionAttributeNames": {"#bucket": "bucket"},
            "ExpressionAttributeValues": to_item({":metric": name, ":prefix": bucket_prefix(generation)}),
            "ConsistentRead": True,
        }
        for page in deployment.client.get_paginator("query").paginate(**query):
            for item in page["Items"]:
                sums.move(parse(name, item["bucket"]["S"]), int(item["count"]["N"]))
    return sums


LONGEST_SECONDS: Final = CONNECTION_SECONDS + LOST_AFTER_SECONDS + 3_600
"""From a connection's start to its last count, with an hour for sweeps that come late."""


def vouched(key: CounterKey, *, now: int, at_rest: bool) -> bool:
    """Tell whether a recount can speak of a counter.

    It can if all events that moved the counter are still kept. So its day must begin at least 5 h 10 min
    (`LONGEST_SECONDS`) later than the oldest moment that is kept. For example, at noon of 31 March, where
    events are kept for 30 days, it can speak of 2 March and later days. Beside live traffic the counter must
    also be one that cannot move any more.
    """
    if key.resolution == "now":
        return at_rest
    first = now - key.days * DAY + LONGEST_SECONDS * 1000
    return key.at - key.at % DAY >= first and (at_rest or _end(key) <= now - LATE)


def _end(key: CounterKey) -> int:
    return key.at + (DAY if key.resolution == "day" else MINUTE)
