"""The dashboard: valid by CloudWatch's own document, without overlap, and of metrics that there are."""

import functools
import re
from collections.abc import Callable
from itertools import combinations

import msgspec
import pytest

from tests.docs.markdown import ROOT, anchors, table
from tests.infra.cloudwatch import (
    COLUMNS,
    AlarmWidget,
    Body,
    Drawn,
    MetricWidget,
    TextWidget,
    named,
    published,
)
from tests.infra.program import (
    ECHO,
    STACKS,
    Evaluation,
    evaluate,
    evaluated,
    signalling,
    speaking,
    stack_config,
)

ON = {"enabled": "true"}
SETTINGS: dict[str, dict[str, object]] = {
    "alone": {},
    "with alarms": {"alarms": ON},
    "with monitoring": {"monitoring": ON},
    "with an archive": {"archive": ON},
    "with an archive and monitoring": {"archive": ON, "monitoring": ON},
    "with everything": {"alarms": ON, "archive": ON, "monitoring": ON},
    "with speech": {"alarms": ON, **ECHO},
    "with speech and monitoring": {"monitoring": ON, **ECHO},
    "without verified identity": {"identity": "query", "endpoint": "http://127.0.0.1:4566"},
}
SECTIONS = ["Entry", "Flow", "Log", "Projection", "Sweeper and archive", "Cost"]


@functools.cache
def shown(settings: str) -> Evaluation:
    return evaluate("prod", stack_config("prod", dashboard="true", **SETTINGS[settings]))


def body(evaluation: Evaluation) -> Body:
    """Return the body of the one dashboard, which CloudWatch would take: all of it is checked here."""
    (made,) = evaluation.of_type("cloudwatch/dashboard:Dashboard")
    return msgspec.json.decode(made.inputs["dashboardBody"], type=Body)


def graphs(evaluation: Evaluation) -> dict[str, MetricWidget]:
    found = [each for each in body(evaluation).widgets if isinstance(each, MetricWidget)]
    return {each.properties.title: each for each in found}


@pytest.mark.parametrize("stack", STACKS)
def test_no_stack_has_a_dashboard_unasked(stack: str) -> None:
    assert evaluated(stack).of_type("cloudwatch/dashboard:Dashboard") == []


@pytest.mark.parametrize(("stack", "name"), [("prod", "airium-websocket"), ("dev", "airium-websocket-dev")])
def test_a_dashboard_is_called_as_the_api_is(stack: str, name: str) -> None:
    (made,) = signalling(stack).of_type("cloudwatch/dashboard:Dashboard")

    assert made.inputs["dashboardName"] == name
    assert "airium:realtime:Dashboard$" in made.urn


@pytest.mark.parametrize("settings", SETTINGS)
def test_a_dashboard_is_one_that_cloudwatch_takes(settings: str) -> None:
    widgets = body(shown(settings)).widgets

    assert len(widgets) > 20


@pytest.mark.parametrize("settings", SETTINGS)
def test_every_widget_fits_the_columns_and_none_lies_on_another(settings: str) -> None:
    widgets = body(shown(settings)).widgets

    assert max(each.x + each.width for each in widgets) <= COLUMNS
    assert [(one, other) for one, other in combinations(widgets, 2) if one.cells & other.cells] == []


@pytest.mark.parametrize("settings", SETTINGS)
def test_every_metric_is_one_that_something_publishes(settings: str) -> None:
    evaluation = shown(settings)

    there = published(evaluation)
    assert {
        title: missing
        for title, each in graphs(evaluation).items()
        if (missing := named(each.properties) - there)
    } == {}


@pytest.mark.parametrize("evaluate_", [signalling, speaking])
def test_every_metric_that_monitoring_makes_is_shown(evaluate_: Callable[[str], Evaluation]) -> None:
    evaluation = evaluate_("prod")

    monitored = {
        each.inputs["metricTransformation"]["name"]
        for each in evaluation.within("Monitoring").of_type("LogMetricFilter")
    }
    seen = {name for each in graphs(evaluation).values() for _, name, _ in named(each.properties)}
    assert monitored <= seen


