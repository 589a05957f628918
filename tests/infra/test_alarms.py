"""The alarms: off by default, and where they are asked for, each on the metric that AWS really has."""

import functools
import re
from typing import Any

import pytest

from tests.docs.markdown import ROOT, anchors, names, table
from tests.infra.program import (
    PROJECT,
    STACKS,
    Evaluation,
    alarmed,
    evaluate,
    evaluated,
    speaking,
    stack_config,
)

TOPIC = "arn:aws:sns:us-east-1:123456789012:on-call"
PREFIX = "airium-websocket"
RUNBOOK = ROOT / "docs" / "operations.md"
ROUTED = {"lifecycle", "message", "feed"}
WORKING = {"responder", "projector", "connection-manager", "sweeper", "archiver"}
FUNCTIONS = {"authorizer", "ticket", *WORKING, *ROUTED}
ANSWERING = FUNCTIONS - {"projector", "archiver"}
"""The functions that turn a fault into an answer, which no metric of AWS shows."""
SILENT = {"enabled": "false"}
"""Nobody answers, so that the sweeper need not look after replies."""
SPEAKING = {"voice-session", "voice-failure"}
OF_SPEECH = {
    "voice-failures",
    "voice-sessions-failed",
    *(f"{name}-{what}" for name in SPEAKING for what in ("errors", "throttles", "faults")),
}
"""The alarms of a stack in which people can speak."""
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
    "archiver-failures": (
        "AWS/SQS", MESSAGES, {"QueueName": f"{PREFIX}-archiver-failures"}, "Maximum", 60, 1, 0
    ),
    "responder-failures": (
        "AWS/SQS", MESSAGES, {"QueueName": f"{PREFIX}-responder-failures"}, "Maximum", 60, 1, 0
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
    **{
        f"{name}-throttled": (
            "AWS/DynamoDB", "WriteThrottleEvents", {"TableName": f"{PREFIX}-{name}"}, "Sum", 60, 1, 0
        )
        for name in ("claims", "feeds")
    },
    **{f"{name}-faults": ("Airium", f"{PREFIX}-{name}-faults", {}, "Sum", 300, 1, 0) for name in ANSWERING},
    "connections-uncounted": ("Airium", f"{PREFIX}-connections-uncounted", {}, "Sum", 300, 1, 0),
    "tickets-server-errors": ("AWS/ApiGateway", "5xx", {"ApiId": "tickets-api-id"}, "Sum", 300, 1, 0),
    "api-execution-errors": ("AWS/ApiGateway", "ExecutionError", {"ApiId": "api-api-id"}, "Sum", 300, 1, 0),
    "sweeper-silent": (
        "AWS/Lambda", "Invocations", {"FunctionName": f"{PREFIX}-sweeper"}, "Sum", 300, 3, 1
    ),
    "archiver-silent": (
        "AWS/Lambda", "Invocations", {"FunctionName": f"{PREFIX}-archiver"}, "Sum", 3_600, 3, 1
    ),
    "archive-behind": ("Airium", f"{PREFIX}-archive-behind", {}, "Maximum", 3_600, 3, 0),
}  # fmt: skip


def evaluated_with(**overrides: object) -> Evaluation:
    """Evaluate a stack with an archive, whose alarms tell somebody."""
    telling = {"enabled": "true", "topicArns": [TOPIC]}
    overrides = {"archive": {"enabled": "true"}, **overrides}
    return evaluate("prod", stack_config("prod", alarms=telling, **overrides))


@functools.cache
def watched() -> Evaluation:
    return evaluated_with()


EXPRESSIONS = {
    "api-integration-errors": "IF(FILL(without, 0) == 0, what, 0)",
    "projector-silent": "IF(FILL(without, 0) == 0, what, 0)",
    "client-errors": ("IF(part > 158032, 100 * part / (part + FILL(connects, 0) + FILL(messages, 0)), 0)"),
    "frames-refused": "IF(part > 155032, 100 * part / (frames), 0)",
    "cost-guard": "SUM(METRICS())",
}
"""The alarms on several metrics, and what they make of them."""
ARCHIVES = {name for name in EXPECTED if name.startswith("archive")}
"""The alarms of a stack that keeps an archive."""


def measured(alarm: dict[str, Any]) -> dict[str, tuple[str, str, dict[str, str], str, int]]:
    """Return the metrics of an expression, by their ids: namespace, name, dimensions, statistic, period."""
    return {
        query["id"]: (
            query["metric"]["namespace"],
            query["metric"]["metricName"],
            query["metric"]["dimensions"],
            query["metric"]["stat"],
            query["metric"]["period"],
        )
        for query in alarm["metricQueries"]
        if "metric" in query
    }


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
        if name not in EXPRESSIONS
    }

    assert found == EXPECTED


def test_every_alarm_on_several_metrics_makes_one_number_of_them() -> None:
    found = {name: each for name, each in alarms(watched()).items() if "metricQueries" in each}

    shown = {
        name: [query for query in each["metricQueries"] if query.get("returnData")]
        for name, each in found.items()
    }
    assert {name: [query["expression"] for query in queries] for name, queries in shown.items()} == {
        name: [expression] for name, expression in EXPRESSIONS.items()
    }
    assert all(query["label"] for queries in shown.values() for query in queries)


