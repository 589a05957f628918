"""What is to be sent, and when: resumes, what has no answer yet, acknowledgements and pings."""

from collections.abc import Iterator, Mapping

from local.chat.actions import Json
from local.chat.feed import Feed
from local.chat.keeping import Keeping
from local.chat.requests import MOST_TRIES, UNANSWERED_MS, Request, Requests
from local.chat.resumes import Resumes


class Outbox:
    """Everything that a client sends.

    Parameters
    ----------
    prefix
        What the ids of its frames begin with.
    feeds
        Those that are resumed, loaded and acknowledged.

    Attributes
    ----------
    requests, resumes, keeping
        What it consists of.
    """

    def __init__(self, prefix: str, feeds: Mapping[str, Feed]) -> None:
        self.requests = Requests()
        self.resumes = Resumes(feeds.values())
        self.keeping = Keeping()
        self._feeds = feeds
        self._prefix = prefix
        self._made = 0
        self._unnumbered = ""
        self._held_until: int | None = None

    @property
    def due_at(self) -> int | None:
        """When something is due, if nothing comes before; None if nothing is."""
        times = [self.resumes.due_at, self.keeping.due_at]
        times += [request.due_at for request in self._sendable()]
        times += [self._held_until] if self.requests.texts() else []
        return min((each for each in times if each is not None), default=None)

    def opened(self, now: int) -> None:
        """Begin on a new connection."""
        self.resumes.opened(now)
        self.requests.opened()
        self.keeping.opened(now)

    def acknowledged(self, message_id: str, now: int) -> None:
        """Hold the next text until this one has its number, or for so long that it may get it much later.

        A text gets its number after its acknowledgement: else screens might show the next one before it.
        """
        self._unnumbered, self._held_until = message_id, now + UNANSWERED_MS

    def due(self, now: int) -> list[Json]:
        """Return the frames that are to be sent now; they count as sent."""
        frames = [*self._due_resume(now), *self._due_requests(now)]
        frames += self.keeping.due(self._feeds.values(), now, self._id)
        self.keeping.sent(frames, now)
        return frames

    def is_dead(self, now: int) -> bool:
        """Tell whether the connection has not answered for so long that there must be none."""
        resume_at = self.resumes.due_at
        return (
            (self.resumes.are_ignored and resume_at is not None and resume_at <= now)
            or self.keeping.is_silent(now)
            or any(each.tries >= MOST_TRIES and each.due_at <= now for each in self._sendable())
        )

    def look(self, now: int) -> None:
        """Look at the feeds: what they lack is asked for, and a text that waits for a number goes."""
        self.resumes.look(now)
        if self._held_until is not None and (
            self._held_until <= now or self._feeds["session"].has_numbered(self._unnumbered)
        ):
            self._held_until = None
        for feed in self._feeds.values():
            if feed.is_loading and not self.requests.has("history", feed.name):
                self.load(feed, now)

    def load(self, feed: Feed, at: int) -> None:
        """Ask for a page of the history of a feed that is loading."""
        before = {} if feed.before is None else {"before": feed.before}
        id_ = self.ask("h", "history", {"feed": feed.name, **before})
        self.requests[id_].due_at = at

    def ask(self, letter: str, type_: str, data: Json) -> str:
        """Have a frame sent until it is answered; return its id."""
        id_ = self._id(letter)
        self.requests.add({"type": type_, "id": id_, "data": data})
        return id_

    def _due_resume(self, now: int) -> list[Json]:
        due_at = self.resumes.due_at
        if due_at is None or due_at > now:
            return []
        id_ = self._id("r")
        self.resumes.asked(id_, now)
        return [{"type": "resume", "id": id_, "data": {"positions": positions(self._feeds)}}]

    def _due_requests(self, now: int) -> list[Json]:
        due = [request for request in self._sendable() if request.due_at <= now]
        for request in due:
            request.sent(now)
        return [request.frame for request in due]

    def _sendable(self) -> Iterator[Request]:
        for request in self.requests.sendable():
            if self._held_until is None or request.type != "text_message":
                yield request

    def _id(self, letter: str) -> str:
        self._made += 1
        return f"{self._prefix}{letter}{self._made}"


def positions(feeds: Mapping[str, Feed]) -> dict[str, Json]:
    """Return where feeds are, as a resume says it."""
    return {name: feed.position for name, feed in feeds.items() if feed.position is not None}
