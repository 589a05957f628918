"""The archive: the log for years, written each hour by one function, and read through Athena."""

from dataclasses import dataclass

import pulumi

from functions import names
from infra.archive.bucket import Bucket
from infra.archive.catalogue import Catalogue, CatalogueArgs
from infra.functions.asynchronous import Asynchronous
from infra.functions.code import models_layer
from infra.functions.failure_queue import FailureQueue
from infra.functions.function import Function, FunctionArgs, Runtime
from infra.functions.models import Service
from infra.functions.schedule import ScheduleArgs, schedule
from infra.tables.event_store import EventStore

EVERY_HOUR = "cron(20 * * * ? *)"
"""A quarter of an hour after the hour's end it is closed; five minutes more for a clock that is late."""


@dataclass(frozen=True, slots=True)
class ArchiveArgs:
    """
    What is archived.

    Parameters
    ----------
    store
        The log.
    """

    store: EventStore


class Archive(pulumi.ComponentResource):
    """
    The function ``archiver``, its schedule and failure queue, the bucket that it fills, and its catalogue.

    Attributes
    ----------
    function
        The archiver; its line ``archive`` has what a run did, and how many hours it is ``behind``.
    failures
        Where runs go that the scheduler or Lambda gave up.
    outputs
        What operators need to find it.
    """

    def __init__(
        self, name: str, runtime: Runtime, args: ArchiveArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("airium:realtime:Archive", name, None, opts)
        here = pulumi.ResourceOptions(parent=self)
        settings, naming = runtime.settings, runtime.naming
        bucket = Bucket(f"{name}-bucket", naming, settings, opts=here)
        catalogue = Catalogue(
            f"{name}-catalogue", CatalogueArgs(naming, bucket.bucket, settings.archive.years), opts=here
        )
        self.failures = FailureQueue(
            "archiver-failures",
            naming.of("archiver-failures"),
            tls_only=settings.endpoint is None,
            opts=here,
        )
        self.function = Function(
            "archiver",
            runtime,
            FunctionArgs(
                handler=names.ARCHIVER,
                size=settings.functions.sizes.archiver,
                environment={
                    names.EVENTS_TABLE: args.store.events_table,
                    names.ARCHIVE_BUCKET: bucket.bucket,
                    names.RETENTION_DAYS: str(args.store.retention_days),
                },
                # the next run does what a failed one left, so one retry is enough
                asynchronous=Asynchronous(self.failures, retries=1, max_age_seconds=3_600),
                layer_arns=[models_layer("archiver-models", naming, Service.S3, self).arn],
            ),
            opts=here,
        )
        args.store.grant_read_arrivals(self.function)
        bucket.grant_archive(self.function)
        schedule(
            "archiver",
            ScheduleArgs(naming.of("archiver"), self.function, self.failures, EVERY_HOUR, event={}),
            self,
        )
        self.outputs: dict[str, object] = {
            "archive_bucket": bucket.bucket,
            "archive_database": catalogue.database,
            "archive_workgroup": catalogue.workgroup,
            "archiver_function": self.function.function_name,
            "archiver_failure_queue": self.failures.url,
            "archiver_timeout_seconds": settings.functions.sizes.archiver.timeout_seconds,
        }
        self.register_outputs({"bucket": bucket.bucket})
