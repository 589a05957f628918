"""The delivery queue: posts that wait until the gateway takes them, and the function that works it off."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from functions import names
from infra.functions.failure_queue import FailureQueue, refusing_plain_http
from infra.functions.function import Function, FunctionArgs, Runtime
from infra.gateway.websocket_api import WebSocketApi
from infra.naming import Naming
from infra.policy import Statement
from infra.settings.settings import Settings
from infra.tables.event_store import EventStore
from infra.tables.feed_store import FeedStore

RETENTION_SECONDS = 24 * 60 * 60
"""What has waited for a day is told by the feeds' history, or is no news any more."""
MOST_RECEIVED = 3
"""How often a job is given out until it is put aside: a worker that died gives none back."""
WORKERS = 2
"""Invocations at a time: the fewest that AWS takes."""
JOBS = 10
"""Of one invocation."""
VISIBLE_AFTER_TIMEOUTS = 6
"""How many of the function's timeouts a job is hidden for, as Lambda advises."""


class DeliveryQueue(pulumi.ComponentResource):
    """
    The queue, and the one for jobs that it put aside.

    Attributes
    ----------
    url, arn
        How to read it, and to grant it.
    failures
        Where jobs go that were given out too often.
    environment
        The variables of a function that puts jobs in.
    """

    def __init__(
        self, name: str, naming: Naming, settings: Settings, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("airium:realtime:DeliveryQueue", name, None, opts)
        here = pulumi.ResourceOptions(parent=self)
        is_aws = settings.endpoint is None
        self.failures = FailureQueue(
            f"{name}-failures", naming.of("deliveries-failures"), tls_only=is_aws, opts=here
        )
        timeout = settings.functions.sizes.deliverer.timeout_seconds
        queue = aws.sqs.Queue(
            f"{name}-queue",
            name=naming.of("deliveries"),
            message_retention_seconds=RETENTION_SECONDS,
            visibility_timeout_seconds=VISIBLE_AFTER_TIMEOUTS * timeout,
            sqs_managed_sse_enabled=True,
            redrive_policy=pulumi.Output.json_dumps(
                {"deadLetterTargetArn": self.failures.arn, "maxReceiveCount": MOST_RECEIVED}
            ),
            opts=here,
        )
        if is_aws:
            policy = refusing_plain_http(queue.arn)
            aws.sqs.QueuePolicy(f"{name}-tls-only", queue_url=queue.url, policy=policy, opts=here)
        self.url = queue.url
        self.arn = queue.arn
        self.environment: dict[str, pulumi.Input[str]] = {names.DELIVERY_QUEUE: self.url}
        self.register_outputs({"url": self.url, "arn": self.arn})

    def grant_defer(self, function: Function) -> None:
        """Let a function put jobs in."""
        function.grant("defer", Statement(["sqs:SendMessage"], [self.arn]))

    def grant_work_off(self, function: Function) -> None:
        """Let Lambda take jobs out for a function."""
        function.grant(
            "work-off",
            Statement(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], [self.arn]),
        )


@dataclass(frozen=True, slots=True)
class DelivererArgs:
    """
    What the queue is worked off with.

    Parameters
    ----------
    queue
        The queue.
    store, feeds
        The log, whose events are told, and the feeds, which a connection that is gone is taken out of.
    api
        The API whose connections are posted to.
    """

    queue: DeliveryQueue
    store: EventStore
    feeds: FeedStore
    api: WebSocketApi


class Deliverer(pulumi.ComponentResource):
    """
    The function, and how it gets its jobs.

    Attributes
    ----------
    function
        The function.
    failures
        Where jobs go that it could not do.
    outputs
        What the stack tells of both queues.
    """

    def __init__(
        self, name: str, runtime: Runtime, args: DelivererArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("airium:realtime:Deliverer", name, None, opts)
        settings = runtime.settings
        self.failures = args.queue.failures
        self.function = Function(
            name,
            runtime,
            FunctionArgs(
                handler=names.DELIVERER,
                size=settings.functions.sizes.deliverer,
                environment={
                    names.EVENTS_TABLE: args.store.events_table,
                    names.FEEDS_TABLE: args.feeds.feeds_table,
                    names.MANAGEMENT_ENDPOINT: args.api.management_endpoint,
                    names.POSTS_PER_SECOND: str(settings.delivery.posts_per_second / WORKERS),
                    **args.queue.environment,
                },
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        args.store.grant_append(self.function)
        args.store.grant_get_events(self.function)
        args.feeds.grant_subscribe(self.function)
        args.api.grant_manage_connections(self.function, "POST")
        args.queue.grant_defer(self.function)
        args.queue.grant_work_off(self.function)
        aws.lambda_.EventSourceMapping(
            f"{name}-mapping",
            event_source_arn=args.queue.arn,
            function_name=self.function.function_name,
            batch_size=JOBS,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=aws.lambda_.EventSourceMappingScalingConfigArgs(maximum_concurrency=WORKERS),
            # AWS checks the grants when the mapping is made
            opts=pulumi.ResourceOptions(parent=self, depends_on=self.function.grants),
        )
        self.outputs = {
            "delivery_queue": args.queue.url,
            "delivery_failure_queue": self.failures.url,
        }
        self.register_outputs({"function_name": self.function.function_name})
