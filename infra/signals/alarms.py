"""The alarms of a stack: what was given up, falls behind, fails, is refused, is silent, or costs too much."""

import pulumi
import pulumi_aws as aws

from infra.signals.backend import Backend
from infra.signals.metric_filters import metric_filter
from infra.signals.watch_list import watch_list


class Alarms(pulumi.ComponentResource):
    """
    The alarms, and the counts of lines that they need.

    Each metric that an alarm watches costs about $0.10 a month: they are made only where a setting says so.

    Attributes
    ----------
    arns
        The alarms.
    """

    def __init__(self, name: str, backend: Backend, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("airium:realtime:Alarms", name, None, opts)
        here = pulumi.ResourceOptions(parent=self)
        self.arns: list[pulumi.Output[str]] = []
        for alarm in watch_list(backend):
            for lines in alarm.counts:
                metric_filter(f"{name}-{lines.what}-count", backend.naming, lines, here)
            made = aws.cloudwatch.MetricAlarm(
                f"{name}-{alarm.what}",
                name=backend.naming.of(alarm.what),
                alarm_description=alarm.description,
                alarm_actions=list(backend.settings.alarms.topic_arns),
                opts=here,
                **alarm.watch.arguments,
            )
            self.arns.append(made.arn)
        self.register_outputs({})
