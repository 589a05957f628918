"""The counts of lines: made with the alarms that need them and by monitoring, over the right logs."""

import functools
from typing import Any, get_args

import pytest

from functions import names
from functions.domain.connections.counters import Name
from functions.domain.voice.endings import Reason
from tests.docs.markdown import ROOT, table
from tests.docs.markdown import names as spans
from tests.infra.program import (
    STACKS,
    Evaluation,
    alarmed,
    evaluate,
    evaluated,
    live,
    signalling,
    speaking,
    stack_config,
)

FAULTS = '{ $.fault = "server" }'
UNCOUNTED = '{ $.message = "count_failed_open" }'
REFUSED_CONNECT = '{ $.message = "connect" && $.fault = "client" }'
REFUSED = '{ $.message = "frame" && $.refused = "*" }'
DENIED = '{ $.message = "authorize" && $.effect = "Deny" }'

# the metric, whose lines, which of them
FOR_ALARMS = {
    ("authorizer-faults", "authorizer", FAULTS),
    ("ticket-faults", "ticket", FAULTS),
    ("lifecycle-faults", "lifecycle", FAULTS),
    ("message-faults", "message", FAULTS),
    ("feed-faults", "feed", FAULTS),
    ("connection-manager-faults", "connection-manager", FAULTS),
    ("sweeper-faults", "sweeper", FAULTS),
    ("responder-faults", "responder", FAULTS),
    ("connections-uncounted", "authorizer", UNCOUNTED),
    ("connects-refused", "lifecycle", REFUSED_CONNECT),
    ("frames-refused", "message", REFUSED),
}
MONITORED = {
    ("frames-refused-by-code", "message", REFUSED),
    ("frames-refused-by-code", "feed", REFUSED),
    ("frames-refused-by-code", "lifecycle", REFUSED),
    ("handshakes-denied", "authorizer", DENIED),
    ("gone", "message", '{ $.message = "gone" }'),
    ("gone", "feed", '{ $.message = "gone" }'),
    ("gone", "responder", '{ $.message = "gone" }'),
    ("gone", "lifecycle", '{ $.message = "gone" }'),
    ("gone", "connection-manager", '{ $.message = "connection_manager" && $.gone > 0 }'),
    ("gone", "sweeper", '{ $.message = "sweep" && $.lost > 0 }'),
    ("projection-lag", "projector", '{ $.message = "project" && $.lag_ms = * }'),
    *(
        (name.replace("_", "-"), "projector", f'{{ $.message = "project" && $.{name} = * }}')
        for name in names.COUNTED
    ),
}
ENDED = '{ $.message = "voice" && $.reason = "*" }'
FAILED = '{ $.message = "voice" && $.reason = "failed" }'
OF_SPEECH_FOR_ALARMS = {
    ("voice-session-faults", "voice-session", FAULTS),
    ("voice-failure-faults", "voice-failure", FAULTS),
    ("voice-failed", "voice-session", FAILED),
    ("voice-unavailable", "voice-session", FAILED.replace("failed", "unavailable")),
    ("voice-ended-after-failure", "voice-failure", FAILED),
}
OF_SPEECH = {
    ("voice-ended", "voice-session", ENDED),
    ("voice-ended", "voice-failure", ENDED),
    ("voice-frames", "voice-session", '{ $.message = "voice" && $.frames > 0 }'),
    ("voice-frames-lost", "voice-session", '{ $.message = "voice" && $.lost > 0 }'),
}
OF_THE_ARCHIVE = {
    ("archive-behind", "archiver", '{ $.message = "archive" && $.behind > 0 }'),
    ("archived", "archiver", '{ $.message = "archive" && $.events > 0 }'),
}


@functools.cache
def monitored(stack: str) -> Evaluation:
    return evaluate(stack, stack_config(stack, monitoring={"enabled": "true"}))


def filters(evaluation: Evaluation) -> list[dict[str, Any]]:
    return [each.inputs for each in evaluation.of_type("cloudwatch/logMetricFilter:LogMetricFilter")]


def named(expected: set[tuple[str, str, str]], ending: str) -> list[tuple[str, str, str, str]]:
    """Return name, metric, log group and pattern of each filter, as a stack has them."""
    return sorted(
        (
            f"airium-websocket-{what}{ending}",
            f"airium-websocket-{what}{ending}",
            f"/aws/lambda/airium-websocket-{function}{ending}",
            pattern,
        )
        for what, function, pattern in expected
    )


def made(evaluation: Evaluation) -> list[tuple[str, str, str, str]]:
    return sorted(
        (each["name"], each["metricTransformation"]["name"], each["logGroupName"], each["pattern"])
        for each in filters(evaluation)
    )


@pytest.mark.parametrize("stack", STACKS)
def test_no_stack_counts_lines_unasked(stack: str) -> None:
    assert filters(evaluated(stack)) == []


@pytest.mark.parametrize(("stack", "ending"), [("prod", ""), ("dev", "-dev")])
def test_alarms_count_the_lines_of_a_function_under_the_stacks_own_name(stack: str, ending: str) -> None:
    assert made(alarmed(stack)) == named(FOR_ALARMS, ending)


