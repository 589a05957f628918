"""Whether a user who has as many connections as may be can have one more: one that is dead gives way."""

from typing import Final

QUESTIONS: Final = 3
"""How many connections one attempt asks the gateway for, at most."""
SILENT_SECONDS: Final = 400
"""A client sends something every five minutes; this is that, and time for a delay."""


def gives_way(last_active_at: int, now: int) -> bool:
    """Tell whether a connection has been silent for so long that it gives way; epoch milliseconds."""
    return now - last_active_at >= SILENT_SECONDS * 1000