@pytest.mark.parametrize("settings", SETTINGS)
def test_what_an_expression_names_is_in_its_graph(settings: str) -> None:
    for title, each in graphs(shown(settings)).items():
        drawn = [part for row in each.properties.metrics for part in row if isinstance(part, Drawn)]
        ids = [one.id for one in drawn if one.id]
        used = {
            word
            for one in drawn
            if one.expression
            for word in re.findall(r"\b[a-z]\w*\b", re.sub(r"'[^']*'", "", one.expression))
        }
        assert used <= set(ids), title
        assert len(set(ids)) == len(ids), title


def test_the_sections_follow_a_request_from_the_entry_to_the_cost() -> None:
    texts = [each for each in body(signalling("prod")).widgets if isinstance(each, TextWidget)]

    title, *sections = [each.properties.markdown for each in texts]
    assert sections == [f"## {section}" for section in SECTIONS]
    assert [each.y for each in texts] == sorted(each.y for each in texts)
    name, section = re.fullmatch(r"# (\S+): docs/operations\.md#(\S+) says what .+", title).groups()  # type: ignore[union-attr]  # it would fail
    assert name == "airium-websocket"
    assert section in anchors(ROOT / "docs" / "operations.md")


def test_speech_stands_between_what_flows_and_what_is_logged() -> None:
    texts = [
        each.properties.markdown for each in body(speaking("prod")).widgets if isinstance(each, TextWidget)
    ]

    assert texts[2:5] == ["## Flow", "## Speech", "## Log"]
    levels = graphs(speaking("prod"))["Voice sessions at a time"].properties.annotations
    assert levels
    assert [(each.label, each.value) for each in levels.horizontal] == [("all seats", 50)]


def test_the_state_of_every_alarm_is_shown() -> None:
    (states,) = [each for each in body(signalling("prod")).widgets if isinstance(each, AlarmWidget)]

    alarms = signalling("prod").of_type("cloudwatch/metricAlarm:MetricAlarm")
    assert sorted(arn.rpartition(":")[2] for arn in states.properties.alarms) == sorted(
        each.inputs["name"] for each in alarms
    )


def test_without_alarms_there_are_no_states_and_no_guard() -> None:
    widgets = body(shown("with monitoring")).widgets

    assert [each for each in widgets if isinstance(each, AlarmWidget)] == []
    assert graphs(shown("with monitoring"))["Invocations a minute"].properties.annotations is None


def test_the_guard_is_drawn_across_the_invocations() -> None:
    levels = graphs(signalling("prod"))["Invocations a minute"].properties.annotations

    assert levels
    assert [(each.label, each.value) for each in levels.horizontal] == [("the cost guard", 60_000)]


def test_shares_are_shown_whatever_the_floor() -> None:
    shares = {
        title: each.properties.metrics[0][0].expression  # type: ignore[union-attr]  # it would fail
        for title, each in graphs(signalling("prod")).items()
        if title.endswith("percent")
    }

    assert shares == {
        "Client errors, percent": "100 * part / (part + FILL(connects, 0) + FILL(messages, 0))",
        "Refused frames, percent": "100 * part / (frames)",
    }


def test_the_runbook_has_every_graph() -> None:
    told = [title for title, _ in table(ROOT / "docs" / "operations.md", "graph")]

    spoken = list(graphs(speaking("prod")))
    of_speech = [each for each in spoken if each not in graphs(signalling("prod"))]
    assert [each for each in told if each not in of_speech] == list(graphs(signalling("prod")))
    assert [each for each in told if each in spoken] == spoken


@pytest.mark.parametrize("stack", STACKS)
def test_a_preview_registers_what_the_update_registers(stack: str) -> None:
    preview, update = signalling(stack, preview=True), signalling(stack)

    assert {each.urn for each in preview.registrations} == {each.urn for each in update.registrations}
