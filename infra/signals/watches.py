"""What an alarm watches: a metric, or errors that no client explains, and when that is bad."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

MINUTE = 60


@dataclass(frozen=True, slots=True)
class Watch:
    """
    A metric, and when it is bad: in so many periods in a row.

    Parameters
    ----------
    namespace, metric, dimensions
        What CloudWatch calls it.
    statistic
        What a period's value is.
    period_seconds, periods
        The length of a period, and how many.
    above
        The greatest value that is good.
    below
        The least value that is good, in place of the greatest; no value is then bad, too.
    """

    namespace: str
    metric: str
    dimensions: Mapping[str, pulumi.Input[str]]
    statistic: str = "Sum"
    period_seconds: int = MINUTE
    periods: int = 1
    above: float = 0
    below: float | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of its alarm."""
        least = self.below
        return {
            "namespace": self.namespace,
            "metric_name": self.metric,
            "dimensions": self.dimensions,
            "statistic": self.statistic,
            "period": self.period_seconds,
            "evaluation_periods": self.periods,
            "comparison_operator": "GreaterThanThreshold" if least is None else "LessThanThreshold",
            "threshold": self.above if least is None else least,
            # where something must not happen, no data says that it did not
            "treat_missing_data": "notBreaching" if least is None else "breaching",
        }


@dataclass(frozen=True, slots=True)
class Unexplained:
    """
    Errors in periods without any that a client caused; bad in three periods in a row.

    The two metrics may see one error on two sides of a period's end, and one of them late. That can look
    like a fault in two periods in a row, but not in three.

    Parameters
    ----------
    errors
        The metric that counts both kinds.
    caused
        The metric that counts those that clients caused.
    """

    errors: Watch
    caused: Watch

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of its alarm."""
        return {
            "metric_queries": [
                _query("errors", self.errors),
                _query("caused", self.caused),
                aws.cloudwatch.MetricAlarmMetricQueryArgs(
                    id="unexplained",
                    expression="IF(FILL(caused, 0) == 0, errors, 0)",
                    label=f"{self.errors.metric} that no client caused",
                    return_data=True,
                ),
            ],
            "evaluation_periods": 3,
            "comparison_operator": "GreaterThanThreshold",
            "threshold": 0,
            "treat_missing_data": "notBreaching",
        }


def _query(id_: str, watch: Watch) -> aws.cloudwatch.MetricAlarmMetricQueryArgs:
    return aws.cloudwatch.MetricAlarmMetricQueryArgs(
        id=id_,
        metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
            namespace=watch.namespace,
            metric_name=watch.metric,
            dimensions=watch.dimensions,
            stat=watch.statistic,
            period=watch.period_seconds,
        ),
    )
