"""What the delivery queue put aside is put back, as if it had never been tried; what is no job stays."""

from typing import Any

import msgspec
import pytest

from functions.domain.feeds.feeds import Subscriber
from functions.domain.feeds.jobs import MOST_ATTEMPTS, Push, encode, parse
from ops.deployment import Deployment, Outputs
from ops.failures.deliveries import redrive_deliveries
from tests.stage import Stage

ADA = Subscriber("c-1", "ada", "talk", 1_000, 2_000)
JOB = Push('{"type": "news"}', (ADA, ADA), MOST_ATTEMPTS)


class Queues:
    """SQS with two queues, each a list of messages; what was received is hidden until it is given back."""

    def __init__(self, *aside: str) -> None:
        self.aside = {str(number): body for number, body in enumerate(aside)}
        self.hidden: set[str] = set()
        self.put_back: list[str] = []
        self.fails_to_delete = False

    def receive_message(self, **_: Any) -> dict[str, Any]:
        shown = [name for name in self.aside if name not in self.hidden][:2]
        self.hidden |= {*shown}
        return {
            "Messages": [
                {"MessageId": name, "ReceiptHandle": name, "Body": self.aside[name]} for name in shown
            ]
        }

    def send_message(self, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803 - botocore's names
        assert QueueUrl == "deliveries"
        self.put_back.append(MessageBody)

    def delete_message(self, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803 - likewise
        assert QueueUrl == "aside"
        if self.fails_to_delete:
            raise KeyboardInterrupt
        del self.aside[ReceiptHandle]

    def change_message_visibility_batch(self, QueueUrl: str, Entries: Any) -> None:  # noqa: N803 - likewise
        assert QueueUrl == "aside"
        self.hidden -= {each["ReceiptHandle"] for each in Entries}


@pytest.fixture
def outputs(stage: Stage) -> Outputs:
    return msgspec.structs.replace(
        stage.deployment.outputs, delivery_queue="deliveries", delivery_failure_queue="aside"
    )


def deployment(outputs: Outputs, queues: Queues) -> Deployment:
    found = Deployment(outputs)
    found.__dict__["queues"] = queues
    return found


def test_jobs_are_put_back_as_if_they_had_never_been_tried(outputs: Outputs) -> None:
    queues = Queues(*[encode(JOB)] * 5)

    done = redrive_deliveries(deployment(outputs, queues))

    assert (done.jobs, done.recipients, done.left) == (5, 10, {})
    assert [parse(body) for body in queues.put_back] == [msgspec.structs.replace(JOB, attempt=0)] * 5
    assert queues.aside == {}


def test_what_is_no_job_stays_and_is_named_and_holds_up_nothing(outputs: Outputs) -> None:
    queues = Queues("poison", encode(JOB))

    done = redrive_deliveries(deployment(outputs, queues))

    assert (done.jobs, list(done.left)) == (1, ["0"])
    assert done.left["0"].startswith("no job: ")
    assert (queues.aside, queues.hidden) == ({"0": "poison"}, {"1"})


def test_a_dry_run_tells_and_does_nothing(outputs: Outputs) -> None:
    queues = Queues(encode(JOB))

    done = redrive_deliveries(deployment(outputs, queues), dry_run=True)

    assert (done.jobs, done.recipients) == (1, 2)
    assert (queues.put_back, len(queues.aside), queues.hidden) == ([], 1, set())


def test_what_is_interrupted_between_the_two_is_done_twice_and_not_lost(outputs: Outputs) -> None:
    queues = Queues(encode(JOB))
    queues.fails_to_delete = True
    with pytest.raises(KeyboardInterrupt):
        redrive_deliveries(deployment(outputs, queues))
    queues.fails_to_delete = False

    redrive_deliveries(deployment(outputs, queues))

    assert (len(queues.put_back), queues.aside) == (2, {})


def test_without_a_queue_there_is_nothing_to_do(stage: Stage) -> None:
    assert redrive_deliveries(stage.deployment).jobs == 0
