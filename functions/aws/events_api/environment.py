"""Makes of the environment what publishes changes as they happen."""

import os
from typing import TYPE_CHECKING, Final

from functions import names
from functions.aws import clients
from functions.aws.environment import required

if TYPE_CHECKING:
    from functions.aws.events_api.publishing import Events

_CONNECT_AND_READ_SECONDS: Final = (0.2, 0.3)
"""Nobody waits for long until somebody else is told something."""


def live_events() -> "Events | None":
    """Return what publishes changes, each request in half a second or not at all; None where none is told."""
    host = os.environ.get(names.LIVE_HTTP_HOST)
    if host is None:
        return None
    region, endpoint = required("AWS_REGION"), os.environ.get(names.APPSYNC_ENDPOINT)
    return clients.events(host, region, endpoint, _CONNECT_AND_READ_SECONDS)
