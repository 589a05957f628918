"""What a stack may choose of the functions that run by the clock."""

from typing import Annotated

from pydantic import Field

from infra.settings.group import Group


class SweeperSettings(Group):
    """The search for connections that ended unseen."""

    enabled: bool = True
    """Whether the schedule runs."""
    every_minutes: Annotated[int, Field(ge=1, le=1_440)] = 5
    """Minutes between two runs."""
    idle_seconds: Annotated[int, Field(ge=60, le=86_400)] = 3_600
    """Seconds without activity after which a connection is asked for."""


class ArchiveSettings(Group):
    """The log for years: what DynamoDB forgets, in S3."""

    enabled: bool = False
    """Whether every hour's events are archived; costs about $0.02 a month, and $0.02 a million events."""
    years: Annotated[int, Field(ge=1, le=100)] = 3
    """Years until an archived hour is deleted."""
