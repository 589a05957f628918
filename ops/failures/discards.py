"""What Lambda tells of the stream records that it gave up: where they were, but not what was in them.

Source: Lambda developer guide, "Retain discarded records for a DynamoDB event source in Lambda".
"""

from datetime import datetime, timedelta
from typing import Annotated, Final

import msgspec
from msgspec import Meta

Number = Annotated[str, Meta(pattern=r"^[0-9]{1,40}$")]
"""A sequence number: decimal digits, compared as a number, since their count differs."""
Arrival = Annotated[datetime, Meta(tz=True)]
"""When a record was written, to the second."""

_STREAM: Final = timedelta(days=1)
"""For how long a stream keeps a record: a redrive by time would search all the hours between two."""


class Discarded(msgspec.Struct, frozen=True, rename="camel"):
    """A range of one shard of the stream, both ends included."""

    stream_arn: str
    shard_id: str
    start_sequence_number: Number
    end_sequence_number: Number
    approximate_arrival_of_first_record: Arrival
    approximate_arrival_of_last_record: Arrival
    batch_size: Annotated[int, Meta(ge=1)]

    def __post_init__(self) -> None:
        if self.approximate_arrival_of_last_record - self.approximate_arrival_of_first_record > _STREAM:
            msg = "more than a day lies between the first record and the last"
            raise ValueError(msg)

    @property
    def table(self) -> str:
        """The name of the table that the stream belongs to, as its ARN tells it."""
        return self.stream_arn.partition(":table/")[2].partition("/stream/")[0]

    def holds(self, number: str) -> bool:
        """Tell whether a sequence number lies in the range."""
        return int(self.start_sequence_number) <= int(number) <= int(self.end_sequence_number)


class NotDiscardedError(ValueError):
    """The text is not what Lambda writes about discarded records of a DynamoDB stream."""


class _Destination(msgspec.Struct, frozen=True):
    batch: Discarded = msgspec.field(name="DDBStreamBatchInfo")


def parse(body: str) -> Discarded:
    """Return what the body of a message tells.

    Raises
    ------
    NotDiscardedError
        If it is something else.
    """
    try:
        return msgspec.json.decode(body, type=_Destination).batch
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as problem:
        raise NotDiscardedError(f"not Lambda's record of a discarded batch: {problem}") from None
