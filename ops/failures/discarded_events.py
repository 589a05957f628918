"""Finds the events of a discarded batch again: in the stream, or by their arrival in the log's index.

The stream gives exact keys and keeps them for 24 hours. The index covers more than was in the batch, which is
safe, since a redrive of what was projected already changes nothing.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec
from botocore.exceptions import ClientError

from functions.aws import batch_reads
from functions.aws.attributes import Item
from functions.aws.faults import code_of
from functions.aws.log.event_items import MalformedEventError, decode
from functions.names import EVENTS_KEY
from ops.audit.arrivals import by_arrival
from ops.audit.meter import Meter, MeteredReader
from ops.deployment import Deployment
from ops.failures.discards import Discarded

EARLIER_SECONDS: Final = 60
"""How long before DynamoDB wrote it an event may have been stamped: its writer asked up to three times, and
clocks differ."""
LATER_SECONDS: Final = 10
"""How long after: clocks differ, and Lambda tells the arrival in whole seconds."""
_GONE: Final = frozenset(
    {"TrimmedDataAccessException", "ResourceNotFoundException", "ExpiredIteratorException"}
)
"""What the stream answers where it holds the records no more."""
_EMPTY_PAGES: Final = 100
"""A shard may answer with nothing and still have more; a day of it has fewer empty pages than that."""


class Recovered(msgspec.Struct, frozen=True):
    """What was found again of a discarded batch.

    ``records`` is how many there were; ``unreadable`` are the keys of items of the log that still cannot be
    read as events; ``exact`` tells that the stream had all records of the batch, so that ``connections`` are
    those of the batch and no others.
    """

    records: int
    connections: frozenset[str]
    unreadable: tuple[str, ...]
    exact: bool = True


def find(deployment: Deployment, batch: Discarded) -> Recovered:
    """Return the connections whose events were in a batch, or at least may have been.

    Raises
    ------
    Unavailable
        If the log cannot be read in time.
    """
    keys = _in_stream(deployment.streams, batch)
    # the same item stands in the stream twice if it was deleted and put again
    if len(keys) >= batch.batch_size:
        table = deployment.outputs.events_table
        wanted = [(table, key) for key in {tuple(_text(key)): key for key in keys}.values()]
        items = [item for _, item in batch_reads.read(deployment.client, wanted)]
        connections = frozenset(key[EVENTS_KEY[0]]["S"] for key in keys)
        return Recovered(len(keys), connections, tuple(_unreadable(items)))
    records = 0
    connection_ids: set[str] = set()
    unreadable: list[str] = []
    first = _milliseconds(batch.approximate_arrival_of_first_record) - EARLIER_SECONDS * 1000
    last = _milliseconds(batch.approximate_arrival_of_last_record) + LATER_SECONDS * 1000
    reader = MeteredReader(deployment.client, deployment.outputs.events_table, Meter())
    for item in by_arrival(reader, first, last, newest_first=False):
        records += 1
        connection_ids.add(item[EVENTS_KEY[0]]["S"])
        unreadable += _unreadable([item])
    return Recovered(records, frozenset(connection_ids), tuple(unreadable), exact=False)


def _in_stream(streams: Any, batch: Discarded) -> list[Item]:
    """Return the keys of the batch's records, fewer than it had or none where the stream was trimmed."""
    keys: list[Item] = []
    try:
        iterator = streams.get_shard_iterator(
            StreamArn=batch.stream_arn,
            ShardId=batch.shard_id,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=batch.start_sequence_number,
        )["ShardIterator"]
        empty = 0
        while iterator and empty < _EMPTY_PAGES:
            page = streams.get_records(ShardIterator=iterator)
            changes = [record["dynamodb"] for record in page["Records"]]
            keys += [change["Keys"] for change in changes if batch.holds(change["SequenceNumber"])]
            if any(int(change["SequenceNumber"]) >= int(batch.end_sequence_number) for change in changes):
                break
            empty = 0 if changes else empty + 1
            iterator = page.get("NextShardIterator")
    except ClientError as error:
        if code_of(error) not in _GONE:
            raise
    return keys


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp()) * 1000


def _unreadable(items: list[Item]) -> Iterator[str]:
    for item in items:
        try:
            decode(item)
        except MalformedEventError:
            yield " ".join(_text(item))


def _text(item: Item) -> list[str]:
    return [item[name]["S"] for name in EVENTS_KEY]
