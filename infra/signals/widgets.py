"""Widgets of a dashboard: CloudWatch's own words for a graph and a text, and where each stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi

from infra.signals.watches import Share, Watch

COLUMNS: Final = 24
"""The width of CloudWatch's grid."""
_WIDTH, _HEIGHT, _HEADING_HEIGHT = 8, 6, 1

Metrics = list[Any]
"""A row of a graph: a metric with its dimensions, or an expression, and how it is drawn."""
Widget = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Graph:
    """
    A graph.

    Parameters
    ----------
    title
        What it shows, with the unit.
    rows
        Its lines.
    limit
        A level that is drawn across, with what it is called.
    stacked
        Whether the lines add up.
    """

    title: str
    rows: Sequence[Metrics]
    limit: tuple[str, float] | None = None
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, in Markdown, and below it the state of alarms, and graphs."""

    heading: str
    graphs: Sequence[Graph] = ()
    alarm_arns: Sequence[pulumi.Input[str]] = ()


def row(watch: Watch, label: str, statistic: str | None = None, **options: object) -> Metrics:
    """Give the line of a metric."""
    dimensions = [part for dimension in watch.dimensions.items() for part in dimension]
    drawn = {"label": label, "stat": statistic or watch.statistic, **options}
    return [watch.namespace, watch.metric, *dimensions, drawn]


def spread(watch: Watch, *statistics: str) -> list[Metrics]:
    """Give one line for each statistic of a metric, such as ``p50`` and ``Maximum``."""
    return [row(watch, statistic, statistic) for statistic in statistics]


def found(metric: str, dimension: str, namespace: str) -> str:
    """Give the expression of all metrics of a name that are told apart by a dimension."""
    return f"""SEARCH('{{{namespace},{dimension}}} MetricName="{metric}"', 'Sum')"""


def expression(what: str, label: str = "") -> Metrics:
    """Give the line of an expression; without a label, what it finds is called by its dimension."""
    return [{"expression": what, "id": "result", **({"label": label} if label else {})}]


def share(shown: Share, part: str | None = None) -> list[Metrics]:
    """Give the line of a share, with the metrics of its expression unseen; `part` may be an expression."""
    hidden = [row(watch, id_, id=id_, visible=False) for id_, watch in shown.metrics.items()]
    of_part = (
        row(shown.part, "part", id="part", visible=False)
        if part is None
        else [{"expression": part, "id": "part", "visible": False}]
    )
    return [expression(shown.percent, shown.label), of_part, *hidden]


def place(sections: Iterable[Section], region: pulumi.Input[str], period_seconds: int) -> list[Widget]:
    """Place sections below each other, and the graphs of each from the left to the right, three in a row."""
    widgets: list[Widget] = []
    top = 0
    for section in sections:
        heading = {"type": "text", "properties": {"markdown": section.heading}}
        widgets.append({**heading, **_at(0, top, COLUMNS, _HEADING_HEIGHT)})
        top += _HEADING_HEIGHT
        if section.alarm_arns:
            states = {"title": "Alarms", "alarms": list(section.alarm_arns)}
            widgets.append({"type": "alarm", **_at(0, top, COLUMNS, _HEIGHT), "properties": states})
            top += _HEIGHT
        for number, graph in enumerate(section.graphs):
            line, column = divmod(number, COLUMNS // _WIDTH)
            where = _at(column * _WIDTH, top + line * _HEIGHT, _WIDTH, _HEIGHT)
            widgets.append({"type": "metric", **where, "properties": _graph(graph, region, period_seconds)})
        top += -(-len(section.graphs) // (COLUMNS // _WIDTH)) * _HEIGHT
    return widgets


def _at(x: int, y: int, width: int, height: int) -> dict[str, int]:
    return {"x": x, "y": y, "width": width, "height": height}


def _graph(graph: Graph, region: pulumi.Input[str], period_seconds: int) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "title": graph.title,
        "view": "timeSeries",
        "stacked": graph.stacked,
        "region": region,
        "period": period_seconds,
        "yAxis": {"left": {"min": 0}},
        "metrics": list(graph.rows),
    }
    if graph.limit:
        label, value = graph.limit
        properties["annotations"] = {"horizontal": [{"label": label, "value": value}]}
    return properties
