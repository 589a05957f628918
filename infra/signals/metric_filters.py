"""Metric filters: they count lines that the functions write anyway, for the alarms that need the counts."""

from dataclasses import dataclass
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
    """

    what: str
    function: Function
    pattern: str


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
            # no default value, which would be a metric with data, and a price, while nothing fails
            value="1",
            unit="Count",
        ),
        opts=opts,
    )
    return metric