@pytest.mark.parametrize(("stack", "ending"), [("prod", ""), ("dev", "-dev"), ("local", "-local")])
def test_monitoring_makes_metrics_of_the_lines_of_all_functions(stack: str, ending: str) -> None:
    spoken = OF_SPEECH if stack == "local" else set()
    assert made(monitored(stack)) == named(MONITORED | spoken, ending)


def test_where_people_can_speak_its_lines_are_counted_too() -> None:
    expected = FOR_ALARMS | MONITORED | OF_SPEECH | OF_SPEECH_FOR_ALARMS

    assert made(speaking("prod")) == named(expected, "")


def test_the_reasons_that_alarms_count_are_those_of_an_end() -> None:
    reasons = {
        pattern.rpartition(' = "')[2].rstrip('" }')
        for what, _, pattern in OF_SPEECH_FOR_ALARMS
        if "faults" not in what
    }

    assert reasons == {Reason.FAILED, Reason.UNAVAILABLE}


def test_with_everything_no_line_is_counted_twice_under_one_name() -> None:
    found = made(signalling("prod"))

    assert found == named(FOR_ALARMS | MONITORED | OF_THE_ARCHIVE, "")
    assert len(set(found)) == len(found)


def test_nothing_is_published_while_no_line_is_counted() -> None:
    transformations = [each["metricTransformation"] for each in filters(signalling("prod"))]

    assert {each["namespace"] for each in transformations} == {"Airium"}
    assert [each["name"] for each in transformations if "defaultValue" in each] == []


def test_a_line_adds_one_or_the_number_that_it_says() -> None:
    transformations = [each["metricTransformation"] for each in filters(signalling("prod"))]

    assert {
        (each["name"].removeprefix("airium-websocket-"), each["value"], each["unit"])
        for each in transformations
        if each["value"] != "1"
    } == {
        ("gone", "$.gone", "Count"),
        ("gone", "$.lost", "Count"),
        ("projection-lag", "$.lag_ms", "Milliseconds"),
        ("opened", "$.opened", "Count"),
        ("closed", "$.closed", "Count"),
        ("lost", "$.lost", "Count"),
        ("voice-sessions", "$.voice_sessions", "Count"),
        ("voice-seconds", "$.voice_seconds", "Seconds"),
        ("turns", "$.turns", "Count"),
        ("texts", "$.texts", "Count"),
        ("replies", "$.replies", "Count"),
        ("turns", "$.turns", "Count"),
        ("archived", "$.events", "Count"),
        ("archive-behind", "$.behind", "None"),
    }


def test_a_metric_is_told_apart_by_what_has_few_values() -> None:
    """Each value is a metric with a price. CloudWatch takes three dimensions, and 1,000 values of each."""
    dimensions = {
        each["metricTransformation"]["name"].removeprefix("airium-websocket-"): each["metricTransformation"][
            "dimensions"
        ]
        for each in filters(signalling("prod"))
        if "dimensions" in each["metricTransformation"]
    }

    assert dimensions == {
        "frames-refused-by-code": {"Code": "$.refused"},
        "handshakes-denied": {"Reason": "$.reason"},
    }


def test_the_runbook_has_every_metric_of_lines_and_what_tells_it_apart() -> None:
    rows = table(ROOT / "docs" / "operations.md", "metric")

    told = {name: spans(by)[:1] for metrics, _, _, by in rows for name in spans(metrics)}
    made_of = {
        each["metricTransformation"]["name"].removeprefix("airium-websocket-"): [
            *each["metricTransformation"].get("dimensions", {})
        ]
        for evaluation in (signalling("prod"), speaking("prod"), live("prod"))
        for each in filters(evaluation.within("Monitoring"))
    }
    assert told == made_of


def test_no_group_has_more_filters_than_it_may() -> None:
    groups = [each["logGroupName"] for each in filters(signalling("prod"))]

    assert max(groups.count(group) for group in groups) <= 100


def test_a_batch_moves_every_counter_but_that_of_now() -> None:
    assert set(names.COUNTED) == set(get_args(Name)) - {"active"}


def test_every_count_of_the_alarms_is_needed_by_one() -> None:
    evaluation = signalling("prod")

    alarms = [each.inputs for each in evaluation.of_type("cloudwatch/metricAlarm:MetricAlarm")]
    queries = [
        query["metric"] for each in alarms for query in each.get("metricQueries", ()) if "metric" in query
    ]
    needed = {each["metricName"] for each in [*alarms, *queries] if each.get("namespace") == "Airium"}
    assert needed == {each["metricTransformation"]["name"] for each in filters(evaluation.within("Alarms"))}


def test_counts_belong_to_the_component_that_needs_them() -> None:
    found = signalling("prod").of_type("cloudwatch/logMetricFilter:LogMetricFilter")

    assert {each.urn.split("::")[2].split("$")[0] for each in found} == {
        "airium:realtime:Alarms",
        "airium:realtime:Monitoring",
    }
