"""The alarms: off by default, and where they are asked for, each on the metric that AWS really has."""

import functools
from typing import Any

import pytest

from tests.infra.program import PROJECT, STACKS, Evaluation, alarmed, evaluate, evaluated, stack_config

TOPIC = "arn:aws:sns:us-east-1:123456789012:on-call"
PREFIX = "airium-websocket"
FUNCTIONS = {"authorizer", "lifecycle", "message", "projector", "connection-manager", "sweeper", "ticket"}
ANSWERING = FUNCTIONS - {"projector"}
"""The functions that turn a fault into an answer, which no metric of AWS shows."""
EVENTS = {"TableName": f"{PREFIX}-events"}
INDEX = "GlobalSecondaryIndexName"
MESSAGES = "ApproximateNumberOfMessagesVisible"

# namespace, metric, dimensions, statistic, period, periods, threshold
EXPECTED: dict[str, tuple[str, str, dict[str, str], str, int, int, int]] = {
    "projector-failures": (
        "AWS/SQS", MESSAGES, {"QueueName": f"{PREFIX}-projector-failures"}, "Maximum", 60, 1, 0
    ),
    "sweeper-failures": (
        "AWS/SQS", MESSAGES, {"QueueName": f"{PREFIX}-sweeper-failures"}, "Maximum", 60, 1, 0
    ),
    "projector-behind": (
        "AWS/Lambda", "IteratorAge", {"FunctionName": f"{PREFIX}-projector"}, "Maximum", 60, 5, 60_000
    ),
    **{
        f"{name}-errors": ("AWS/Lambda", "Errors", {"FunctionName": f"{PREFIX}-{name}"}, "Sum", 300, 1, 0)
        for name in FUNCTIONS
    },
    **{
        f"{name}-throttles": (
            "AWS/Lambda", "Throttles", {"FunctionName": f"{PREFIX}-{name}"}, "Sum", 60, 1, 0
        )
        for name in FUNCTIONS
    },
    "events-throttled": ("AWS/DynamoDB", "WriteThrottleEvents", EVENTS, "Sum", 60, 1, 0),
    **{
        f"events-{index}-throttled": (
            "AWS/DynamoDB", "WriteThrottleEvents", EVENTS | {INDEX: index}, "Sum", 60, 1, 0
        )
        for index in ("by-user", "by-arrival")
    },
    "claims-throttled": (
        "AWS/DynamoDB", "WriteThrottleEvents", {"TableName": f"{PREFIX}-claims"}, "Sum", 60, 1, 0
    ),
    **{f"{name}-faults": ("Airium", f"{PREFIX}-{name}-faults", {}, "Sum", 300, 1, 0) for name in ANSWERING},
    "connections-uncounted": ("Airium", f"{PREFIX}-connections-uncounted", {}, "Sum", 300, 1, 0),
    "tickets-server-errors": ("AWS/ApiGateway", "5xx", {"ApiId": "tickets-api-id"}, "Sum", 300, 1, 0),
    "api-execution-errors": ("AWS/ApiGateway", "ExecutionError", {"ApiId": "api-api-id"}, "Sum", 300, 1, 0),
    "sweeper-silent": (
        "AWS/Lambda", "Invocations", {"FunctionName": f"{PREFIX}-sweeper"}, "Sum", 300, 3, 1
    ),
}  # fmt: skip


def evaluated_with(**overrides: object) -> Evaluation:
    """Evaluate a stack whose alarms tell somebody."""
    telling = {"enabled": "true", "topicArns": [TOPIC]}
    return evaluate("prod", stack_config("prod", alarms=telling, **overrides))


@functools.cache
def watched() -> Evaluation:
    return evaluated_with()


UNEXPLAINED = "api-integration-errors"
"""The one alarm on an expression."""


def alarms(evaluation: Evaluation) -> dict[str, dict[str, Any]]:
    found = evaluation.of_type("cloudwatch/metricAlarm:MetricAlarm")
    return {each.name.removeprefix("alarms-"): each.inputs for each in found}


@pytest.mark.parametrize("stack", STACKS)
def test_no_stack_has_alarms_unasked(stack: str) -> None:
    assert alarms(evaluated(stack)) == {}


def test_every_alarm_is_on_its_metric_and_threshold() -> None:
    found = {
        name: (
            each["namespace"],
            each["metricName"],
            each["dimensions"],
            each["statistic"],
            each["period"],
            each["evaluationPeriods"],
            each["threshold"],
        )
        for name, each in alarms(watched()).items()
        if name != UNEXPLAINED
    }

    assert found == EXPECTED


