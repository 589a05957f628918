"""Whether a connection that answers Gone was lost, or is so young that it may not be there yet."""

from typing import Final

from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import ConnectionLost

FIRST_SECONDS: Final = 30
"""A connection does not exist for callbacks until its ``$connect`` has returned: a 410 says nothing yet."""


def can_be_lost(cause: Cause) -> bool:
    """Tell whether the connection is old enough for a 410 to say that it is gone."""
    return cause.at - cause.connected_at >= FIRST_SECONDS * 1000


def loss(cause: Cause, detected_by: str) -> Event | None:
    """Return the event of a connection that was found gone, or None if it is too young to tell."""
    return event(cause, ConnectionLost(detected_by)) if can_be_lost(cause) else None
