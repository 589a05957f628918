"""How a function that is invoked asynchronously fails, and into what."""

from dataclasses import dataclass
from typing import Protocol

import pulumi

from infra.policy import Statement


class Destination(Protocol):
    """Where Lambda puts an event that it gave up, by its ARN: a queue, or another function."""

    arn: pulumi.Output[str]

    @property
    def sending(self) -> Statement:
        """What the function that failed must be allowed."""
        ...


@dataclass(frozen=True, slots=True)
class Asynchronous:
    """
    How a function that is invoked asynchronously fails.

    Parameters
    ----------
    failures
        Where Lambda puts an event that it gave up.
    retries
        How often it tries again (0 to 2).
    max_age_seconds
        How long it tries (60 to 21,600).
    """

    failures: Destination
    retries: int
    max_age_seconds: int
