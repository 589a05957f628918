"""The sweeper: a function, run by a schedule, that cleans up connections and heals the feeds."""

import pulumi

from functions import names
from infra.connection_manager import ConnectionManagerArgs
from infra.delivering import Delivering
from infra.functions.asynchronous import Asynchronous
from infra.functions.failure_queue import FailureQueue
from infra.functions.function import Function, FunctionArgs, Runtime
from infra.functions.schedule import ScheduleArgs, schedule
from infra.settings.settings import Settings

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
        delivering: Delivering,
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
                environment=args.environment
                | {names.FEEDS_TABLE: args.feeds.feeds_table}
                | (self._of_answers(args, delivering, settings) if settings.ai.enabled else {}),
                # the next run does what a failed one left, so one retry is enough
                asynchronous=Asynchronous(self.failures, retries=1, max_age_seconds=300),
            ),
            opts=here,
        )
        args.store.grant_append(self.function)
        if args.queue:
            args.queue.grant_defer(self.function)
        args.read_model.grant_list_connections(self.function, names.CONNECTIONS_ACTIVE)
        args.store.grant_read_arrivals(self.function)
        args.store.grant_get_events(self.function)
        args.feeds.grant_deliver(self.function)
        args.feeds.grant_subscribe(self.function)
        args.api.grant_manage_connections(self.function, "GET", "POST", "DELETE")
        if settings.ai.enabled:
            args.store.grant_look_at_claims(self.function, names.CLAIM_ANSWER)
            args.store.grant_count(self.function, names.CLAIM_ANSWER, names.CLAIM_INFLIGHT)
            delivering.grant(self.function)
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

    @staticmethod
    def _of_answers(
        args: ConnectionManagerArgs, delivering: Delivering, settings: Settings
    ) -> dict[str, pulumi.Input[str]]:
        """Return the variables of who has texts answered that nobody has answered."""
        seconds = settings.functions.sizes.responder.timeout_seconds
        return {
            names.CLAIMS_TABLE: args.store.claims_table,
            names.ANSWERING_SECONDS: str(seconds),
            **delivering.variables,
        }
