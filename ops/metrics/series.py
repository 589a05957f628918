"""Reads the counters of a time by minute or day, summed over their shards."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, get_args

import msgspec

from functions.aws.attributes import to_item
from functions.aws.read_models.counter_items import DAY, CounterKey, parse
from functions.domain.connections.counters import Name
from functions.domain.log.ids import MINUTE
from ops.deployment import Deployment
from ops.read_models.control import ControlItem

Resolution = Literal["minute", "day"]
LENGTHS: Final[Mapping[Resolution, int]] = {"minute": MINUTE, "day": DAY}
"""Of a bucket, milliseconds."""
NAMES: Final[tuple[str, ...]] = tuple(name for name in get_args(Name) if name != "active")
"""What is counted by minute and day."""
_LAST_SHARD: Final = "~"
"""Sorts after every number of a shard."""


class Series(msgspec.Struct, frozen=True):
    """The counters of a time.

    Attributes
    ----------
    starts
        When each bucket begins, epoch milliseconds, without gaps, oldest first.
    length
        Of a bucket, milliseconds.
    counts
        By counter, its count in each bucket.
    active
        How many connections are open now, as far as the projection knows.
    """

    starts: Sequence[int]
    length: int
    counts: Mapping[str, Sequence[int]]
    active: int


def series(deployment: Deployment, resolution: Resolution, first: int, last: int) -> Series:
    """Return the counters of the buckets that a time touches, of the generation that is being served.

    Parameters
    ----------
    deployment
        The tables.
    resolution
        How long a bucket is; days are those of UTC.
    first, last
        Epoch milliseconds, both included.
    """
    length = LENGTHS[resolution]
    starts = range(first - first % length, last + 1, length)
    serving = ControlItem(deployment.client, deployment.outputs.metrics_table).read().serving
    counts = {name: dict.fromkeys(starts, 0) for name in NAMES}
    for name in NAMES:
        ends = (
            CounterKey(serving, name, resolution, starts[0], 0),
            CounterKey(serving, name, resolution, starts[-1], 0),
        )
        for key, count in _shards(deployment, *ends):
            counts[name][key.at] += count
    now = CounterKey(serving, "active", "now", 0, 0)
    active = sum(count for _, count in _shards(deployment, now, now))
    return Series(starts, length, {name: tuple(counts[name].values()) for name in NAMES}, max(0, active))


def _shards(deployment: Deployment, first: CounterKey, last: CounterKey) -> Iterator[tuple[CounterKey, int]]:
    """Yield the shards of a counter from one bucket to another, both included, for however many days kept."""
    values = {":metric": first.name, ":first": first.bucket, ":last": f"{last.bucket}{_LAST_SHARD}"}
    pages = deployment.client.get_paginator("query").paginate(
        TableName=deployment.outputs.metrics_table,
        KeyConditionExpression="metric = :metric AND #bucket BETWEEN :first AND :last",
        ExpressionAttributeNames={"#bucket": "bucket"},
        ExpressionAttributeValues=to_item(values),
        ConsistentRead=True,
    )
    for page in pages:
        for item in page["Items"]:
            yield parse(first.name, item["bucket"]["S"]), int(item["count"]["N"])
