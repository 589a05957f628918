"""The alarms: what was given up, what falls behind, what fails, what is refused and what is silent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from functions import names
from infra.functions.function import Function
from infra.gateway.websocket_api import WebSocketApi
from infra.identity.admission import Admission
from infra.metric_filters import FAULTS, NAMESPACE, REFUSED_CONNECTS, UNCOUNTED, Lines, metric_filter
from infra.naming import Naming
from infra.projector import Projector
from infra.settings.settings import Settings
from infra.sweeper import Sweeper
from infra.tables.event_store import EventStore
from infra.watches import MINUTE, Unexplained, Watch

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
    admission
        Who may connect: its function may let people in uncounted, and its HTTP API may fail.
    lifecycle
        The function that refuses connects.
    projector, sweeper
        Their failure queues are watched, and that they keep up.
    store
        The log and its claims, whose writes may be throttled.
    api
        The API.
    """

    naming: Naming
    settings: Settings
    functions: Sequence[Function]
    admission: Admission
    lifecycle: Function
    projector: Projector
    sweeper: Sweeper
    store: EventStore
    api: WebSocketApi


class Alarms(pulumi.ComponentResource):
    """
    The alarms of a stack, and the counts of lines that they need.

    Each alarm costs about $0.10 a month: they are made only where a setting says so.
    """

    def __init__(self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("airium:realtime:Alarms", name, None, opts)
        self._args = args
        for what, watch in _watches(args):
            self._alarm(what, watch)
        for lines in _faults(args):
            self._alarm(lines.what, self._count(lines))
        # a connect that is refused for what the client did is an error of the integration to the gateway
        refused = Lines("connects-refused", args.lifecycle, REFUSED_CONNECTS)
        errors = Unexplained(_of_api("IntegrationError", args.api.api_id), self._count(refused))
        self._alarm("api-integration-errors", errors)
        self.register_outputs({})

    def _count(self, lines: Lines) -> Watch:
        """Have lines counted."""
        name = f"{self.pulumi_resource_name}-{lines.what}-count"
        metric = metric_filter(name, self._args.naming, lines, pulumi.ResourceOptions(parent=self))
        return Watch(NAMESPACE, metric, {}, period_seconds=5 * MINUTE)

    def _alarm(self, what: str, watch: Watch | Unexplained) -> None:
        aws.cloudwatch.MetricAlarm(
            f"{self.pulumi_resource_name}-{what}",
            name=self._args.naming.of(what),
            alarm_description='See "Alarms" in docs/operations.md',
            alarm_actions=list(self._args.settings.alarms.topic_arns),
            opts=pulumi.ResourceOptions(parent=self),
            **watch.arguments,
        )


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
    claims: dict[str, pulumi.Input[str]] = {"TableName": args.store.claims_table}
    yield "claims-throttled", Watch("AWS/DynamoDB", "WriteThrottleEvents", claims)
    yield "api-execution-errors", _of_api("ExecutionError", args.api.api_id)
    if args.admission.ticket_api_id is not None:
        yield "tickets-server-errors", _of_api("5xx", args.admission.ticket_api_id)
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


def _faults(args: AlarmsArgs) -> Iterator[Lines]:
    """Yield the lines of which each is a fault: functions turn theirs into answers, which no metric shows."""
    for function in args.functions:
        # the projector turns none into an answer: it raises, or leaves the batch to the mapping
        if function is not args.projector.function:
            yield Lines(f"{function.pulumi_resource_name}-faults", function, FAULTS)
    yield Lines("connections-uncounted", args.admission.authorizer, UNCOUNTED)


def _of_api(metric: str, api_id: pulumi.Input[str]) -> Watch:
    return Watch("AWS/ApiGateway", metric, {"ApiId": api_id}, period_seconds=5 * MINUTE)
