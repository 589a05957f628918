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


@dataclass(frozen=True, slots=True)
class Statement:
    """What is allowed on which resources (ARNs)."""

    actions: Sequence[str]
    resources: Sequence[pulumi.Input[str]]


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


def document(statements: Sequence[Statement]) -> pulumi.Output[str]:
    """Encode statements as a policy: the engine refuses anything but a string."""
    return pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": list(each.actions), "Resource": list(each.resources)}
                for each in statements
            ],
        }
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
