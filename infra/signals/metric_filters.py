"""Metric filters: they count lines that the functions write anyway, and publish nothing without any."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pulumi
import pulumi_aws as aws

from functions import names
from infra.functions.function import Function
from infra.naming import Naming

NAMESPACE: Final = "Airium"
"""Where CloudWatch has the counts; their names hold the stack's."""

FAULTS: Final = f'{{ $.{names.FAULT} = "{names.FAULT_SERVER}" }}'
"""Lines of requests that failed by a fault of our own."""
REFUSED_CONNECTS: Final = (
    f'{{ $.message = "{names.LINE_CONNECT}" && $.{names.FAULT} = "{names.FAULT_CLIENT}" }}'
)
"""Lines of connects that ``lifecycle`` refused for what the client did, such as to name a taken session."""
UNCOUNTED: Final = f'{{ $.message = "{names.LINE_UNCOUNTED}" }}'
"""Lines of users who were let in uncounted."""
REFUSED_FRAMES: Final = f'{{ $.message = "{names.LINE_FRAME}" && $.refused = "*" }}'
"""Lines of frames that were answered by an error."""
DENIED: Final = f'{{ $.message = "{names.LINE_AUTHORIZE}" && $.effect = "Deny" }}'
"""Lines of handshakes that the authorizer refused."""
VOICE_ENDS: Final = f'{{ $.message = "{names.LINE_VOICE}" && $.reason = "*" }}'
"""Lines of voice sessions that ended, or that an invocation had nothing to do for."""
GONE: Final = f'{{ $.message = "{names.LINE_GONE}" }}'
"""Lines of answers that found no connection."""


def of_ends(reason: str) -> str:
    """Give the pattern of lines of voice sessions that ended for a reason."""
    return f'{{ $.message = "{names.LINE_VOICE}" && $.reason = "{reason}" }}'


def with_number(line: str, member: str) -> str:
    """Give the pattern of lines that have a number in a member, whatever it is; it may be negative."""
    return f'{{ $.message = "{line}" && $.{member} = * }}'


def with_some(line: str, member: str) -> str:
    """Give the pattern of lines in which a member is more than nothing."""
    return f'{{ $.message = "{line}" && $.{member} > 0 }}'


@dataclass(frozen=True, slots=True)
class Lines:
    """
    Lines of one function that are counted.

    Parameters
    ----------
    what
        What they are, in a word or two: the metric's name without the stack's.
    function
        Whose lines.
    pattern
        Which of them: a JSON pattern of CloudWatch Logs.
    value
        What a line adds: ``1``, or a member of the line, such as ``$.lag_ms``.
    unit
        The unit of that, in CloudWatch's words.
    by
        The members of the line by which the metric is told apart, by the names of the dimensions: each of few
        values, since each is a metric with a price. CloudWatch takes three dimensions.
    """

    what: str
    function: Function
    pattern: str
    value: str = "1"
    unit: str = "Count"
    by: Mapping[str, str] = field(default_factory=dict)


def metric_filter(name: str, naming: Naming, lines: Lines, opts: pulumi.ResourceOptions) -> str:
    """Make what counts these lines, and give the name of the metric in `NAMESPACE`."""
    metric = naming.of(lines.what)
    aws.cloudwatch.LogMetricFilter(
        name,
        name=metric,
        log_group_name=lines.function.log_group_name,
        pattern=lines.pattern,
        metric_transformation=aws.cloudwatch.LogMetricFilterMetricTransformationArgs(
            name=metric,
            namespace=NAMESPACE,
            # no default value, which would be a metric with data, and a price, while nothing happens
            value=lines.value,
            unit=lines.unit,
            dimensions=lines.by or None,
        ),
        opts=opts,
    )
    return metric