def test_errors_of_the_integration_count_where_no_client_was_refused_for_a_quarter_of_an_hour() -> None:
    alarm = alarms(watched())["api-integration-errors"]

    assert measured(alarm) == {
        "what": ("AWS/ApiGateway", "IntegrationError", {"ApiId": "api-api-id"}, "Sum", 300),
        "without": ("Airium", f"{PREFIX}-connects-refused", {}, "Sum", 300),
    }
    assert (alarm["evaluationPeriods"], alarm["threshold"]) == (3, 0)


def test_appends_without_a_run_of_the_projector_count_for_a_quarter_of_an_hour() -> None:
    """By the index: a write that its condition refuses has its price too, and reaches no index."""
    alarm = alarms(watched())["projector-silent"]

    assert measured(alarm) == {
        "what": ("AWS/DynamoDB", "ConsumedWriteCapacityUnits", EVENTS | {INDEX: "by-arrival"}, "Sum", 300),
        "without": ("AWS/Lambda", "Invocations", {"FunctionName": f"{PREFIX}-projector"}, "Sum", 300),
    }
    assert (alarm["evaluationPeriods"], alarm["threshold"]) == (3, 0)


def test_refusals_are_shares_of_what_clients_send_in_five_minutes() -> None:
    found = alarms(watched())

    api = {"ApiId": "api-api-id"}
    assert measured(found["client-errors"]) == {
        "part": ("AWS/ApiGateway", "ClientError", api, "Sum", 300),
        "connects": ("AWS/ApiGateway", "ConnectCount", api, "Sum", 300),
        "messages": ("AWS/ApiGateway", "MessageCount", api, "Sum", 300),
    }
    assert measured(found["frames-refused"]) == {
        "part": ("Airium", f"{PREFIX}-frames-refused", {}, "Sum", 300),
        "frames": ("AWS/Lambda", "Invocations", {"FunctionName": f"{PREFIX}-message"}, "Sum", 300),
    }
    for name in ("client-errors", "frames-refused"):
        assert (found[name]["evaluationPeriods"], found[name]["threshold"]) == (1, 20)


def test_the_cost_guard_adds_up_the_invocations_of_all_functions() -> None:
    alarm = alarms(watched())["cost-guard"]

    assert [*measured(alarm).values()] == [
        ("AWS/Lambda", "Invocations", {"FunctionName": f"{PREFIX}-{name}"}, "Sum", 60)
        for name in (
            "authorizer", "ticket", "lifecycle", "message", "feed", "projector", "connection-manager",
            "sweeper", "responder", "archiver",
        )
    ]  # fmt: skip
    assert (alarm["evaluationPeriods"], alarm["threshold"]) == (5, 60_000)


def test_the_cost_guard_is_a_setting() -> None:
    telling = {"enabled": "true", "invocationsPerMinute": "600"}

    found = alarms(evaluate("prod", stack_config("prod", alarms=telling)))

    assert found["cost-guard"]["threshold"] == 600


def test_what_one_user_may_do_follows_the_limits() -> None:
    found = alarms(evaluated_with(limits={"connectionsPerUser": "1", "textsPerMinute": "6"}))

    (query,) = [each for each in found["frames-refused"]["metricQueries"] if "expression" in each]
    # speech 15,000, ahead 1 + 36 times 100, voice sessions 72, texts 36
    assert query["expression"].startswith("IF(part > 18808, ")


def test_refused_frames_are_counted_where_their_lines_are_written() -> None:
    few = evaluated_with(functions={"logLevel": "WARN"})

    assert set(alarms(watched())) - set(alarms(few)) == {"frames-refused"}
    filters = [each.name for each in few.of_type("LogMetricFilter")]
    assert [name for name in filters if "frames-refused" in name] == []


def test_where_people_can_speak_its_functions_its_queue_and_its_sessions_are_watched() -> None:
    found = alarms(speaking("prod"))
    silent = alarms(evaluate("prod", stack_config("prod", alarms={"enabled": "true"})))

    assert set(found) - set(silent) == OF_SPEECH
    assert found["voice-failures"]["dimensions"] == {"QueueName": f"{PREFIX}-voice-failures"}
    failed = found["voice-sessions-failed"]
    assert [*measured(failed).values()] == [
        ("Airium", f"{PREFIX}-{name}", {}, "Sum", 300)
        for name in ("voice-failed", "voice-unavailable", "voice-ended-after-failure")
    ]
    assert (failed["evaluationPeriods"], failed["threshold"]) == (1, 0)


def test_sessions_which_the_function_of_frames_lets_begin_are_no_part_of_the_cost_guard() -> None:
    guard = measured(alarms(speaking("prod"))["cost-guard"]).values()

    assert SPEAKING & {each[2]["FunctionName"].removeprefix(f"{PREFIX}-") for each in guard} == set()
    assert len(guard) <= 10


