"""The pages of a feed's history that a device loads after it began anew."""

from typing import Any, Final

_ENOUGH: Final = 5
"""Small pages, before large ones: a user may ask for a few in a minute."""
_MOST: Final = 50


class Loading:
    """What was loaded so far, and what to ask for next.

    Attributes
    ----------
    id, asked_at
        Under which id the next page was asked for, and when, epoch milliseconds.
    messages
        The messages and parts that came, the newest first.
    complete
        Up to where the history is whole, by the first page.
    """

    def __init__(self, limit: int) -> None:
        self.id = ""
        self.asked_at = 0
        self.messages: list[dict[str, Any]] = []
        self.complete: dict[str, Any] | None = None
        self.is_done = False
        self._limit = limit

    def question(self, name: str) -> dict[str, Any]:
        """Return what to ask for: the page before the last message, or the part, that came."""
        few = len(self.messages) < _ENOUGH * self._limit
        asked: dict[str, Any] = {"feed": name, "limit": self._limit if few else _MOST}
        if self.messages:
            last = self.messages[-1]
            asked["before"] = {key: last[key] for key in ("seq", "part") if key in last}
        return asked

    def add(self, page: dict[str, Any]) -> None:
        """Take a page."""
        self.messages += page["messages"]
        self.complete = self.complete or page["complete"]
        self.is_done = not page.get("more", False)

    def whole(self) -> list[dict[str, Any]]:
        """Return all messages, the newest first, each once."""
        places = dict.fromkeys((each["seq"], each["id"]) for each in self.messages)
        return [{"seq": seq, "id": id_} for seq, id_ in places]
