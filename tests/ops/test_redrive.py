"""Redrive: what is projected, what stays in the queue, and what is said of it."""

import pytest

from functions.domain.log.facts import ConnectionOpened
from tests.docs.markdown import ROOT, names, table
from tests.ops.discarding import MONSTER, ONE, OTHER, Failures, discard, trim, without_user
from tests.stage import Requests, happened

IAM = {
    "TransactWriteItems": ["PutItem", "UpdateItem"],
    "ChangeMessageVisibilityBatch": ["ChangeMessageVisibility"],
}
"""What IAM judges where it is not the operation itself."""


def test_what_is_still_no_event_stays_and_is_named_and_holds_up_nothing(failures: Failures) -> None:
    discard(failures, ONE, OTHER)
    failures.mend(OTHER)

    redriven = failures.redrive()

    [left] = redriven.left
    assert left.problem == f"still not an event: c1 {ONE.event_id}"
    assert "c2" in failures.projected()
    assert len(failures.bodies()) == 1


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


def test_poison_is_no_event() -> None:
    assert "user_id" not in without_user(ONE)


def test_it_needs_the_permissions_that_the_runbook_names(
    failures: Failures, streams: Requests, queues: Requests, tables: Requests
) -> None:
    rows = [row for row in table(ROOT / "docs" / "operations.md", "command") if row[0] == "`redrive`"]
    named = {name.rpartition(":")[2] for row in rows for name in names(row[1])}
    discard(failures, ONE, OTHER)
    failures.mend(OTHER)
    for requests in (streams, queues, tables):
        requests.forget()
    trim(streams)

    failures.redrive()

    asked = {*streams.seen, *queues.seen, *tables.seen}
    assert asked >= {"TransactWriteItems", "ChangeMessageVisibilityBatch", "GetRecords", "Query"}
    assert {action for operation in asked for action in IAM.get(operation, [operation])} == named
