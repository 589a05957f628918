"""The projector: the function that keeps the read models, and the stream that feeds it."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from functions import names
from infra.events_api.live import Live
from infra.functions.failure_queue import FailureQueue
from infra.functions.function import Function, FunctionArgs, Runtime
from infra.tables.event_store import EventStore
from infra.tables.read_model import ReadModel

INSERTED = json.dumps({"eventName": ["INSERT"]})
"""Expired events arrive as REMOVE: nothing happened when they go."""


@dataclass(frozen=True, slots=True)
class ProjectorArgs:
    """
    What the projector reads and writes.

    Parameters
    ----------
    store
        The log whose stream it reads.
    read_model
        What it keeps.
    live
        Where it tells of changes as they happen; None where nobody is told.
    """

    store: EventStore
    read_model: ReadModel
    live: Live | None = None


class Projector(pulumi.ComponentResource):
    """
    The function, its event source mapping and its failure queue.

    Attributes
    ----------
    function
        The function.
    failures
        Where batches go that it gave up.
    mapping_id
        The UUID of the event source mapping.
    """

    def __init__(
        self, name: str, runtime: Runtime, args: ProjectorArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("airium:realtime:Projector", name, None, opts)
        here = pulumi.ResourceOptions(parent=self)
        settings = runtime.settings
        store, read_model = args.store, args.read_model
        self.failures = FailureQueue(
            f"{name}-failures",
            runtime.naming.of("projector-failures"),
            tls_only=settings.endpoint is None,
            opts=here,
        )
        self.function = Function(
            name,
            runtime,
            FunctionArgs(
                handler=names.PROJECTOR,
                size=settings.functions.sizes.projector,
                environment={
                    names.EVENTS_TABLE: store.events_table,
                    names.CONNECTIONS_TABLE: read_model.connections_table,
                    names.METRICS_TABLE: read_model.metrics_table,
                    names.MESSAGES_TABLE: read_model.messages_table,
                    names.SESSIONS_TABLE: read_model.sessions_table,
                    **(args.live.variables if args.live else {}),
                },
            ),
            opts=here,
        )
        store.grant_read_stream(self.function)
        store.grant_refold(self.function)
        read_model.grant_project(self.function)
        if args.live:
            args.live.grant_publish(self.function)
        self.function.grant("send-failures", self.failures.sending)
        mapping = aws.lambda_.EventSourceMapping(
            f"{name}-mapping",
            event_source_arn=store.stream_arn,
            function_name=self.function.function_name,
            # LATEST could miss what is appended while the mapping is being made
            starting_position="TRIM_HORIZON",
            filter_criteria=aws.lambda_.EventSourceMappingFilterCriteriaArgs(
                filters=[aws.lambda_.EventSourceMappingFilterCriteriaFilterArgs(pattern=INSERTED)]
            ),
            batch_size=settings.projector.batch_size,
            maximum_batching_window_in_seconds=settings.projector.window_seconds,
            # streams are ordered by item: more would spread one connection over concurrent batches
            parallelization_factor=1,
            # the defaults are infinite, and a poison record would block its shard for a day
            maximum_retry_attempts=settings.projector.retries,
            maximum_record_age_in_seconds=settings.projector.max_record_age_seconds,
            bisect_batch_on_function_error=True,
            function_response_types=["ReportBatchItemFailures"],
            destination_config=aws.lambda_.EventSourceMappingDestinationConfigArgs(
                on_failure=aws.lambda_.EventSourceMappingDestinationConfigOnFailureArgs(
                    destination_arn=self.failures.arn
                )
            ),
            # AWS checks the grants when the mapping is made
            opts=pulumi.ResourceOptions(parent=self, depends_on=self.function.grants),
        )
        self.mapping_id = mapping.uuid
        self.register_outputs({"mapping_id": self.mapping_id})
