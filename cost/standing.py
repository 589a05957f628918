"""What a stack costs while nobody is connected: what has a price by the month, and what runs by the clock."""

from collections.abc import Iterator
from typing import Final

from cost import assumed, counts
from cost.bills import Bill, Line, line
from cost.stack import Resource, Stack
from functions.names import ACTIVE_SHARDS, ARRIVAL_SHARDS
from ops import prices

ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
DASHBOARD: Final = "aws:cloudwatch/dashboard:Dashboard"
FILTER: Final = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
PRICED: Final = frozenset({ALARM, DASHBOARD})
"""Types of resources that have a price by the month, whatever happens."""
FREE: Final = frozenset(
    {
        "aws:apigateway/account:Account",
        "aws:apigatewayv2/api:Api",
        "aws:apigatewayv2/apiMapping:ApiMapping",
        "aws:apigatewayv2/authorizer:Authorizer",
        "aws:apigatewayv2/deployment:Deployment",
        "aws:apigatewayv2/domainName:DomainName",
        "aws:apigatewayv2/integration:Integration",
        "aws:apigatewayv2/integrationResponse:IntegrationResponse",
        "aws:apigatewayv2/route:Route",
        "aws:apigatewayv2/routeResponse:RouteResponse",
        "aws:apigatewayv2/stage:Stage",
        # priced by the messages, and by the minutes of who is subscribed: nobody is while it is idle
        "aws:appsync/api:Api",
        "aws:appsync/channelNamespace:ChannelNamespace",
        # priced by what a query reads
        "aws:athena/workgroup:Workgroup",
        "aws:cloudwatch/logGroup:LogGroup",
        # what it counts is a metric with a price, in the hours in which there is something to count
        FILTER,
        # priced by the users who sign in within a month: nobody does while it is idle
        "aws:cognito/userGroup:UserGroup",
        "aws:cognito/userPool:UserPool",
        "aws:cognito/userPoolClient:UserPoolClient",
        "aws:dynamodb/table:Table",
        # a million objects of the catalogue are free, and so are a million requests a month
        "aws:glue/catalogDatabase:CatalogDatabase",
        "aws:glue/catalogTable:CatalogTable",
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "aws:lambda/function:Function",
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "aws:lambda/layerVersion:LayerVersion",
        "aws:lambda/permission:Permission",
        # questions for what is an alias are free; the zone is not of this program
        "aws:route53/record:Record",
        # priced by what is in it
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        # priced by its runs: 8,640 of the sweeper and 720 of the archiver a month
        "aws:scheduler/schedule:Schedule",
        "aws:sqs/queue:Queue",
        "aws:sqs/queuePolicy:QueuePolicy",
    }
)
"""Types of resources that have no price by themselves."""


def unknown(stack: Stack) -> list[str]:
    """Return the types of a stack's resources of which nobody has said what they cost."""
    return sorted({each.type for each in stack.resources} - FREE - PRICED)


def idle(stack: Stack) -> Bill:
    """Return what a stack costs in a month in which nobody is connected."""
    return Bill(
        "idle, a month of 30 days", (*sweeper(stack), *archiver(stack), *polls(stack), *by_the_month(stack))
    )


def by_the_month(stack: Stack) -> Iterator[Line]:
    """Yield what has a price by the month, as far as a stack has any of it."""
    alarms = list(stack.of_type(ALARM))
    if alarms:
        watched = sum(map(_metrics, alarms))
        yield line(f"alarms: {len(alarms)}, on {watched} metrics", (prices.ALARMS, watched))
    dashboards = list(stack.of_type(DASHBOARD))
    if dashboards:
        yield line(f"dashboards: {len(dashboards)}", (prices.DASHBOARDS, len(dashboards)))
    # a filter with a default publishes zeros, and so has data in every hour
    steady = {_metric(each) for each in stack.of_type(FILTER) if _counts_nothing_too(each)}
    if steady:
        yield line(f"metrics that publish zeros: {len(steady)}", (prices.CUSTOM_METRICS, len(steady)))


def filters(stack: Stack) -> Bill:
    """Return what the metrics of a stack's filters cost, if each has something to count in every hour.

    A filter with dimensions counts a metric for each of their values. It is here once: nobody knows how many.
    """
    metrics = len({_metric(each) for each in stack.of_type(FILTER)})
    lines = [line(f"metrics of filters: {metrics}", (prices.CUSTOM_METRICS, metrics))] if metrics else []
    return Bill("filters, a month with something to count in every hour", tuple(lines))


def sweeper(stack: Stack) -> Iterator[Line]:
    """Yield what the sweeper costs, if it runs."""
    runs = stack.runs_a_month("sweeper")
    if runs:
        yield line("sweeper: schedule", (prices.SCHEDULED, runs))
        yield from _invoked("sweeper", stack, runs, assumed.SWEEP_SECONDS)
        units = runs * ACTIVE_SHARDS * counts.EMPTY_QUERY
        yield line(f"sweeper: reads of {ACTIVE_SHARDS} shards", (prices.READ_UNITS, units))
        units = runs * ARRIVAL_SHARDS * counts.EMPTY_QUERY
        of_arrivals = f"sweeper: reads of {ARRIVAL_SHARDS} shards, for what was not delivered"
        yield line(of_arrivals, (prices.READ_UNITS, units))
        yield line("sweeper: logs", (prices.LOGGED, runs * assumed.LOG_LINE_GB))


def archiver(stack: Stack) -> Iterator[Line]:
    """Yield what the archive costs, if there is one."""
    runs = stack.runs_a_month("archiver")
    if runs:
        yield line("archiver: schedule", (prices.SCHEDULED, runs))
        yield from _invoked("archiver", stack, runs, assumed.ARCHIVE_SECONDS)
        units = runs * counts.ARCHIVE_QUERIES * ARRIVAL_SHARDS * counts.EMPTY_QUERY
        yield line(f"archiver: reads of {ARRIVAL_SHARDS} shards, twice", (prices.READ_UNITS, units))
        writes, reads = runs * counts.ARCHIVE_WRITES, runs * counts.ARCHIVE_READS
        yield line("archiver: objects", (prices.OBJECT_WRITES, writes), (prices.OBJECT_READS, reads))


def polls(stack: Stack) -> Iterator[Line]:
    """Yield what it costs to look into the delivery queue, if there is one."""
    if stack.memory_gb("deliverer"):
        asked = assumed.MONTH_MINUTES * assumed.POLLS_A_MINUTE
        yield line("delivery queue: polls", (prices.QUEUED, asked))


def _invoked(function: str, stack: Stack, runs: float, seconds: float) -> Iterator[Line]:
    gb_seconds = runs * seconds * stack.memory_gb(function)
    yield line(f"{function}: Lambda", (prices.INVOCATIONS, runs), (prices.GB_SECONDS, gb_seconds))
    if stack.is_traced(function):
        yield line(f"{function}: traces", (prices.TRACES, runs))


def _metric(found: Resource) -> tuple[str, str]:
    """Return the metric that a filter counts, by its namespace and its name."""
    counted = found.inputs["metricTransformation"]
    return counted["namespace"], counted["name"]


def _counts_nothing_too(found: Resource) -> bool:
    return found.inputs["metricTransformation"].get("defaultValue") is not None


def _metrics(alarm: Resource) -> int:
    """Return how many metrics an alarm watches: one, or those that its queries name."""
    return sum("metric" in query for query in alarm.inputs.get("metricQueries", ())) or 1
