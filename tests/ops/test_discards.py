"""What Lambda tells of records that it gave up, and what it cannot have told."""

import json
from datetime import UTC, datetime

import pytest

from ops.failures.discards import NotDiscardedError, parse


def told(first: str, last: str) -> str:
    batch = {
        "streamArn": "arn:aws:dynamodb:us-east-1:123456789012:table/events/stream/1",
        "shardId": "shardId-1",
        "startSequenceNumber": "1",
        "endSequenceNumber": "2",
        "approximateArrivalOfFirstRecord": first,
        "approximateArrivalOfLastRecord": last,
        "batchSize": 2,
    }
    return json.dumps({"DDBStreamBatchInfo": batch})


def test_a_batch_may_hold_a_day_of_a_shard() -> None:
    batch = parse(told("2026-11-23T05:00:00Z", "2026-11-24T05:00:00Z"))

    assert batch.approximate_arrival_of_last_record == datetime(2026, 11, 24, 5, tzinfo=UTC)


@pytest.mark.parametrize("last", ["2026-11-24T05:00:01Z", "9999-11-23T05:00:00Z"])
def test_what_lies_further_apart_than_a_stream_keeps_is_refused(last: str) -> None:
    with pytest.raises(NotDiscardedError, match="more than a day"):
        parse(told("2026-11-23T05:00:00Z", last))