def test_without_an_archive_nothing_of_one_is_watched() -> None:
    assert set(alarms(watched())) - set(alarms(alarmed("prod"))) == ARCHIVES


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


def test_silence_is_bad_of_what_runs_by_the_clock_and_good_of_all_others() -> None:
    found = alarms(watched())

    for silent in (found.pop("sweeper-silent"), found.pop("archiver-silent")):
        assert (silent["comparisonOperator"], silent["treatMissingData"]) == (
            "LessThanThreshold",
            "breaching",
        )
    assert {each["comparisonOperator"] for each in found.values()} == {"GreaterThanThreshold"}
    assert {each["treatMissingData"] for each in found.values()} == {"notBreaching"}


def test_every_alarm_tells_the_topics() -> None:
    assert {tuple(each["alarmActions"]) for each in alarms(watched()).values()} == {(TOPIC,)}


def test_alarms_may_tell_nobody() -> None:
    found = alarms(alarmed("prod"))

    assert {tuple(each.get("alarmActions", ())) for each in found.values()} == {()}


def test_alarms_of_two_stacks_fit_in_one_account() -> None:
    names = {stack: {each["name"] for each in alarms(alarmed(stack)).values()} for stack in ("dev", "prod")}

    assert len(names["dev"]) == len(names["prod"]) == len({*EXPECTED, *EXPRESSIONS} - ARCHIVES)
    assert names["dev"] & names["prod"] == set()


def test_what_waits_for_its_batch_is_not_behind() -> None:
    assert (
        alarms(evaluated_with(projector={"windowSeconds": "300"}))["projector-behind"]["threshold"] == 360_000
    )


def test_a_sweeper_that_runs_seldom_is_missed_later() -> None:
    silent = alarms(evaluated_with(ai=SILENT, sweeper={"everyMinutes": "60"}))["sweeper-silent"]

    assert (silent["period"], silent["evaluationPeriods"]) == (3_600, 3)


def test_a_sweeper_that_does_not_run_is_not_missed() -> None:
    assert "sweeper-silent" not in alarms(evaluated_with(ai=SILENT, sweeper={"enabled": "false"}))


def test_without_verified_identity_there_are_no_tickets_to_watch() -> None:
    emulator = "http://127.0.0.1:4566"
    config = stack_config("dev", identity="query", endpoint=emulator, alarms={"enabled": "true"})

    without = {*EXPECTED, *EXPRESSIONS} - ARCHIVES - set(alarms(evaluate("dev", config)))
    assert without == {"ticket-errors", "ticket-throttles", "ticket-faults", "tickets-server-errors"}


def test_every_alarm_says_what_to_do_first_and_where_the_runbook_says_more() -> None:
    headings = anchors(RUNBOOK)

    for name, each in {**alarms(watched()), **alarms(speaking("prod"))}.items():
        first, _, section = each["alarmDescription"].partition(" More: docs/operations.md#")
        assert re.fullmatch(r"[A-Z][^#]+\.", first), name
        assert section in headings, name
        assert len(each["alarmDescription"]) <= 1_024


def test_the_runbook_has_every_alarm() -> None:
    told = {name for row in table(RUNBOOK, "alarm") for name in names(row[0])}

    of_functions = {f"<function>-{what}" for what in ("errors", "throttles", "faults")}
    assert told >= of_functions
    assert told - of_functions == {
        name
        for name in {
            *EXPECTED,
            *EXPRESSIONS,
            *OF_SPEECH,
            "deliverer-failures",
        }  # `test_delivery` has the last
        if name
        not in {
            f"{function}-{what}"
            for function in FUNCTIONS | SPEAKING
            for what in ("errors", "throttles", "faults")
        }
    }


def test_the_runbook_says_how_many_alarms_there_are_and_on_how_many_metrics() -> None:
    on = {"enabled": "true"}
    query = {"identity": "query", "endpoint": "http://127.0.0.1:4566"}
    without = evaluate("dev", stack_config("dev", alarms=on, **query))
    stacks = (alarmed("prod"), without, watched(), speaking("prod"))

    counted = [
        (len(found), sum(len(measured(each)) if "metricQueries" in each else 1 for each in found.values()))
        for found in map(alarms, stacks)
    ]
    told = (
        "There are {} on {} metrics; {} on {} without verified identity; {} on {} with an archive; {} on {} "
        "with speech."
    )
    assert told.format(*(number for pair in counted for number in pair)) in RUNBOOK.read_text(
        encoding="utf-8"
    )


def test_what_a_description_names_is_there() -> None:
    """The commands, the settings and the functions, whose names are told apart by nothing."""
    there = {**alarms(watched()), **alarms(speaking("prod"))}
    said = {name: each["alarmDescription"] for name, each in there.items()}

    assert {command for each in said.values() for command in re.findall(r"python -m (ops \w+)", each)} == {
        "ops redrive",
        "ops doctor",
    }
    logs = {log for each in said.values() for log in re.findall(r"the log of ([a-z-]+)", each)}
    assert logs <= FUNCTIONS | SPEAKING


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
