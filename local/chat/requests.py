"""Frames that get an answer: each is sent again under its id until it has one."""

from collections.abc import Iterator
from typing import Final

from local.chat.actions import Json

UNANSWERED_MS: Final = 10_000
"""After which a frame is sent again."""
MOST_TRIES: Final = 3
"""On one connection; then it is dead."""


class Request:
    """One frame, and when it is to be sent.

    Attributes
    ----------
    frame
        Always the same, under the same id.
    due_at
        When it is sent the next time, in milliseconds; 0 is at once.
    tries
        How often it was sent on this connection.
    """

    def __init__(self, frame: Json) -> None:
        self.frame = frame
        self.due_at = 0
        self.tries = 0

    @property
    def type(self) -> str:
        """What it asks for."""
        return str(self.frame["type"])

    def sent(self, now: int) -> None:
        """Take note that it was sent."""
        self.tries += 1
        self.due_at = now + UNANSWERED_MS


class Requests:
    """Those without an answer, in the order in which they were made."""

    def __init__(self) -> None:
        self._requests: dict[str, Request] = {}

    def __contains__(self, id_: str) -> bool:
        return id_ in self._requests

    def __len__(self) -> int:
        return len(self._requests)

    def __getitem__(self, id_: str) -> Request:
        return self._requests[id_]

    def add(self, frame: Json) -> None:
        """Take a frame that has an id."""
        self._requests[frame["id"]] = Request(frame)

    def pop(self, id_: str | None) -> Json | None:
        """Return the frame that was answered under an id, None if there is none, and forget it."""
        request = self._requests.pop(id_, None) if id_ is not None else None
        return None if request is None else request.frame

    def opened(self) -> None:
        """Send all of them anew: there is another connection."""
        for request in self._requests.values():
            request.due_at = request.tries = 0

    def hurry(self, at: int) -> None:
        """Send those that wait for an answer again at a time, if they would not be sent before."""
        for request in self._requests.values():
            if request.tries:
                request.due_at, request.tries = min(request.due_at, at), 1

    def has(self, type_: str, feed: str) -> bool:
        """Tell whether something is asked of a feed."""
        return any(
            request.type == type_ and request.frame["data"].get("feed") == feed
            for request in self._requests.values()
        )

    def forget(self, type_: str, feed: str) -> None:
        """Forget what was asked of a feed."""
        self._requests = {
            id_: request
            for id_, request in self._requests.items()
            if request.type != type_ or request.frame["data"].get("feed") != feed
        }

    def texts(self) -> list[str]:
        """Return the ids of the texts that are not acknowledged."""
        return [id_ for id_, request in self._requests.items() if request.type == "text_message"]

    def sendable(self) -> Iterator[Request]:
        """Yield what may be sent: of the texts the first alone, for their order is that of their answers."""
        texts = self.texts()[1:]
        yield from (request for id_, request in self._requests.items() if id_ not in texts)
