"""What a stack may choose of alarms, metrics of lines, and what the dashboard says is much."""

from typing import Annotated

from pydantic import Field

from infra.settings.group import Group

TopicArn = Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$")]
"""An SNS topic; an alarm can tell no FIFO topic."""


class AlarmSettings(Group):
    """What is told to people."""

    enabled: bool = False
    """Whether the alarms are made; each has a price (about $0.10 a month)."""
    topic_arns: Annotated[tuple[TopicArn, ...], Field(max_length=5)] = ()
    """The SNS topics that they tell; CloudWatch takes five."""
    invocations_per_minute: Annotated[int, Field(ge=1, le=10_000_000)] = 60_000
    """Invocations of all functions above which the alarm on cost fires: half of what a stage takes."""


class MonitoringSettings(Group):
    """The metrics that are made of the functions' lines."""

    enabled: bool = False
    """Whether they are made; each costs about $0.30 a month, by the hours in which it has data."""
