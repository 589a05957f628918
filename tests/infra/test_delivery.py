"""The delivery queue: there where it is asked for, private, patient, and worked off by one small function."""

import json
from typing import Any

import pytest

from functions import names
from tests.infra.program import STACKS, evaluate, evaluated, queueing, stack_config
from tests.infra.test_permissions import API, EVENTS, FEEDS, MANAGE, WHERE, allowed, logs

OUTPUTS = {"delivery_queue", "delivery_failure_queue"}
QUEUE = f"arn:aws:sqs:{WHERE}:airium-websocket-deliveries"
DEFERRING = ("feed", "connection-manager", "sweeper", "responder")


def inputs(name: str, stack: str = "prod") -> dict[str, Any]:
    return queueing(stack).named(name).inputs


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_polls_no_queue_unasked(stack: str) -> None:
    mappings = evaluated(stack).of_type("lambda/eventSourceMapping:EventSourceMapping")

    assert [each.name for each in mappings] == ["projector-mapping"]
    assert evaluated(stack).outputs.keys() & OUTPUTS == set()
    for function in DEFERRING:
        variables = evaluated(stack).named(f"{function}-function").inputs["environment"]["variables"]
        assert names.DELIVERY_QUEUE not in variables


@pytest.mark.parametrize("stack", STACKS)
def test_it_adds_its_own_and_takes_nothing_away(stack: str) -> None:
    before = {each.urn for each in evaluated(stack).registrations}
    after = {each.urn for each in queueing(stack).registrations}

    assert before < after
    assert queueing(stack).outputs.keys() - evaluated(stack).outputs.keys() == OUTPUTS
    assert after == {each.urn for each in queueing(stack, preview=True).registrations}


@pytest.mark.parametrize("function", DEFERRING)
def test_who_posts_may_put_posts_into_it(function: str) -> None:
    added = set(allowed(queueing("prod"), f"{function}-role")) - set(
        allowed(evaluated("prod"), f"{function}-role")
    )

    assert added == {("sqs:SendMessage", QUEUE)}
    assert inputs(f"{function}-function")["environment"]["variables"][names.DELIVERY_QUEUE]


def test_its_function_may_do_what_it_needs_and_nothing_else() -> None:
    assert set(allowed(queueing("prod"), "deliverer-role")) == {
        *logs("deliverer"),
        ("dynamodb:PutItem", EVENTS),
        ("dynamodb:BatchGetItem", EVENTS),
        ("dynamodb:BatchWriteItem", FEEDS),
        (MANAGE, f"{API}/POST/@connections/*"),
        ("sqs:SendMessage", QUEUE),
        ("sqs:ReceiveMessage", QUEUE),
        ("sqs:DeleteMessage", QUEUE),
        ("sqs:GetQueueAttributes", QUEUE),
    }


def test_it_is_encrypted_patient_and_puts_aside_what_is_never_done() -> None:
    queue = inputs("delivery-queue")

    assert queue["sqsManagedSseEnabled"] is True
    assert queue["messageRetentionSeconds"] == 86_400
    timeout = inputs("deliverer-function")["timeout"]
    assert queue["visibilityTimeoutSeconds"] == 6 * timeout
    assert json.loads(queue["redrivePolicy"]) == {
        "deadLetterTargetArn": f"{QUEUE}-failures",
        "maxReceiveCount": 3,
    }
    aside = inputs("delivery-failures-queue")
    assert (aside["sqsManagedSseEnabled"], aside["messageRetentionSeconds"]) == (True, 14 * 86_400)


def test_both_queues_refuse_plain_http() -> None:
    for name in ("delivery", "delivery-failures"):
        [statement] = json.loads(inputs(f"{name}-tls-only")["policy"])["Statement"]
        assert (statement["Effect"], statement["Condition"]) == (
            "Deny",
            {"Bool": {"aws:SecureTransport": "false"}},
        )


def test_two_workers_share_the_pace() -> None:
    mapping = inputs("deliverer-mapping")

    assert mapping["eventSourceArn"] == QUEUE
    assert mapping["batchSize"] == 10
    assert mapping["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["scalingConfig"] == {"maximumConcurrency": 2}
    variables = inputs("deliverer-function")["environment"]["variables"]
    assert float(variables[names.POSTS_PER_SECOND]) == 100


def test_where_there_are_alarms_what_was_put_aside_rings() -> None:
    on = {"enabled": "true"}
    settings: dict[str, object] = {"alarms": on, "archive": on, "delivery": {"queue": "true"}}
    found = evaluate("prod", stack_config("prod", **settings))

    alarm = found.named("alarms-deliverer-failures").inputs
    assert alarm["dimensions"] == {"QueueName": "airium-websocket-deliveries-failures"}
    guard = found.named("alarms-cost-guard").inputs
    watched = [query for query in guard["metricQueries"] if "metric" in query]
    assert len(watched) <= 10
    for kind in ("errors", "throttles", "faults"):
        assert found.named(f"alarms-deliverer-{kind}")
