"""The sweeper: the manager's cleanup as a function of its own, run by a schedule."""

import json

import pulumi
import pulumi_aws as aws

from functions import names
from infra import policy
from infra.connection_manager import ConnectionManagerArgs
from infra.functions.failure_queue import FailureQueue
from infra.functions.function import Asynchronous, Function, FunctionArgs, Runtime

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
                environment=args.environment,
                # the next run does what a failed one left, so one retry is enough
                asynchronous=Asynchronous(self.failures, retries=1, max_age_seconds=300),
            ),
            opts=here,
        )
        args.store.grant_append(self.function)
        args.read_model.grant_list_connections(self.function, names.CONNECTIONS_ACTIVE)
        args.api.grant_manage_connections(self.function, "GET", "DELETE")
        self._run_every(name, runtime)
        self.register_outputs({"function_name": self.function.function_name})

    def _run_every(self, name: str, runtime: Runtime) -> None:
        here = pulumi.ResourceOptions(parent=self)
        account = self.function.arn.apply(lambda arn: arn.split(":")[4])
        role = aws.iam.Role(
            f"{name}-schedule-role",
            assume_role_policy=policy.trust("scheduler.amazonaws.com", account),
            opts=here,
        )
        grant = aws.iam.RolePolicy(
            f"{name}-schedule-may-run",
            role=role.name,
            policy=policy.document(
                [policy.Statement(["lambda:InvokeFunction"], [self.function.arn]), self.failures.sending]
            ),
            opts=here,
        )
        settings = runtime.settings.sweeper
        minutes = settings.every_minutes
        aws.scheduler.Schedule(
            f"{name}-schedule",
            name=runtime.naming.of("sweeper"),
            state="ENABLED" if settings.enabled else "DISABLED",
            schedule_expression=f"rate({minutes} minute{'s'[: minutes > 1]})",
            flexible_time_window=aws.scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
            target=aws.scheduler.ScheduleTargetArgs(
                arn=self.function.arn,
                role_arn=role.arn,
                input=json.dumps({"time": SCHEDULED_TIME, "idleSeconds": settings.idle_seconds}),
                retry_policy=aws.scheduler.ScheduleTargetRetryPolicyArgs(
                    maximum_retry_attempts=2, maximum_event_age_in_seconds=300
                ),
                dead_letter_config=aws.scheduler.ScheduleTargetDeadLetterConfigArgs(arn=self.failures.arn),
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[grant, *self.function.grants]),
        )
