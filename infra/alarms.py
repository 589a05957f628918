"""The alarms: what was given up, what falls behind, what fails, what is refused and what is silent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from functions import names
from infra.functions.function import Function
from infra.gateway.websocket_api import WebSocketApi
from infra.naming import Naming
from infra.projector import Projector
from infra.settings.settings import Settings
from infra.sweeper import Sweeper
from infra.tables.event_store import EventStore

MINUTE = 60
BEHIND_MILLISECONDS = 60_000
"""How old what the projector reads may be."""
SILENT_MINUTES = 5
"""The sweeper is missed after three times this, or three times its own interval if that is longer."""


@dataclass(frozen=True, slots=True)
class AlarmsArgs:
    """
    What is watched.

    Parameters
    ----------
    naming
        The names of the stack.
    settings
        The settings of the stack: whom alarms tell, and how often the sweeper runs.
    functions
        All functions of the stack.
    projector, sweeper
        Their failure queues are watched, and that they keep up.
    store
        The log, whose writes may be throttled.
    api
        The API.
    """

    naming: Naming
    settings: Settings
    functions: Sequence[Function]
    projector: Projector
    sweeper: Sweeper
    store: EventStore
    api: WebSocketApi


@dataclass(frozen=True, slots=True)
class Watch:
    """
    A metric, and when it is bad: in so many periods in a row.

    Parameters
    ----------
    namespace, metric, dimensions
        What CloudWatch calls it.
    statistic
        What a period's value is.
    period_seconds, periods
        The length of a period, and how many.
    above
        The greatest value that is good.
    below
        The least value that is good, in place of the greatest; no value is then bad, too.
    """

    namespace: str
    metric: str
    dimensions: Mapping[str, pulumi.Input[str]]
    statistic: str = "Sum"
    period_seconds: int = MINUTE
    periods: int = 1
    above: float = 0
    below: float | None = None


class Alarms(pulumi.ComponentResource):
    """The alarms of a stack. Each costs about $0.10 a month: they are made only where a setting says so."""

    def __init__(self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("airium:realtime:Alarms", name, None, opts)
        for what, watch in _watches(args):
            aws.cloudwatch.MetricAlarm(
                f"{name}-{what}",
                name=args.naming.of(what),
                alarm_description='See "Alarms" in docs/operations.md',
                namespace=watch.namespace,
                metric_name=watch.metric,
                dimensions=watch.dimensions,
                statistic=watch.statistic,
                period=watch.period_seconds,
                evaluation_periods=watch.periods,
                comparison_operator="GreaterThanThreshold" if watch.below is None else "LessThanThreshold",
                threshold=watch.above if watch.below is None else watch.below,
                # where something must not happen, no data says that it did not
                treat_missing_data="notBreaching" if watch.below is None else "breaching",
                alarm_actions=list(args.settings.alarms.topic_arns),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})


def _watches(args: AlarmsArgs) -> Iterator[tuple[str, Watch]]:
    """Yield what is watched, by the name of its alarm."""
    for name, queue in (("projector", args.projector.failures), ("sweeper", args.sweeper.failures)):
        where = {"QueueName": queue.queue_name}
        yield (
            f"{name}-failures",
            Watch("AWS/SQS", "ApproximateNumberOfMessagesVisible", where, statistic="Maximum"),
        )
    for function in args.functions:
        name, where = function.pulumi_resource_name, {"FunctionName": function.function_name}
        yield f"{name}-errors", Watch("AWS/Lambda", "Errors", where, period_seconds=5 * MINUTE)
        yield f"{name}-throttles", Watch("AWS/Lambda", "Throttles", where)
    for index in (None, names.EVENTS_BY_USER, names.EVENTS_BY_ARRIVAL):
        # a throttled index throttles its table, and each is counted by itself
        table: dict[str, pulumi.Input[str]] = {"TableName": args.store.events_table}
        of_index = {"GlobalSecondaryIndexName": index} if index else {}
        name = f"events-{index}" if index else "events"
        yield f"{name}-throttled", Watch("AWS/DynamoDB", "WriteThrottleEvents", table | of_index)
    for metric in ("IntegrationError", "ExecutionError"):
        kind = metric.removesuffix("Error").lower()
        watch = Watch("AWS/ApiGateway", metric, {"ApiId": args.api.api_id}, period_seconds=5 * MINUTE)
        yield f"api-{kind}-errors", watch
    where = {"FunctionName": args.projector.function.function_name}
    # a record that waits for its batch to fill is not late
    waited = args.settings.projector.window_seconds * 1_000
    yield (
        "projector-behind",
        Watch("AWS/Lambda", "IteratorAge", where, "Maximum", periods=5, above=BEHIND_MILLISECONDS + waited),
    )
    if args.settings.sweeper.enabled:
        minutes = max(SILENT_MINUTES, args.settings.sweeper.every_minutes)
        where = {"FunctionName": args.sweeper.function.function_name}
        watch = Watch("AWS/Lambda", "Invocations", where, period_seconds=minutes * MINUTE, periods=3, below=1)
        yield "sweeper-silent", watch
