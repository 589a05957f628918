"""Redrive: what is found, what is projected, what stays in the queue, and what interruptions cost."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.aws.event_items import encode
from functions.domain.events import ActivityRecorded, ConnectionOpened, Event, TextMessageReceived
from functions.domain.limits import LOST_AFTER_SECONDS
from functions.domain.refusals import Unavailable
from ops.control import ControlItem
from ops.deployment import Deployment
from ops.rebuild import rebuild
from tests.docs.markdown import ROOT, names, table
from tests.gateway_events import CONNECTED_AT
from tests.ops.discarding import Failures, failures_of, without_user
from tests.ops.wrongs import clock
from tests.stage import Requests, Stage, error, happened, raising

GOOD = [happened(f"good{number}", ConnectionOpened()) for number in range(3)]
ONE = happened("c1", ConnectionOpened())
OTHER = happened("c2", TextMessageReceived("hello"), 1_000)
MONSTER = happened("c9" + "x" * 1_500, TextMessageReceived("x" * 407_100))
"""It fits in the log, but not in the chat storage, where the connection's id is the conversation's, too."""

IAM = {
    "TransactWriteItems": ["PutItem", "UpdateItem"],
    "ChangeMessageVisibilityBatch": ["ChangeMessageVisibility"],
}
"""What IAM judges where it is not the operation itself."""


@pytest.fixture
def failures(stage: Stage) -> Failures:
    return failures_of(stage, stage.tables.events)


@pytest.fixture
def streams(failures: Failures) -> Requests:
    return Requests(failures.deployment.streams)


@pytest.fixture
def queues(failures: Failures) -> Requests:
    return Requests(failures.deployment.queues)


@pytest.fixture
def tables(failures: Failures) -> Requests:
    return Requests(failures.deployment.client)


def discard(failures: Failures, *poison: Event, **options: Any) -> None:
    """Give up poison in the midst of what is good."""
    failures.stage.append(*GOOD[:2])
    failures.poison(*poison)
    failures.stage.append(*GOOD[2:])
    assert failures.discard(**options) == len(poison)
    assert failures.projected() == {event.connection_id for event in GOOD}


def trim(streams: Requests, code: str = "TrimmedDataAccessException") -> None:
    """Let the stream have no more of what is asked for next."""
    streams.at_next("GetShardIterator", raising(error(code, "GetShardIterator")))


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
    assert not any(b"by-time" in sent for sent in tables.sent)


@pytest.mark.parametrize(
    "code", ["TrimmedDataAccessException", "ResourceNotFoundException", "ExpiredIteratorException"]
)
@pytest.mark.parametrize("operation", ["GetShardIterator", "GetRecords"])
def test_what_the_stream_has_no_more_is_found_by_its_time(
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


def test_what_is_found_by_its_time_may_be_as_old_as_a_connection_can_be(
    failures: Failures, streams: Requests
) -> None:
    refresh = happened("c1", ActivityRecorded(None, 0), 1_000)
    discard(failures, refresh, arrived=CONNECTED_AT / 1000 + LOST_AFTER_SECONDS)
    failures.mend(refresh)
    trim(streams)

    assert failures.problems() == []
    assert "c1" in failures.projected()


def test_what_is_found_by_its_time_is_in_every_shard_of_the_index(
    failures: Failures, streams: Requests
) -> None:
    sharded = {
        encode(event)["time_bucket"]["S"][-1]: event
        for event in [happened(f"c{number}", ConnectionOpened(), number) for number in range(60)]
    }
    many = list(sharded.values())
    discard(failures, *many)
    failures.mend(*many)
    streams.at_next(
        "GetShardIterator", *[raising(error("TrimmedDataAccessException", "GetShardIterator"))] * len(many)
    )

    redriven = failures.redrive()

    assert (len(redriven.outcomes), redriven.left) == (8, ())
    assert failures.differences() == ()


def test_an_error_of_the_stream_that_is_not_its_age_ends_the_run(
    failures: Failures, streams: Requests
) -> None:
    discard(failures, ONE)
    trim(streams, "AccessDeniedException")

    with pytest.raises(Exception, match="AccessDeniedException"):
        failures.redrive()

    assert len(failures.bodies()) == 1


def test_what_is_still_no_event_stays_and_is_named_and_holds_up_nothing(failures: Failures) -> None:
    discard(failures, ONE, OTHER)
    failures.mend(OTHER)

    redriven = failures.redrive()

    [left] = redriven.left
    assert left.problem == f"still not an event: c1 {ONE.event_id}"
    assert "c2" in failures.projected()
    assert len(failures.bodies()) == 1


def test_what_is_still_no_event_and_found_by_its_time_stays_too(
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


def test_a_connection_that_cannot_be_written_is_named_and_holds_up_nothing(failures: Failures) -> None:
    failures.stage.append(MONSTER)
    failures.poison(ONE)
    assert failures.discard() == 2
    failures.mend(ONE)

    [problem] = failures.problems()

    assert problem == f"could not be projected: {MONSTER.connection_id}"
    assert "c1" in failures.projected()
    assert len(failures.bodies()) == 1


@pytest.mark.parametrize(
    "body",
    [
        "hello",
        "[]",
        "{}",
        '{"DDBStreamBatchInfo": {}}',
        '{"DDBStreamBatchInfo": {"shardId": "1", "startSequenceNumber": "-1", "endSequenceNumber": "x"}}',
        '{"KinesisBatchInfo": {"shardId": "1"}}',
    ],
)
def test_what_lambda_did_not_send_stays_and_is_named(failures: Failures, body: str) -> None:
    failures.send(body)

    [problem] = failures.problems()

    assert problem.startswith("not Lambda's record of a discarded batch")
    assert failures.bodies() == [body]


def test_what_another_tables_projector_gave_up_stays(failures: Failures) -> None:
    discard(failures, ONE)
    [body] = failures.bodies()
    failures.deployment.queues.purge_queue(QueueUrl=failures.queue)
    failures.send(body.replace(":table/", ":table/another-"))

    [problem] = failures.problems()

    assert problem == f"of the table 'another-{failures.stage.tables.events}', which is not the log"


def test_an_empty_queue_is_nothing_to_do(failures: Failures) -> None:
    assert failures.redrive().outcomes == ()


def test_more_messages_than_one_request_brings_are_all_worked_off(failures: Failures) -> None:
    many = [happened(f"c{number}", ConnectionOpened()) for number in range(23)]
    discard(failures, *many)
    failures.mend(*many)

    redriven = failures.redrive()

    assert (len(redriven.outcomes), redriven.connections) == (23, 23)
    assert failures.bodies() == []
    assert failures.differences() == ()


def test_a_dry_run_says_what_it_would_do_and_does_nothing(failures: Failures, tables: Requests) -> None:
    discard(failures, ONE, OTHER)
    failures.mend(ONE)
    before = failures.projected()

    redriven = failures.redrive(dry_run=True)

    assert [outcome.problem for outcome in redriven.left] == [f"still not an event: c2 {OTHER.event_id}"]
    assert (redriven.connections, redriven.hidden) == (1, 0)
    assert failures.projected() == before
    assert tables.writes == []
    assert len(failures.bodies()) == 2


def test_a_message_that_comes_again_changes_nothing(failures: Failures, tables: Requests) -> None:
    discard(failures, OTHER)
    [body] = failures.bodies()
    failures.mend(OTHER)
    failures.redrive()
    failures.send(body)
    tables.forget()

    redriven = failures.redrive()

    assert redriven.left == ()
    assert tables.writes == []
    assert failures.differences() == ()


def test_two_runs_at_once_do_what_one_does(failures: Failures) -> None:
    many = [happened(f"c{number}", TextMessageReceived("hello"), number) for number in range(12)]
    discard(failures, *many)
    for body in failures.bodies():  # SQS may deliver a message twice
        failures.send(body)
    failures.mend(*many)
    rivals = [Failures(failures.stage, Deployment(failures.deployment.outputs)) for _ in range(2)]

    with ThreadPoolExecutor(len(rivals)) as threads:
        redriven = list(threads.map(Failures.redrive, rivals))

    assert [each.left for each in redriven] == [(), ()]
    assert sum(len(each.outcomes) for each in redriven) == 24
    assert failures.bodies() == []
    assert failures.differences() == ()


def test_a_run_that_dies_before_it_deletes_is_repeated_without_a_write(
    failures: Failures, queues: Requests, tables: Requests
) -> None:
    discard(failures, OTHER)
    failures.mend(OTHER)
    queues.at_next("DeleteMessage", raising(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        failures.redrive()
    projected = failures.projected()
    tables.forget()

    redriven = failures.redrive()

    assert "c2" in projected
    assert (len(redriven.outcomes), redriven.left) == (1, ())
    assert tables.writes == []
    assert failures.differences() == ()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_run_that_dies_at_a_write_is_repeated(failures: Failures, tables: Requests, moment: str) -> None:
    discard(failures, OTHER)
    failures.mend(OTHER)
    meddle = tables.at_next if moment == "before" else tables.after_next
    meddle("TransactWriteItems", raising(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        failures.redrive()

    assert failures.problems() == []
    assert failures.bodies() == []
    assert failures.differences() == ()


def test_tables_that_do_not_answer_leave_the_queue_as_it_was(failures: Failures, tables: Requests) -> None:
    discard(failures, ONE)
    failures.mend(ONE)
    tables.at_next("BatchGetItem", raising(error("ThrottlingException", "BatchGetItem")))

    with pytest.raises(Unavailable):
        failures.redrive()

    assert len(failures.bodies()) == 1
    assert "c1" not in failures.projected()


def test_a_message_whose_time_ran_out_is_seen_once_and_deleted(failures: Failures) -> None:
    discard(failures, ONE)
    failures.mend(ONE)
    elsewhere = Deployment(failures.deployment.outputs).queues
    received: list[str] = []

    def show_again(parsed: dict[str, Any], **_: Any) -> None:
        for message in parsed.get("Messages", []):
            received.append(message["MessageId"])
            elsewhere.change_message_visibility(
                QueueUrl=failures.queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )

    failures.deployment.queues.meta.events.register("after-call.sqs.ReceiveMessage", show_again)

    redriven = failures.redrive()

    assert (len(redriven.outcomes), redriven.left) == (1, ())
    assert failures.bodies() == []


def test_a_message_that_stays_and_comes_again_ends_the_run(failures: Failures) -> None:
    failures.send("hello")
    elsewhere = Deployment(failures.deployment.outputs).queues

    def show_again(parsed: dict[str, Any], **_: Any) -> None:
        for message in parsed.get("Messages", []):
            elsewhere.change_message_visibility(
                QueueUrl=failures.queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )

    failures.deployment.queues.meta.events.register("after-call.sqs.ReceiveMessage", show_again)

    assert len(failures.redrive().outcomes) == 1


def test_what_is_in_other_hands_is_told(failures: Failures) -> None:
    discard(failures, ONE, OTHER)
    failures.mend(ONE, OTHER)
    failures.hide_one()

    redriven = failures.redrive()

    assert (len(redriven.outcomes), redriven.hidden) == (1, 1)


def test_what_stays_can_be_redriven_at_once_when_it_is_mended(failures: Failures) -> None:
    discard(failures, ONE)
    assert len(failures.problems()) == 1
    failures.mend(ONE)

    assert failures.problems() == []
    assert failures.bodies() == []


def test_a_redrive_while_a_rebuild_is_under_way_counts_for_the_new_generation(failures: Failures) -> None:
    discard(failures, ONE, OTHER)
    failures.mend(ONE, OTHER)
    control = ControlItem(failures.stage.client, failures.stage.tables.metrics)
    control.begin(control.read())

    assert failures.problems() == []
    assert failures.stage.row("c1")["generation"] == {"N": "2"}

    rebuilt = rebuild(failures.deployment, wait_seconds=0, now=clock, sleep=lambda _seconds: None)
    assert rebuilt.resumed
    assert failures.differences() == ()


@pytest.mark.parametrize("turn", ["waiting", "refolding"])
def test_a_redrive_in_the_midst_of_a_rebuild_leaves_nothing_out_and_counts_nothing_twice(
    failures: Failures, turn: str
) -> None:
    discard(failures, ONE, OTHER)
    failures.mend(ONE, OTHER)
    problems: list[list[str]] = []

    def once(_what: object, _count: int = 0) -> None:
        if not problems:
            problems.append([])
            problems[0] += failures.problems()

    never: Callable[..., None] = lambda *_: None  # noqa: E731 - it has no other name
    report, sleep = (never, once) if turn == "waiting" else (once, never)
    rebuild(failures.deployment, report, wait_seconds=60, now=clock, sleep=sleep)

    assert problems == [[]]
    assert failures.bodies() == []
    assert failures.differences() == ()


def test_poison_is_no_event() -> None:
    assert "user_id" not in without_user(ONE)


def test_it_needs_the_permissions_that_the_runbook_names(
    failures: Failures, streams: Requests, queues: Requests, tables: Requests
) -> None:
    [told] = [row[1] for row in table(ROOT / "docs" / "operations.md", "command") if row[0] == "`redrive`"]
    named = {name.rpartition(":")[2] for name in names(told)} - {"by-time"}
    discard(failures, ONE, OTHER)
    failures.mend(OTHER)
    for requests in (streams, queues, tables):
        requests.forget()
    trim(streams)

    failures.redrive()

    asked = {*streams.seen, *queues.seen, *tables.seen}
    assert asked >= {"TransactWriteItems", "ChangeMessageVisibilityBatch", "GetRecords", "Query"}
    assert {action for operation in asked for action in IAM.get(operation, [operation])} == named
