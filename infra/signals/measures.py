"""What AWS and the metric filters measure of a stack, for alarms and the dashboard alike."""

from collections.abc import Mapping

import pulumi

from functions import names
from infra.functions.failure_queue import FailureQueue
from infra.functions.function import Function
from infra.naming import Naming
from infra.signals.backend import Backend
from infra.signals.floors import frames_of_one_user, requests_of_one_user
from infra.signals.metric_filters import NAMESPACE
from infra.signals.watches import MINUTE, Share, Watch

PERIOD = 5 * MINUTE
MUCH = 20
"""Percent of what clients send: where more of it is refused, it is not a client or two."""
REFUSED = "frames-refused"
"""The count of refused frames, whatever their code: an alarm cannot add up metrics that it cannot name."""


def of_function(metric: str, function: Function, period_seconds: int = PERIOD) -> Watch:
    """Give a metric of a function."""
    where = {"FunctionName": function.function_name}
    return Watch("AWS/Lambda", metric, where, period_seconds=period_seconds)


def of_api(metric: str, api_id: pulumi.Input[str]) -> Watch:
    """Give a metric of an API."""
    return Watch("AWS/ApiGateway", metric, {"ApiId": api_id}, period_seconds=PERIOD)


def of_queue(queue: FailureQueue) -> Watch:
    """Give how many messages wait in a queue."""
    where = {"QueueName": queue.queue_name}
    return Watch("AWS/SQS", "ApproximateNumberOfMessagesVisible", where, statistic="Maximum")


def of_lines(what: str, naming: Naming) -> Watch:
    """Give what a metric filter counts under a name."""
    return Watch(NAMESPACE, naming.of(what), {}, period_seconds=PERIOD)


def writes(metric: str, backend: Backend) -> dict[str, Watch]:
    """Give a metric of the writes to the log, its indexes, the claims and the feeds, by whose they are."""
    events, claims = backend.store.events_table, backend.store.claims_table
    index = "GlobalSecondaryIndexName"
    tables: Mapping[str, dict[str, pulumi.Input[str]]] = {
        "events": {"TableName": events},
        # a throttled index throttles its table, and each is counted by itself
        f"events-{names.EVENTS_BY_USER}": {"TableName": events, index: names.EVENTS_BY_USER},
        f"events-{names.EVENTS_BY_ARRIVAL}": {"TableName": events, index: names.EVENTS_BY_ARRIVAL},
        "claims": {"TableName": claims},
        "feeds": {"TableName": backend.feeds.feeds_table},
    }
    return {name: Watch("AWS/DynamoDB", metric, where) for name, where in tables.items()}


def client_errors(backend: Backend) -> Share:
    """Give the share of handshakes and frames that the gateway turns away: denied, or throttled."""
    api_id = backend.api.api_id
    return Share(
        of_api("ClientError", api_id),
        {"connects": of_api("ConnectCount", api_id), "messages": of_api("MessageCount", api_id)},
        # where everybody is turned away there is nothing else
        "part + FILL(connects, 0) + FILL(messages, 0)",
        "Client errors, percent of handshakes and messages",
        floor=requests_of_one_user(backend.settings.limits, PERIOD),
        above=MUCH,
    )


def frames_refused(backend: Backend, refused: Watch) -> Share:
    """Give the share of frames that are answered by an error, of those that reach the function."""
    return Share(
        refused,
        {"frames": of_function("Invocations", backend.message)},
        "frames",
        "Refused frames, percent of frames",
        floor=frames_of_one_user(backend.settings.limits, PERIOD),
        above=MUCH,
    )
