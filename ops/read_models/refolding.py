"""Joins connections' whole part of the log into their rows, as a rebuild and a redrive both do."""

from collections.abc import Iterable
from typing import Final

from functions.operations.projection.projecting import Pause, Projection, back_off
from ops.deployment import Deployment

TOGETHER: Final = 100
"""Connections that are read and written together."""
_ATTEMPTS: Final = 40
"""Of which most pause up to a second: the projector is faster where a connection is never still."""


def refold(
    deployment: Deployment, connections: Iterable[str], now: float, pause: Pause = back_off
) -> frozenset[str]:
    """Join the log of a few connections into their rows, and return those that could not be projected.

    Parameters
    ----------
    deployment
        The tables.
    connections
        Up to `TOGETHER` of them.
    now
        Epoch seconds: what has expired by then is ignored.
    pause
        Called before a further attempt at what the projector overtook.

    Raises
    ------
    Unavailable
        If the tables cannot be read in time.
    """
    projection = Projection(deployment.model, deployment.log, int(now * 1000), _ATTEMPTS, pause)
    return projection.project(dict.fromkeys(connections, ()), whole_log=True)
