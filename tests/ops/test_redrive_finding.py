"""Redrive: how the events of a message are found, in the stream or by their arrival."""

import json

import pytest

from functions.aws.log.arrivals import stamp
from functions.domain.limits import LOST_AFTER_SECONDS
from functions.domain.log.facts import ActivityRecorded, ConnectionOpened
from functions.names import ARRIVAL_SHARDS
from tests.ops.discarding import GOOD, ONE, Failures, discard, trim
from tests.ops.wrongs import clock
from tests.stage import NOW, Requests, error, happened, raising


def test_what_was_mended_is_projected_by_its_exact_key_and_leaves_the_queue(
    failures: Failures, tables: Requests
) -> None:
    discard(failures, ONE)
    failures.mend(ONE)

    redriven = failures.redrive()

    assert redriven.left == ()
    assert redriven.outcomes[0].connections == {"c1"}
    assert "c1" in failures.projected()
    assert failures.bodies() == []
    assert failures.differences() == ()
    assert not any(b"by-arrival" in sent for sent in tables.sent)


@pytest.mark.parametrize(
    "code", ["TrimmedDataAccessException", "ResourceNotFoundException", "ExpiredIteratorException"]
)
@pytest.mark.parametrize("operation", ["GetShardIterator", "GetRecords"])
def test_what_the_stream_has_no_more_is_found_by_its_arrival(
    failures: Failures, streams: Requests, code: str, operation: str
) -> None:
    discard(failures, ONE)
    failures.mend(ONE)
    streams.at_next(operation, raising(error(code, operation)))

    redriven = failures.redrive()

    [outcome] = redriven.outcomes
    assert (outcome.problem, outcome.exact) == (None, False)
    assert outcome.connections == {"c1", *(event.connection_id for event in GOOD)}
    assert failures.bodies() == []
    assert failures.differences() == ()


def test_what_is_found_by_its_arrival_is_projected_and_stays_until_somebody_accepts_it(
    failures: Failures, streams: Requests
) -> None:
    discard(failures, ONE)
    failures.mend(ONE)
    trim(streams)

    [kept] = failures.redrive(accept_by_time=False).left

    assert "--accept-by-time" in (kept.problem or "")
    assert failures.differences() == ()
    assert len(failures.bodies()) == 1
    assert failures.problems() == []
    assert failures.bodies() == []


def test_what_is_found_by_its_arrival_may_have_happened_long_before(
    failures: Failures, streams: Requests
) -> None:
    refresh = happened("c1", ActivityRecorded(None, 0), 1_000 - 1_000 * LOST_AFTER_SECONDS)
    discard(failures, refresh)
    failures.mend(refresh)
    trim(streams)

    assert failures.problems() == []
    assert "c1" in failures.projected()


def test_what_is_found_by_its_arrival_is_in_every_shard_of_the_index(
    failures: Failures, streams: Requests
) -> None:
    sharded = {
        stamp(event.event_id, NOW)["arrival_day"]["S"]: event
        for event in [happened(f"c{number}", ConnectionOpened(), number) for number in range(300)]
    }
    many = list(sharded.values())
    discard(failures, *many)
    failures.mend(*many)
    streams.at_next(
        "GetShardIterator", *[raising(error("TrimmedDataAccessException", "GetShardIterator"))] * len(many)
    )

    redriven = failures.redrive()

    assert (len(redriven.outcomes), redriven.left) == (ARRIVAL_SHARDS, ())
    assert failures.differences() == ()


def test_an_error_of_the_stream_that_is_not_its_age_ends_the_run(
    failures: Failures, streams: Requests
) -> None:
    discard(failures, ONE)
    trim(streams, "AccessDeniedException")

    with pytest.raises(Exception, match="AccessDeniedException"):
        failures.redrive()

    assert len(failures.bodies()) == 1


def test_what_is_still_no_event_and_found_by_its_arrival_stays_too(
    failures: Failures, streams: Requests
) -> None:
    discard(failures, ONE)
    trim(streams)

    assert failures.problems() == [f"still not an event: c1 {ONE.event_id}"]
    assert len(failures.bodies()) == 1


def test_what_has_no_time_that_could_be_found_stays(failures: Failures, streams: Requests) -> None:
    failures.put({"connection_id": {"S": "c1"}, "event_id": {"S": "not an id"}})
    assert failures.discard() == 1
    trim(streams)

    [problem] = failures.problems()

    assert problem.startswith("only 0 of 1 records were found")
    assert len(failures.bodies()) == 1


def test_what_has_no_time_is_found_by_its_exact_key_and_done_with_once_it_is_deleted(
    failures: Failures,
) -> None:
    key = {"connection_id": {"S": "c1"}, "event_id": {"S": "not an id"}}
    failures.put(key)
    assert failures.discard() == 1
    assert failures.problems() == ["still not an event: c1 not an id"]
    failures.stage.client.delete_item(TableName=failures.stage.tables.events, Key=key)

    assert failures.problems() == []
    assert failures.bodies() == []


def test_a_batch_that_was_given_up_whole_is_found_whole(failures: Failures) -> None:
    failures.poison(ONE)
    failures.stage.append(*GOOD)
    body = _whole_batch(failures)
    failures.send(body)
    failures.mend(ONE)

    redriven = failures.redrive()

    assert redriven.connections == 4
    assert redriven.outcomes[0].exact
    assert redriven.left == ()
    assert failures.differences() == ()


def _whole_batch(failures: Failures) -> str:
    """Return what the mapping sends that does not halve a batch."""
    failures.discard()
    [body] = failures.bodies()
    failures.deployment.queues.purge_queue(QueueUrl=failures.queue)
    shard, records = failures.stream(int(clock()))
    record = json.loads(body)
    last = records[-1]["dynamodb"]["SequenceNumber"]
    record["DDBStreamBatchInfo"] |= {
        "shardId": shard,
        "endSequenceNumber": last,
        "batchSize": len(records),
    }
    return json.dumps(record)
