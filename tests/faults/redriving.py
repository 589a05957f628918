"""What is done about batches that the mapping gave up."""

from collections.abc import Sequence

from functions.operations.projection.projecting import Projection
from ops.deployment import Deployment


def redrive(deployment: Deployment, connections: Sequence[str], now: int) -> None:
    """Join the whole log of connections into their rows, so that what was not projected is."""
    failed = Projection(deployment.model, deployment.log, now).project(
        dict.fromkeys(connections, ()), whole_log=True
    )
    assert not failed
