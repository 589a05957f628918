"""Runs a function by the clock, and puts what could not be run where failed runs go."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import policy
from infra.functions.failure_queue import FailureQueue
from infra.functions.function import Function


@dataclass(frozen=True, slots=True)
class ScheduleArgs:
    """
    When a function runs, and with what.

    Parameters
    ----------
    physical_name
        The schedule's name.
    function
        What is run.
    failures
        Where the scheduler puts a run that it gave up.
    expression
        When, such as ``rate(5 minutes)``.
    event
        What the function is given.
    enabled
        Whether the clock runs.
    """

    physical_name: str
    function: Function
    failures: FailureQueue
    expression: str
    event: Mapping[str, object]
    enabled: bool = True


def schedule(name: str, args: ScheduleArgs, parent: pulumi.Resource) -> None:
    """Make a schedule with a role of its own, which may run that function and no other."""
    here = pulumi.ResourceOptions(parent=parent)
    account = args.function.arn.apply(lambda arn: arn.split(":")[4])
    role = aws.iam.Role(
        f"{name}-schedule-role",
        assume_role_policy=policy.trust("scheduler.amazonaws.com", account),
        opts=here,
    )
    grant = aws.iam.RolePolicy(
        f"{name}-schedule-may-run",
        role=role.name,
        policy=policy.document([args.function.sending, args.failures.sending]),
        opts=here,
    )
    aws.scheduler.Schedule(
        f"{name}-schedule",
        name=args.physical_name,
        state="ENABLED" if args.enabled else "DISABLED",
        schedule_expression=args.expression,
        flexible_time_window=aws.scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
        target=aws.scheduler.ScheduleTargetArgs(
            arn=args.function.arn,
            role_arn=role.arn,
            input=json.dumps(args.event),
            retry_policy=aws.scheduler.ScheduleTargetRetryPolicyArgs(
                maximum_retry_attempts=2, maximum_event_age_in_seconds=300
            ),
            dead_letter_config=aws.scheduler.ScheduleTargetDeadLetterConfigArgs(arn=args.failures.arn),
        ),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[grant, *args.function.grants]),
    )
