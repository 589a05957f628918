"""The client's rules: what is shown and what is sent, whatever comes, whenever, on however many connections.

It has no socket and no clock: it is told what came and what time it is, in milliseconds of any clock that
does not go back, and returns what is to be done, in order. docs/protocol.md says the rules in words.
"""

from collections.abc import Mapping
from typing import Literal

from local.chat.actions import (
    Acknowledged,
    Action,
    Answered,
    Current,
    Drop,
    Json,
    Older,
    Said,
    Send,
)
from local.chat.drafts import Drafts
from local.chat.feed import MOST_AHEAD, Feed
from local.chat.frames import Frame, parse
from local.chat.outbox import Outbox, positions
from local.chat.refusals import refused
from local.chat.resumes import PAUSE_MS

FeedName = Literal["session", "user"]


class Conversation:
    """One screen of a conversation.

    Parameters
    ----------
    prefix
        What the ids of its frames begin with; no other screen of the conversation may have it.
    positions
        Where its feeds were left, as `positions` gave them, if what was shown then is shown still.
    most_ahead
        How many messages of a feed may wait for their turn.
    """

    def __init__(
        self, prefix: str, positions: Mapping[str, Json] | None = None, most_ahead: int = MOST_AHEAD
    ) -> None:
        known = positions or {}
        self.feeds = {name: Feed(name, known.get(name), most_ahead) for name in ("session", "user")}
        self.drafts = Drafts()
        self._outbox = Outbox(prefix, self.feeds)
        self._requests, self._resumes = self._outbox.requests, self._outbox.resumes
        self._is_open = False

    @property
    def positions(self) -> dict[str, Json]:
        """Where its feeds are."""
        return positions(self.feeds)

    @property
    def unacknowledged(self) -> list[str]:
        """The ids of the texts that the log may not have yet."""
        return self._requests.texts()

    @property
    def is_asking(self) -> bool:
        """Whether a frame was not answered yet, or not sent."""
        return bool(self._requests)

    @property
    def due_at(self) -> int | None:
        """When `wake` is to be called; None where nothing is due while nothing comes."""
        return self._outbox.due_at if self._is_open else None

    # --- What happens ------------------------------------------------------------------------
    def opened(self, now: int) -> list[Action]:
        """Begin on a new connection: with a resume, and what was not answered is sent again."""
        self._is_open = True
        self._outbox.opened(now)
        self.drafts.opened()
        return self._settled([], now)

    def closed(self) -> None:
        """Take note that the connection is over."""
        self._is_open = False
        for feed in self.feeds.values():
            feed.cut()

    def wake(self, now: int) -> list[Action]:
        """Do what is due."""
        return self._settled([], now)

    def received(self, text: str, now: int) -> list[Action]:
        """Take a frame that came."""
        if not self._is_open:
            return []  # of a connection that was given up
        self._outbox.keeping.heard()
        frame = parse(text)
        return self._settled([] if frame is None else self._take(frame, now), now)

    # --- What a person wants -----------------------------------------------------------------
    def say(self, text: str, now: int) -> list[Action]:
        """Send a text: once those before it have their numbers, and until it is acknowledged."""
        id_ = self._outbox.ask("t", "text_message", {"text": text})
        return self._settled([Said(id_, text)], now)

    def cancel(self, message_id: str, now: int) -> list[Action]:
        """Stop the reply to a message."""
        self._outbox.ask("c", "text_cancel", {"messageId": message_id})
        return self._settled([], now)

    def older(self, name: FeedName, now: int, limit: int = 20) -> list[Action]:
        """Load what was before the oldest message that is shown; nothing while such a page is on its way."""
        if self._requests.has("history", name):
            return []
        before = self.feeds[name].before
        if before is None:
            return [Older(name, [], more=False)]
        self._outbox.ask("h", "history", {"feed": name, "before": before, "limit": limit})
        return self._settled([], now)

    def ask(self, type_: str, data: Json, now: int) -> list[Action]:
        """Send a frame of another type that has one answer, until it is answered."""
        self._outbox.ask("q", type_, data)
        return self._settled([], now)

    # --- The rules ---------------------------------------------------------------------------
    def _take(self, frame: Frame, now: int) -> list[Action]:
        data = frame.data
        match frame.type:
            case "message" if data["feed"] in self.feeds:
                told = self._acknowledged(frame, data["id"]) if data["kind"] == "text" else []
                return [*told, *self.drafts.seen(self.feeds[data["feed"]].told(data))]
            case "text_delta":
                delta = self.drafts.told(data)
                return [*self._acknowledged(frame, data["messageId"]), *([] if delta is None else [delta])]
            case "text_ack":
                acknowledged = self._acknowledged(frame, data["messageId"])
                if acknowledged:
                    self._outbox.acknowledged(data["messageId"], now)
                return acknowledged
            case "resumed" | "reset" if self._resumes.answered(frame.id, data["feed"], now):
                return self.drafts.seen(self._resumed(frame.type, self.feeds[data["feed"]], data, now))
            case "history_page":
                return self.drafts.seen(self._page(frame, now))
            case "error":
                return self.drafts.seen(refused(frame, self._outbox, self.feeds, now))
            case "":  # the gateway's own, which does not say of which frame: it may have dropped any
                self._resumes.hurry(now + PAUSE_MS)
                self._requests.hurry(now + PAUSE_MS)
                return []
            case _:
                asked = self._requests.pop(frame.id)
                return [] if asked is None else [Answered(asked["id"], frame.type, data)]

    def _acknowledged(self, frame: Frame, message_id: str) -> list[Action]:
        """Take what says that a text is in the log: its answer may come before its acknowledgement."""
        if frame.id is None or frame.id not in self._requests.texts():
            return []
        self._requests.pop(frame.id)
        return [Acknowledged(frame.id, message_id)]

    def _resumed(self, type_: str, feed: Feed, data: Json, now: int) -> list[Action]:
        if type_ == "reset":
            self._requests.forget("history", feed.name)
            return feed.reset(data["position"])
        shown = feed.resumed(data["seq"])
        if data.get("more", False):
            self._resumes.more(feed, now)
            return shown
        return [*shown, Current(feed.name, data.get("pending") or [])]

    def _page(self, frame: Frame, now: int) -> list[Action]:
        asked = self._requests.pop(frame.id)
        if asked is None:
            return []
        feed = self.feeds[asked["data"].get("feed", "session")]
        if not feed.is_loading:
            return feed.older(frame.data)
        shown = feed.page(frame.data)
        if feed.is_loading and feed.before is None:
            self._outbox.load(feed, now + PAUSE_MS)
        return shown

    def _settled(self, actions: list[Action], now: int) -> list[Action]:
        """Return what is to be done, with what is to be sent now."""
        if not self._is_open:
            return actions
        self._outbox.look(now)
        if self._outbox.is_dead(now):
            self.closed()
            return [*actions, Drop()]
        return [*actions, *map(Send, self._outbox.due(now))]
