"""Where an event stands in the log that belongs to no connection, such as what a service sent to a user.

Each has a key of its own that no connection can have, ``feed#`` and its own id, so that the key names nobody
and says nothing once its person is forgotten. It was never connected: ``connected_at`` is when it happened.
"""

from typing import Final

_UNCONNECTED: Final = "feed#"
"""The gateway's ids have no ``#``."""


def unconnected_key(event_id: str) -> str:
    """Return what stands in the place of a connection's id in an event that has none."""
    return f"{_UNCONNECTED}{event_id}"


def is_connection(connection_id: str) -> bool:
    """Tell whether a key of the log is that of a connection: only those have rows."""
    return not connection_id.startswith(_UNCONNECTED)
