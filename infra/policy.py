"""Writes IAM policies: least actions on named resources, and a reason for each open end."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

OPEN_ENDS = {
    ":*": "the streams of one log group, whose names Lambda makes up",
    "/@connections/*": "the connections of one stage, which come and go",
    "/events/*": "the archive's objects, one or more for each hour",
    "/stream/*": "streams are listed by table, and their names are the times at which they were made",
}
"""Every ending with which a resource may cover more than one thing, with the reason; never ``*`` alone."""

OPEN_REGIONS = {
    "arn:aws:bedrock:*::foundation-model/": "an inference profile asks its model in the region that has room",
}
"""Every beginning with which a resource may be in any region, with the reason; one name follows."""

TRACING = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
"""What Lambda does in X-Ray with the role of a function that is traced."""

WITHOUT_RESOURCES = frozenset(TRACING)
"""The actions for which AWS knows no resource, so that they are allowed on ``*`` or not at all."""

NAMING_ACTIONS = frozenset(
    {
        "dynamodb:ConditionCheckItem",
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
    }
)
"""The actions on one item, whose every request names its partition key."""


@dataclass(frozen=True, slots=True)
class Statement:
    """
    What is allowed on which resources (ARNs).

    Parameters
    ----------
    actions
        Their full names.
    resources
        The ARNs.
    leading_keys
        What the partition key of an item may be, ``*`` standing for any text, such as ``ticket#*``; with
        none, any.

    Raises
    ------
    ValueError
        If keys are given for an action that may name none: a scan would not be narrowed by them.
    """

    actions: Sequence[str]
    resources: Sequence[pulumi.Input[str]]
    leading_keys: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.leading_keys and (others := {*self.actions} - NAMING_ACTIONS):
            raise ValueError(f"no key narrows {', '.join(sorted(others))}")

    @property
    def encoded(self) -> dict[str, object]:
        """The statement as a policy has it."""
        allowed: dict[str, object] = {
            "Effect": "Allow",
            "Action": list(self.actions),
            "Resource": list(self.resources),
        }
        if not self.leading_keys:
            return allowed
        key = "dynamodb:LeadingKeys"
        # ForAllValues holds also where a request names no key at all: Null denies that
        condition = {"ForAllValues:StringLike": {key: list(self.leading_keys)}, "Null": {key: "false"}}
        return {**allowed, "Condition": condition}


def open_ended(arn: pulumi.Input[str], ending: str) -> pulumi.Output[str]:
    """
    Widen an ARN by one of the endings that have a reason.

    Raises
    ------
    KeyError
        If `OPEN_ENDS` gives no reason for the ending.
    """
    if not any(ending.endswith(known) for known in OPEN_ENDS):
        raise KeyError(ending)
    return pulumi.Output.concat(arn, ending)


def in_any_region(service: str, kind: str, name: str) -> str:
    """
    Return the ARN of something that belongs to no account, in whichever region.

    Raises
    ------
    KeyError
        If `OPEN_REGIONS` gives no reason for it.
    """
    beginning = f"arn:aws:{service}:*::{kind}"
    if beginning not in OPEN_REGIONS:
        raise KeyError(beginning)
    return f"{beginning}{name}"


def without_resources(*actions: str) -> Statement:
    """
    Allow actions for which there is no resource.

    Raises
    ------
    KeyError
        If AWS knows resources for one of them.
    """
    if others := {*actions} - WITHOUT_RESOURCES:
        raise KeyError(*sorted(others))
    return Statement(actions, ["*"])


def document(statements: Sequence[Statement]) -> pulumi.Output[str]:
    """Encode statements as a policy: the engine refuses anything but a string."""
    return pulumi.Output.json_dumps(
        {"Version": "2012-10-17", "Statement": [each.encoded for each in statements]}
    )


def trust(service: str, account: pulumi.Input[str] | None = None) -> pulumi.Output[str]:
    """
    Let a service assume a role.

    Parameters
    ----------
    service
        Its principal, such as ``lambda.amazonaws.com``.
    account
        The only account for which it may; leaves nobody else to borrow the role through the service.
    """
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": service},
    }
    if account is not None:
        statement["Condition"] = {"StringEquals": {"aws:SourceAccount": account}}
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]})
