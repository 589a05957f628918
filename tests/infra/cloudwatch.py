"""A dashboard's body as CloudWatch documents it, and which metrics AWS publishes of what a stack has.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

import re
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from tests.infra.program import Evaluation

COLUMNS: Final = 24

_Whole = Annotated[int, Meta(ge=0)]
_Period = Annotated[int, Meta(ge=60, multiple_of=60)]
_Statistic = Annotated[str, Meta(pattern=r"^(SampleCount|Average|Sum|Minimum|Maximum|p\d{1,2}(\.\d+)?)$")]
_Id = Annotated[str, Meta(pattern=r"^[a-z][a-zA-Z0-9_]*$")]


class Drawn(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """How a line of a graph is drawn, and its expression if it has one."""

    expression: Annotated[str, Meta(min_length=1, max_length=1_024)] | None = None
    id: _Id | None = None
    label: str | None = None
    stat: _Statistic | None = None
    period: _Period | None = None
    visible: bool = True


class Level(msgspec.Struct, forbid_unknown_fields=True):
    label: str
    value: float


class Levels(msgspec.Struct, forbid_unknown_fields=True):
    horizontal: list[Level]


class Side(msgspec.Struct, forbid_unknown_fields=True):
    min: float


class Sides(msgspec.Struct, forbid_unknown_fields=True):
    left: Side


class Graph(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """The properties of a widget of the type ``metric``; a metric is an array of unlike members."""

    metrics: Annotated[list[list[str | Drawn]], Meta(min_length=1, max_length=500)]
    region: Annotated[str, Meta(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    title: str
    view: Literal["timeSeries", "singleValue", "gauge", "bar", "pie", "table"]
    stacked: bool
    period: _Period
    y_axis: Sides
    annotations: Levels | None = None


class Text(msgspec.Struct, forbid_unknown_fields=True):
    markdown: Annotated[str, Meta(min_length=1)]


class AlarmStates(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    alarms: Annotated[
        list[Annotated[str, Meta(pattern=r"^arn:aws:cloudwatch:[^:]+:\d{12}:alarm:.+$")]],
        Meta(min_length=1, max_length=100),
    ]


class _Widget(msgspec.Struct, forbid_unknown_fields=True, tag_field="type"):
    x: Annotated[int, Meta(ge=0, le=COLUMNS - 1)]
    y: _Whole
    width: Annotated[int, Meta(ge=1, le=COLUMNS)]
    height: Annotated[int, Meta(ge=1, le=1_000)]

    @property
    def cells(self) -> set[tuple[int, int]]:
        """The cells of the grid that it covers."""
        return {(self.x + right, self.y + down) for right in range(self.width) for down in range(self.height)}


class MetricWidget(_Widget, tag="metric"):
    properties: Graph


class TextWidget(_Widget, tag="text"):
    properties: Text


class AlarmWidget(_Widget, tag="alarm"):
    properties: AlarmStates


Widget = MetricWidget | TextWidget | AlarmWidget


class Body(msgspec.Struct, forbid_unknown_fields=True):
    widgets: Annotated[list[Widget], Meta(max_length=500)]


_WEBSOCKET: Final = {"ConnectCount", "MessageCount", "ClientError", "IntegrationError", "ExecutionError"}
_HTTP: Final = {"Count", "4xx", "5xx"}
_FUNCTION: Final = {"Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"}
_WRITES: Final = {"ConsumedWriteCapacityUnits", "WriteThrottleEvents"}

Metric = tuple[str, str, tuple[tuple[str, str], ...]]
"""Namespace, name, and dimensions in alphabetical order."""


def metric(namespace: str, name: str, **dimensions: str) -> Metric:
    return namespace, name, tuple(sorted(dimensions.items()))


def published(evaluation: Evaluation) -> set[Metric]:
    """Return the metrics that AWS publishes of a stack, and those of its filters, as far as they are used.

    By the documents of each service. Those that filters tell apart have their dimensions without values.
    """
    found: set[Metric] = set()
    for each in evaluation.registrations:
        match each.type.rpartition(":")[2]:
            case "Function" if each.custom:
                function, group = each.inputs["name"], each.inputs["loggingConfig"]["logGroup"]
                found |= {metric("AWS/Lambda", name, FunctionName=function) for name in _FUNCTION}
                found.add(metric("AWS/Logs", "IncomingBytes", LogGroupName=group))
            case "EventSourceMapping":
                reader = each.inputs["functionName"]
                found.add(metric("AWS/Lambda", "IteratorAge", FunctionName=reader))
            case "Queue" if each.custom:
                queue = each.inputs["name"]
                found.add(metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", QueueName=queue))
            case "Api" if "protocolType" in each.inputs:
                names = _WEBSOCKET if each.inputs["protocolType"] == "WEBSOCKET" else _HTTP
                found |= {metric("AWS/ApiGateway", name, ApiId=f"{each.name}-id") for name in names}
            case "Table":
                found |= _of_table(each.inputs)
            case "LogMetricFilter":
                made = each.inputs["metricTransformation"]
                by = dict.fromkeys(made.get("dimensions", {}), "")
                found.add(metric(made["namespace"], made["name"], **by))
    return found


def _of_table(inputs: dict[str, Any]) -> set[Metric]:
    table = {"TableName": inputs["name"]}
    indexes = [
        {"GlobalSecondaryIndexName": index["name"]} for index in inputs.get("globalSecondaryIndexes", ())
    ]
    return {
        metric("AWS/DynamoDB", "TransactionConflict", **table),
        *(metric("AWS/DynamoDB", name, **table, **index) for name in _WRITES for index in ({}, *indexes)),
    }


def named(graph: Graph) -> set[Metric]:
    """Return the metrics that a graph shows, and those that its expressions search for."""
    found: set[Metric] = set()
    for row in graph.metrics:
        words = [part for part in row if isinstance(part, str)]
        if words:
            namespace, name, *dimensions = words
            found.add(metric(namespace, name, **dict(zip(dimensions[::2], dimensions[1::2], strict=True))))
        for drawn in row:
            if isinstance(drawn, Drawn) and drawn.expression:
                searches = re.findall(
                    r"SEARCH\('\{(.+?),(.+?)\} MetricName=\"(.+?)\"', 'Sum'\)", drawn.expression
                )
                assert len(searches) == drawn.expression.count("SEARCH")
                found |= {metric(namespace, name, **{by: ""}) for namespace, by, name in searches}
    return found
