"""Keeps a connection: a ping where nothing else is sent, and a receipt where one is asked for."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from local.chat.actions import Json
from local.chat.feed import Feed
from local.chat.requests import UNANSWERED_MS

PING_MS: Final = 4 * 60 * 1_000
"""The server asks for a frame at least every five minutes."""
ACK_MS: Final = 1_100
"""How long an acknowledgement waits for further ones: the server takes one a second."""


class Keeping:
    """When a frame was sent last, and which number of each feed was acknowledged."""

    def __init__(self) -> None:
        self._sent_at = 0
        self._pinged_at: int | None = None
        self._acknowledged: dict[str, int] = {}
        self._behind_since: int | None = None
        self._ids: dict[str, None] = {}

    @property
    def due_at(self) -> int | None:
        """When something is to be sent, or the connection is to be given up."""
        times = [self._sent_at + PING_MS if self._pinged_at is None else self._pinged_at + UNANSWERED_MS]
        return min(times if self._behind_since is None else [*times, self._behind_since + ACK_MS])

    def opened(self, now: int) -> None:
        """There is another connection, which knows what was acknowledged."""
        self._sent_at, self._pinged_at = now, None

    def heard(self) -> None:
        """Something came: the connection lives."""
        self._pinged_at = None

    def sent(self, frames: Sequence[Json], now: int) -> None:
        """Take note of what was sent."""
        if frames:
            self._sent_at = now

    def is_silent(self, now: int) -> bool:
        """Whether a ping has had no answer for too long."""
        return self._pinged_at is not None and self._pinged_at + UNANSWERED_MS <= now

    def refused(self, id_: str | None) -> bool:
        """Tell whether this was an acknowledgement: the next one says it, too."""
        return id_ is not None and self._ids.pop(id_, True) is None

    def due(self, feeds: Iterable[Feed], now: int, make_id: Callable[[str], str]) -> list[Json]:
        """Return what is to be sent now, beside what else there is."""
        frames: list[Json] = []
        new = {
            feed.name: feed.receipt
            for feed in feeds
            if feed.receipt not in {0, self._acknowledged.get(feed.name)}
        }
        if not new:
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = now
        elif self._behind_since + ACK_MS <= now:
            for name, seq in new.items():
                frames.append({"type": "ack", "id": make_id("a"), "data": {"feed": name, "seq": seq}})
            self._acknowledged |= new
            self._behind_since = None
            self._ids = {frame["id"]: None for frame in frames}
        if self._pinged_at is None and self._sent_at + PING_MS <= now:
            frames.append({"type": "ping"})
            self._pinged_at = now
        return frames
