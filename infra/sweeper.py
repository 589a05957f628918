"""The sweeper: a function, run by a schedule, that cleans up connections and heals the feeds."""

import pulumi

from functions import names
from infra.connection_manager import ConnectionManagerArgs
from infra.functions.failure_queue import FailureQueue
from infra.functions.function import Asynchronous, Function, FunctionArgs, Runtime
from infra.functions.schedule import ScheduleArgs, schedule

SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"
"""What the scheduler replaces by the time of the run: a retry has the same, so it appends the same events."""


class Sweeper(pulumi.ComponentResource):
    """
    The function, its schedule, and the queue for runs that failed.

    Attributes
    ----------
    function
        The function.
    failures
        Where runs go that the scheduler or Lambda gave up.
    """

    def __init__(
        self,
        name: str,
        runtime: Runtime,
        args: ConnectionManagerArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("airium:realtime:Sweeper", name, None, opts)
        here = pulumi.ResourceOptions(parent=self)
        settings = runtime.settings
        self.failures = FailureQueue(
            f"{name}-failures",
            runtime.naming.of("sweeper-failures"),
            tls_only=settings.endpoint is None,
            opts=here,
        )
        self.function = Function(
            name,
            runtime,
            FunctionArgs(
                handler=names.SWEEPER,
                size=settings.functions.sizes.sweeper,
                environment=args.environment | {names.FEEDS_TABLE: args.feeds.feeds_table},
                # the next run does what a failed one left, so one retry is enough
                asynchronous=Asynchronous(self.failures, retries=1, max_age_seconds=300),
            ),
            opts=here,
        )
        args.store.grant_append(self.function)
        args.read_model.grant_list_connections(self.function, names.CONNECTIONS_ACTIVE)
        args.store.grant_read_arrivals(self.function)
        args.store.grant_get_events(self.function)
        args.feeds.grant_deliver(self.function)
        args.feeds.grant_subscribe(self.function)
        args.api.grant_manage_connections(self.function, "GET", "POST", "DELETE")
        minutes = settings.sweeper.every_minutes
        schedule(
            name,
            ScheduleArgs(
                runtime.naming.of("sweeper"),
                self.function,
                self.failures,
                expression=f"rate({minutes} minute{'s'[: minutes > 1]})",
                event={
                    "time": SCHEDULED_TIME,
                    "idleSeconds": settings.sweeper.idle_seconds,
                    "everyMinutes": minutes,
                },
                enabled=settings.sweeper.enabled,
            ),
            self,
        )
        self.register_outputs({"function_name": self.function.function_name})