def test_errors_of_the_integration_count_where_no_client_was_refused_for_a_quarter_of_an_hour() -> None:
    alarm = alarms(watched())[UNEXPLAINED]

    errors, caused, unexplained = alarm["metricQueries"]
    assert (errors["id"], errors["metric"]) == (
        "errors",
        {
            "namespace": "AWS/ApiGateway",
            "metricName": "IntegrationError",
            "dimensions": {"ApiId": "api-api-id"},
            "stat": "Sum",
            "period": 300,
        },
    )
    assert (caused["id"], caused["metric"]) == (
        "caused",
        {
            "namespace": "Airium",
            "metricName": f"{PREFIX}-connects-refused",
            "dimensions": {},
            "stat": "Sum",
            "period": 300,
        },
    )
    assert unexplained["expression"] == "IF(FILL(caused, 0) == 0, errors, 0)"
    assert [bool(each.get("returnData")) for each in (errors, caused, unexplained)] == [False, False, True]
    assert (alarm["evaluationPeriods"], alarm["threshold"]) == (3, 0)


def test_every_function_has_alarms() -> None:
    evaluation = watched()

    functions = {each.name for each in evaluation.of_type("lambda/function:Function")}
    watched_functions = {name for name in alarms(evaluation) if name.endswith(("-errors", "-throttles"))}
    assert watched_functions >= {
        name.replace("-function", ending) for name in functions for ending in ("-errors", "-throttles")
    }


def test_every_queue_has_an_alarm() -> None:
    evaluation = watched()

    queues = {each.inputs["name"] for each in evaluation.of_type("sqs/queue:Queue")}
    assert {each.get("dimensions", {}).get("QueueName") for each in alarms(evaluation).values()} - {
        None
    } == queues


def test_silence_is_bad_of_the_sweeper_and_good_of_all_others() -> None:
    found = alarms(watched())

    silent = found.pop("sweeper-silent")
    assert (silent["comparisonOperator"], silent["treatMissingData"]) == ("LessThanThreshold", "breaching")
    assert {each["comparisonOperator"] for each in found.values()} == {"GreaterThanThreshold"}
    assert {each["treatMissingData"] for each in found.values()} == {"notBreaching"}


def test_every_alarm_tells_the_topics() -> None:
    assert {tuple(each["alarmActions"]) for each in alarms(watched()).values()} == {(TOPIC,)}


def test_alarms_may_tell_nobody() -> None:
    found = alarms(alarmed("prod"))

    assert {tuple(each.get("alarmActions", ())) for each in found.values()} == {()}


def test_alarms_of_two_stacks_fit_in_one_account() -> None:
    names = {stack: {each["name"] for each in alarms(alarmed(stack)).values()} for stack in ("dev", "prod")}

    assert len(names["dev"]) == len(names["prod"]) == len({*EXPECTED, UNEXPLAINED})
    assert names["dev"] & names["prod"] == set()


def test_what_waits_for_its_batch_is_not_behind() -> None:
    assert (
        alarms(evaluated_with(projector={"windowSeconds": "300"}))["projector-behind"]["threshold"] == 360_000
    )


def test_a_sweeper_that_runs_seldom_is_missed_later() -> None:
    silent = alarms(evaluated_with(sweeper={"everyMinutes": "60"}))["sweeper-silent"]

    assert (silent["period"], silent["evaluationPeriods"]) == (3_600, 3)


def test_a_sweeper_that_does_not_run_is_not_missed() -> None:
    assert "sweeper-silent" not in alarms(evaluated_with(sweeper={"enabled": "false"}))


def test_without_verified_identity_there_are_no_tickets_to_watch() -> None:
    emulator = "http://127.0.0.1:4566"
    config = stack_config("dev", identity="query", endpoint=emulator, alarms={"enabled": "true"})

    without = {*EXPECTED, UNEXPLAINED} - set(alarms(evaluate("dev", config)))
    assert without == {"ticket-errors", "ticket-throttles", "ticket-faults", "tickets-server-errors"}


def test_alarms_belong_to_a_component() -> None:
    found = watched().of_type("cloudwatch/metricAlarm:MetricAlarm")

    assert {"airium:realtime:Alarms$" in each.urn for each in found} == {True}


@pytest.mark.parametrize(
    "topics",
    [
        ["on-call"],
        ["arn:aws:sqs:us-east-1:123456789012:on-call"],
        ["arn:aws:sns:us-east-1:123456789012:on-call.fifo"],
        [TOPIC] * 6,
        "on-call",
    ],
)
def test_what_cannot_be_told_is_refused(topics: object) -> None:
    with pytest.raises(Exception, match=f"{PROJECT}:alarms.topicArns"):
        evaluate("prod", stack_config("prod", alarms={"enabled": "true", "topicArns": topics}))
