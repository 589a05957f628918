"""Redrive: what interruptions, repetitions, rivals and rebuilds cost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.domain.log.facts import TextMessageReceived
from functions.domain.refusals import Unavailable
from ops.deployment import Deployment
from ops.read_models.control import ControlItem
from ops.read_models.rebuild import rebuild
from tests.ops.discarding import ONE, OTHER, Failures, discard
from tests.ops.wrongs import clock
from tests.stage import Requests, error, happened, raising


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
