"""When a client resumes: on each connection first of all, and where something did not come."""

from collections.abc import Iterable
from typing import Final

from local.chat.feed import Feed
from local.chat.requests import MOST_TRIES, UNANSWERED_MS

GAP_MS: Final = 3_000
"""How long what is ahead may wait for what is before it."""
REPAIR_MS: Final = 15 * 60 * 1_000
"""After which a feed that seems to be well is asked for what was missed."""
PAUSE_MS: Final = 1_000
"""Between two resumes, where the first has brought nothing."""


class Resumes:
    """What was asked, and when to ask again.

    Parameters
    ----------
    feeds
        Those that each resume asks for.
    """

    def __init__(self, feeds: Iterable[Feed]) -> None:
        self._feeds = tuple(feeds)
        self._asked: dict[str, set[str]] = {}
        self._asked_at = 0
        self._due_at: int | None = None
        self._stuck: dict[str, tuple[int, int]] = {}
        self._was_at: dict[str, int] = {}
        self._tries = 0
        self._not_before = 0

    @property
    def are_ignored(self) -> bool:
        """Whether it was asked so often without an answer that the connection must be dead."""
        return self._tries >= MOST_TRIES

    def opened(self, now: int) -> None:
        """Nothing was asked on this connection, and the first frame is a resume."""
        self._asked.clear()
        self._stuck.clear()
        self._tries = self._not_before = 0
        self._due_at = now

    def want(self, at: int) -> None:
        """Ask at a time, or before."""
        self._due_at = at if self._due_at is None else min(self._due_at, at)

    def asked(self, id_: str, now: int) -> None:
        """Take note that a resume was sent."""
        self._asked[id_] = {feed.name for feed in self._feeds}
        self._was_at = {feed.name: feed.seq for feed in self._feeds}
        self._asked_at = now
        self._tries += 1
        self._due_at = None
        self._stuck.clear()

    def answered(self, id_: str | None, feed: str, now: int) -> bool:
        """Tell whether a resume is answered by this for the first time; those before it are answered, too."""
        if id_ is None or feed not in self._asked.get(id_, ()):
            return False
        self._tries = 0
        for earlier in list(self._asked):
            self._asked[earlier].discard(feed)
            if not self._asked[earlier]:
                del self._asked[earlier]
            if earlier == id_:
                break
        if not self._asked:
            self.want(now + REPAIR_MS)
        return True

    def refused(self, id_: str | None, again_at: int) -> bool:
        """Tell whether it is a resume that was refused; it is asked again at a time."""
        if id_ is None or self._asked.pop(id_, None) is None:
            return False
        self._tries = 0
        self._not_before = again_at
        self.want(again_at)
        return True

    def hurry(self, at: int) -> None:
        """Ask again at a time for what has no answer: the gateway may have dropped it."""
        if self._asked:
            self._asked_at = min(self._asked_at, at - UNANSWERED_MS)

    def more(self, feed: Feed, now: int) -> None:
        """Ask for the rest of what was missed: at once, where the last resume has brought something."""
        came = feed.seq > self._was_at.get(feed.name, 0)
        self.want(now if came else now + PAUSE_MS)

    def look(self, now: int) -> None:
        """Look for what is ahead of its turn and what cannot be right."""
        for feed in self._feeds:
            if feed.owed:
                feed.owed = False
                self.want(max(now, self._asked_at + PAUSE_MS))
            if not feed.has_gap:
                self._stuck.pop(feed.name, None)
            elif self._stuck.get(feed.name, (-1, 0))[0] != feed.seq:
                self._stuck[feed.name] = (feed.seq, now)

    @property
    def due_at(self) -> int | None:
        """When the next resume is to be sent."""
        if self._asked:
            return self._asked_at + UNANSWERED_MS
        gaps = [since + GAP_MS for _, since in self._stuck.values()]
        times = [*gaps, *([] if self._due_at is None else [self._due_at])]
        return max(min(times), self._not_before) if times else None
