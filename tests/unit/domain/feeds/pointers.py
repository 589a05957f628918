"""Numbers of a feed for tests: by seconds around a moment."""

from typing import Final

from functions.domain.feeds.feeds import Pointer
from functions.domain.feeds.numbering import Unnumbered

NOW: Final = 1_795_420_800_000
LATER: Final = NOW // 1000 + 90 * 86_400


def pointer(seq: int, *, event: str = "", seconds: float = 0, expires_at: int = LATER) -> Pointer:
    """Return the pointer to an event of its own, numbered so many seconds from now."""
    return Pointer(seq, "c-1", event or f"e{seq}", NOW + int(seconds * 1000), expires_at)


def unnumbered(event: str = "new", *, seconds: float = 0, connection: str = "c-1") -> Unnumbered:
    """Return an event that arrived so many seconds from now."""
    return Unnumbered(connection, event, NOW + int(seconds * 1000), LATER)
