"""Stream records as DynamoDB writes them and Lambda hands them on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from functions.names import EVENTS_KEY

Record = dict[str, Any]
"""One stream record, as it stands in a function's event."""

Kind = Literal["INSERT", "MODIFY", "REMOVE"]

STREAM_ARN: Final = "arn:aws:dynamodb:us-east-1:000000000000:table/events/stream/2026-11-23T05:00:00.000"
FIRST_NUMBER: Final = 10**21 - 3
"""Sequence numbers are decimal strings whose length grows: as text, the fourth sorts before the third."""


@dataclass(frozen=True)
class Shard:
    """A part of the stream; its records come only after all of its parent's are done with."""

    id: str
    records: tuple[Record, ...]
    parent: str | None = None


def records_of(
    items: Iterable[dict[str, Any]],
    kind: Kind = "INSERT",
    *,
    first_number: int = FIRST_NUMBER,
    created_at: int = 1_795_410_000,
    key: Sequence[str] = EVENTS_KEY,
) -> tuple[Record, ...]:
    """Return the records that writing items makes, in that order, with the view type NEW_IMAGE.

    Parameters
    ----------
    items
        Items as DynamoDB holds them, ``{"name": {"S": "text"}}``.
    kind
        What was done to them; a removed item leaves no image.
    first_number
        The sequence number of the first record; each further one is greater by one.
    created_at
        When they were written, epoch seconds.
    key
        The table's key attributes.
    """
    return tuple(
        {
            "eventID": f"{number:032x}",
            "eventName": kind,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "us-east-1",
            "dynamodb": {
                "ApproximateCreationDateTime": created_at,
                "Keys": {name: item[name] for name in key},
                **({} if kind == "REMOVE" else {"NewImage": item}),
                "SequenceNumber": str(number),
                "SizeBytes": len(str(item)),
                "StreamViewType": "NEW_IMAGE",
            },
            "eventSourceARN": STREAM_ARN,
        }
        for number, item in enumerate(items, first_number)
    )


def number_of(record: Record) -> int:
    """Return a record's sequence number."""
    return int(record["dynamodb"]["SequenceNumber"])


def split(shard: Shard, at: int) -> tuple[Shard, Shard, Shard]:
    """Return a shard that was split after its first records, and its two children.

    The children share the later records alternately: only the order of each item's own records is kept, so
    a partition key whose items are many is found in both.
    """
    later = shard.records[at:]
    return (
        replace(shard, records=shard.records[:at]),
        Shard(f"{shard.id}-left", later[::2], shard.id),
        Shard(f"{shard.id}-right", later[1::2], shard.id),
    )
