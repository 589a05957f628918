"""Makes of the environment what publishes changes as they happen."""

import os
from typing import TYPE_CHECKING, Final

from functions import names
from functions.aws import clients
from functions.aws.environment import required

if TYPE_CHECKING:
    from functions.aws.events_api.publishing import Events

_SECONDS: Final = 0.5
"""Nobody waits for long until somebody else is told something."""
_EMULATOR_SECONDS: Final = 5.0
"""An emulator asks a function about each publication, and may start it for that; on AWS IAM alone decides."""
_CONNECTING: Final = 0.4
"""The part of it in which a connection is there, or nothing is told."""


def live_seconds() -> float:
    """Return how long a batch is held up at most by what it tells."""
    return _EMULATOR_SECONDS if names.APPSYNC_ENDPOINT in os.environ else _SECONDS


def live_events() -> "Events | None":
    """Return what publishes changes, each in `live_seconds` or not at all; None where none is told."""
    host = os.environ.get(names.LIVE_HTTP_HOST)
    if host is None:
        return None
    region, endpoint = required("AWS_REGION"), os.environ.get(names.APPSYNC_ENDPOINT)
    connecting = live_seconds() * _CONNECTING
    return clients.events(host, region, endpoint, (connecting, live_seconds() - connecting))
