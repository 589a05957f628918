"""The counters: as the metrics table holds them, and as a recount of the rows gives them."""

from collections import Counter
from collections.abc import Iterable
from typing import Final, get_args

from functions.aws.attributes import to_item
from functions.aws.read_models.counter_items import DAY, CounterKey, bucket_prefix, parse
from functions.domain.connections.counters import Name
from functions.domain.limits import CONNECTION_SECONDS, LOST_AFTER_SECONDS
from ops.deployment import Deployment

LATE: Final = 10 * 60_000
"""Counters of younger minutes may still move beside live traffic, milliseconds."""


def counted(deployment: Deployment, generation: int) -> Counter[CounterKey]:
    """Return the counters of a generation, summed over their shards."""
    sums: Counter[CounterKey] = Counter()
    retention_days = deployment.outputs.retention_days
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
                sums[parse(name, item["bucket"]["S"], retention_days)] += int(item["count"]["N"])
    return sums


_LONGEST_SECONDS: Final = CONNECTION_SECONDS + LOST_AFTER_SECONDS + 3_600
"""From a connection's start to its last count, with an hour for sweeps that come late."""


def vouched(keys: Iterable[CounterKey], *, now: int, at_rest: bool) -> Iterable[CounterKey]:
    """Yield the counters that a recount can speak of.

    Those are the ones whose day lies wholly inside the days for which what they count is kept, with the
    longest time before it in which a connection is opened, falls silent and is found lost; and beside live
    traffic, those that cannot move any more.
    """
    for key in keys:
        if key.resolution == "now":
            if at_rest:
                yield key
        elif at_rest or _end(key) <= now - LATE:
            first = now - key.days * DAY + _LONGEST_SECONDS * 1000
            if key.at - key.at % DAY >= first:
                yield key


def _end(key: CounterKey) -> int:
    return key.at + (DAY if key.resolution == "day" else 60_000)
