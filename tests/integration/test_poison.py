"""Poison in the log, from the stream to the redrive, on a backend of its own that has alarms.

The embedded AWS knows no retry limit and halves no batch: what fails is tried again, whole, until it is too
old. So the mapping delivers one record at a time here and gives up after a second, which is where AWS ends
after halving. The halving itself, and partial reports, are held by `tests/standin` and `tests/ops`.
"""

import json
import uuid
from collections.abc import Iterator
from typing import Any, Final

import pytest

from functions.aws.attributes import Item
from functions.aws.log.event_items import encode
from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import ConnectionOpened
from local.cloud import Cloud
from local.stackfile import PROJECT
from ops.failures.discards import parse
from tests.integration.backend import Backend
from tests.integration.client import Client
from tests.integration.conftest import SILENT, Ops, deployed
from tests.integration.gateway import now
from tests.integration.waiting import eventually

NAME: Final = "on-call"
TOPIC: Final = f"arn:aws:sns:us-east-1:000000000000:{NAME}"
ALARMED: Final = {f"{PROJECT}:alarms": json.dumps({"enabled": "true", "topicArns": [TOPIC]})}
"""The setting by which the program makes alarms."""
RETENTION_SECONDS: Final = 90 * 86_400


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with deployed(tmp_path_factory.mktemp("embedded"), ALARMED | SILENT) as backend:
        set_mapping(backend, BatchSize=1, MaximumRecordAgeInSeconds=1)
        yield backend
        eventually(lambda: not backend.differences())


def set_mapping(backend: Backend, **settings: Any) -> None:
    """Change how the stream reaches the projector."""
    mapping = backend.outputs.everything["projector_mapping"]
    backend.cloud.client("lambda").update_event_source_mapping(UUID=mapping, **settings)


@pytest.fixture
def event_of_nobody() -> Event:
    at = now()
    cause = Cause(
        f"{uuid.uuid4().hex[:14]}=", "ada", None, at, at // 1000 + RETENTION_SECONDS, at, uuid.uuid4().hex
    )
    return event(cause, ConnectionOpened("203.0.113.17", "browser"))


def put(backend: Backend, item: Item) -> None:
    """Write an item straight into the log."""
    backend.cloud.client("dynamodb").put_item(TableName=backend.outputs.events_table, Item=item)


def poison(backend: Backend, event: Event) -> None:
    """Write what lacks a user, which every event has."""
    item = encode(event)
    del item["user_id"]
    put(backend, item)


def given_up(backend: Backend) -> list[str]:
    """Return the messages of the failure queue; they stay in it."""
    sqs, queue = backend.cloud.client("sqs"), backend.outputs.everything["projector_failure_queue"]
    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [message["Body"] for message in received.get("Messages", [])]


def alarm_of(backend: Backend, name: str) -> dict[str, Any]:
    """Return an alarm as CloudWatch has it."""
    names = [f"airium-websocket-{name}-local"]
    [alarm] = backend.cloud.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
    return dict(alarm)


def listen(cloud: Cloud) -> str:
    """Return a queue that hears what the topic is told."""
    sqs, sns = cloud.client("sqs"), cloud.client("sns")
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": cloud.arn("sqs", "heard"),
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    queue: str = sqs.create_queue(QueueName="heard", Attributes={"Policy": policy})["QueueUrl"]
    topic = sns.create_topic(Name=NAME)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=cloud.arn("sqs", "heard"))
    return queue


def measure(backend: Backend, alarm: dict[str, Any]) -> None:
    """Publish what AWS measures by itself each minute: the emulator has no metrics of its queues."""
    queue = backend.outputs.everything["projector_failure_queue"]
    name = "ApproximateNumberOfMessages"
    attributes = backend.cloud.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=[name])
    datum = {
        "MetricName": alarm["MetricName"],
        "Dimensions": alarm["Dimensions"],
        "Value": float(attributes["Attributes"][name]),
    }
    backend.cloud.client("cloudwatch").put_metric_data(Namespace=alarm["Namespace"], MetricData=[datum])


def test_poison_ends_in_the_queue_and_holds_up_nothing_and_is_redriven_once_it_is_mended(
    backend: Backend, client: Client, ops: Ops, event_of_nobody: Event
) -> None:
    connection = event_of_nobody.connection_id
    poison(backend, event_of_nobody)
    client.text("what comes behind it")

    [body] = eventually(lambda: given_up(backend))
    eventually(lambda: backend.messages(client.conversation))
    assert parse(body).table == backend.outputs.events_table
    assert parse(body).batch_size == 1

    code, said = ops("redrive")
    assert code == 1, said
    assert "1 left in the queue" in said
    assert f"still not an event: {connection} {event_of_nobody.event_id}" in said

    put(backend, encode(event_of_nobody))
    code, said = ops("redrive", "--dry-run")
    assert (code, "1 would be redriven" in said) == (0, True), said
    assert backend.row(connection) is None

    code, said = ops("redrive")
    assert (code, "1 redriven and deleted" in said) == (0, True), said
    row = backend.row(connection)
    assert row is not None
    assert row.user_id == "ada"
    assert given_up(backend) == []
    client.close()
    eventually(backend.is_quiet)
    code, said = ops("verify", "--at-rest")
    assert (code, "no differences" in said) == (0, True), said


def test_what_was_given_up_with_the_poison_is_redriven_with_it(
    backend: Backend, client: Client, ops: Ops, event_of_nobody: Event
) -> None:
    eventually(lambda: backend.row(client.connection_id))
    set_mapping(backend, Enabled=False, BatchSize=1_000)
    poison(backend, event_of_nobody)
    client.text("one")
    client.text("two")
    set_mapping(backend, Enabled=True)

    [body] = eventually(lambda: given_up(backend))
    set_mapping(backend, BatchSize=1)
    assert parse(body).batch_size == 3
    assert backend.messages(client.conversation) == []

    put(backend, encode(event_of_nobody))
    code, said = ops("redrive")

    assert (code, "with 2 connections" in said) == (0, True), said
    assert [message["text"] for message in backend.messages(client.conversation)] == ["one", "two"]
    client.close()
    eventually(backend.is_quiet)


def test_an_alarm_fires_when_poison_has_ended_in_the_queue(
    backend: Backend, ops: Ops, event_of_nobody: Event
) -> None:
    heard = listen(backend.cloud)
    alarm = alarm_of(backend, "projector-failures")
    assert alarm["StateValue"] == "INSUFFICIENT_DATA"
    measure(backend, alarm)
    assert alarm_of(backend, "projector-failures")["StateValue"] == "OK"
    poison(backend, event_of_nobody)
    eventually(lambda: given_up(backend))

    measure(backend, alarm)

    assert alarm_of(backend, "projector-failures")["StateValue"] == "ALARM"
    sqs = backend.cloud.client("sqs")
    told = [
        json.loads(json.loads(message["Body"])["Message"])
        for message in sqs.receive_message(QueueUrl=heard, MaxNumberOfMessages=10).get("Messages", [])
    ]
    assert ("airium-websocket-projector-failures-local", "ALARM") in {
        (each["AlarmName"], each["NewStateValue"]) for each in told
    }
    put(backend, encode(event_of_nobody))
    assert ops("redrive")[0] == 0
