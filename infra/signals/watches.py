"""What an alarm watches: a metric, or several in an expression, and when that is bad."""

from collections.abc import Iterable, Mapping, Sequence
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
class Without:
    """
    Something in periods without something else; bad in three periods in a row.

    For example errors where no client was refused. The two metrics may see one request on two sides of a
    period's end, and one of them late. That can look bad in two periods in a row, but not in three.

    Parameters
    ----------
    what
        The metric of what there is.
    without
        The metric of what there is not, in the same periods.
    label
        What both say together, for whoever looks at the alarm.
    """

    what: Watch
    without: Watch
    label: str

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of its alarm."""
        metrics = {"what": self.what, "without": self.without}
        return _of_expression("IF(FILL(without, 0) == 0, what, 0)", self.label, metrics, periods=3, above=0)


@dataclass(frozen=True, slots=True)
class Share:
    """
    A part of something in percent; bad in a period with more of it than a floor.

    Parameters
    ----------
    part
        The metric of the part; called ``part`` in expressions.
    metrics
        The metrics of the whole, by what they are called in its expression.
    whole
        The expression of the whole, such as ``frames`` or ``part + FILL(connects, 0)``.
    label
        What the share is of what.
    floor
        So many of the part are good, whatever the share.
    above
        The greatest share that is good, in percent.
    """

    part: Watch
    metrics: Mapping[str, Watch]
    whole: str
    label: str
    floor: int
    above: float

    @property
    def percent(self) -> str:
        """The expression of the share, whatever the floor."""
        return f"100 * part / ({self.whole})"

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of its alarm."""
        expression = f"IF(part > {self.floor}, {self.percent}, 0)"
        metrics = {"part": self.part, **self.metrics}
        return _of_expression(expression, self.label, metrics, periods=1, above=self.above)


@dataclass(frozen=True, slots=True)
class Total:
    """
    The sum of several metrics; bad in so many periods in a row.

    Parameters
    ----------
    metrics
        At most ten: an alarm takes no more.
    label
        What is added up.
    periods
        How many.
    above
        The greatest sum that is good.
    """

    metrics: Sequence[Watch]
    label: str
    periods: int
    above: float

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of its alarm."""
        metrics = {f"m{number}": each for number, each in enumerate(self.metrics)}
        # a metric without data counts as nothing, where m0 + m1 would be nothing altogether
        return _of_expression("SUM(METRICS())", self.label, metrics, periods=self.periods, above=self.above)


def _of_expression(
    expression: str, label: str, metrics: Mapping[str, Watch], *, periods: int, above: float
) -> dict[str, Any]:
    return {
        "metric_queries": [
            *_queries(metrics.items()),
            aws.cloudwatch.MetricAlarmMetricQueryArgs(
                id="result", expression=expression, label=label, return_data=True
            ),
        ],
        "evaluation_periods": periods,
        "comparison_operator": "GreaterThanThreshold",
        "threshold": above,
        "treat_missing_data": "notBreaching",
    }


def _queries(metrics: Iterable[tuple[str, Watch]]) -> list[aws.cloudwatch.MetricAlarmMetricQueryArgs]:
    return [
        aws.cloudwatch.MetricAlarmMetricQueryArgs(
            id=id_,
            metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
                namespace=watch.namespace,
                metric_name=watch.metric,
                dimensions=watch.dimensions,
                stat=watch.statistic,
                period=watch.period_seconds,
            ),
        )
        for id_, watch in metrics
    ]
