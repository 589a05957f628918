"""The counts of lines: made with the alarms that need them, over the log of the right function."""

from typing import Any

import pytest

from tests.infra.program import STACKS, Evaluation, alarmed, evaluated

FAULTS = '{ $.fault = "server" }'
UNCOUNTED = '{ $.message = "count_failed_open" }'
REFUSED = '{ $.message = "connect" && $.fault = "client" }'

# the metric, whose lines, which of them
EXPECTED = {
    "authorizer-faults": ("authorizer", FAULTS),
    "ticket-faults": ("ticket", FAULTS),
    "lifecycle-faults": ("lifecycle", FAULTS),
    "message-faults": ("message", FAULTS),
    "connection-manager-faults": ("connection-manager", FAULTS),
    "sweeper-faults": ("sweeper", FAULTS),
    "connections-uncounted": ("authorizer", UNCOUNTED),
    "connects-refused": ("lifecycle", REFUSED),
}


def filters(evaluation: Evaluation) -> list[dict[str, Any]]:
    return [each.inputs for each in evaluation.of_type("cloudwatch/logMetricFilter:LogMetricFilter")]


@pytest.mark.parametrize("stack", STACKS)
def test_no_stack_counts_lines_without_alarms(stack: str) -> None:
    assert filters(evaluated(stack)) == []


@pytest.mark.parametrize(("stack", "ending"), [("prod", ""), ("dev", "-dev")])
def test_the_lines_of_a_function_are_counted_under_the_stacks_own_name(stack: str, ending: str) -> None:
    found = {
        each["metricTransformation"]["name"]: (each["name"], each["logGroupName"], each["pattern"])
        for each in filters(alarmed(stack))
    }

    assert found == {
        f"airium-websocket-{what}{ending}": (
            f"airium-websocket-{what}{ending}",
            f"/aws/lambda/airium-websocket-{function}{ending}",
            pattern,
        )
        for what, (function, pattern) in EXPECTED.items()
    }


def test_nothing_is_published_while_no_line_is_counted() -> None:
    transformations = [dict(each["metricTransformation"]) for each in filters(alarmed("prod"))]

    for each in transformations:
        del each["name"]
    assert transformations == [{"namespace": "Airium", "value": "1", "unit": "Count"}] * len(EXPECTED)


def test_every_count_is_needed_by_an_alarm() -> None:
    evaluation = alarmed("prod")

    alarms = [each.inputs for each in evaluation.of_type("cloudwatch/metricAlarm:MetricAlarm")]
    queries = [
        query["metric"] for each in alarms for query in each.get("metricQueries", ()) if "metric" in query
    ]
    needed = {each["metricName"] for each in [*alarms, *queries] if each.get("namespace") == "Airium"}
    assert needed == {each["metricTransformation"]["name"] for each in filters(evaluation)}


def test_counts_belong_to_the_component_of_the_alarms() -> None:
    found = alarmed("prod").of_type("cloudwatch/logMetricFilter:LogMetricFilter")

    assert {"airium:realtime:Alarms$" in each.urn for each in found} == {True}
