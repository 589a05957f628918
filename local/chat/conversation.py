"""The client's rules: what is shown and what is sent, whatever comes, whenever, on however many connections.

It has no socket and no clock: it is told what came and what time it is, in milliseconds of any clock that
does not go back, and returns what is to be done, in order. docs/protocol.md says the rules in words.
"""

from collections.abc import Mapping
from typing import Final, Literal

from local.chat.actions import (
    Acknowledged,
    Action,
    Answered,
    Current,
    Drop,
    Json,
    Older,
    Refused,
    Reset,
    Said,
    Send,
    Shown,
    Waiting,
)
from local.chat.drafts import Drafts
from local.chat.feed import MOST_AHEAD, Feed
from local.chat.frames import Frame, parse
from local.chat.keeping import Keeping
from local.chat.requests import MOST_TRIES, UNANSWERED_MS, Requests
from local.chat.resumes import PAUSE_MS, Resumes

LONGEST_WAIT_SECONDS: Final = 60
"""What the server takes later than this is refused: nobody waits for it."""
_AGAIN: Final = frozenset({"rate_limited", "unavailable"})
_ENDS: Final = frozenset({"token_expired", "unauthorized"})
"""The connection is over; on the next one the frame is sent again."""

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
        self._prefix = prefix
        self._made = 0
        self._requests = Requests()
        self._resumes = Resumes(self.feeds.values())
        self._keeping = Keeping()
        self._is_open = False

    @property
    def positions(self) -> dict[str, Json]:
        """Where its feeds are."""
        return {name: feed.position for name, feed in self.feeds.items() if feed.position is not None}

    @property
    def unacknowledged(self) -> list[str]:
        """The ids of the texts that the log may not have yet."""
        return self._requests.texts()

    @property
    def due_at(self) -> int | None:
        """When `wake` is to be called; None where nothing is due while nothing comes."""
        if not self._is_open:
            return None
        times = [self._resumes.due_at, self._keeping.due_at]
        times += [request.due_at for request in self._requests.sendable()]
        return min((each for each in times if each is not None), default=None)

    # --- What happens ------------------------------------------------------------------------
    def opened(self, now: int) -> list[Action]:
        """Begin on a new connection: with a resume, and what was not answered is sent again."""
        self._is_open = True
        self._resumes.opened(now)
        self._requests.opened()
        self.drafts.opened()
        self._keeping.opened(now)
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
        self._keeping.heard()
        frame = parse(text)
        return self._settled([] if frame is None else self._take(frame, now), now)

    # --- What a person wants -----------------------------------------------------------------
    def say(self, text: str, now: int) -> list[Action]:
        """Send a text: in the order in which they were said, and until it is acknowledged."""
        id_ = self._ask("t", "text_message", {"text": text})
        return self._settled([Said(id_, text)], now)

    def cancel(self, message_id: str, now: int) -> list[Action]:
        """Stop the reply to a message."""
        self._ask("c", "text_cancel", {"messageId": message_id})
        return self._settled([], now)

    def older(self, name: FeedName, now: int, limit: int = 20) -> list[Action]:
        """Load what was before the oldest message that is shown; nothing while such a page is on its way."""
        if self._requests.has("history", name):
            return []
        before = self.feeds[name].before
        if before is None:
            return [Older(name, [], more=False)]
        self._ask("h", "history", {"feed": name, "before": before, "limit": limit})
        return self._settled([], now)

    def ask(self, type_: str, data: Json, now: int) -> list[Action]:
        """Send a frame of another type that has one answer, until it is answered."""
        self._ask("q", type_, data)
        return self._settled([], now)

    # --- The rules ---------------------------------------------------------------------------
    def _take(self, frame: Frame, now: int) -> list[Action]:
        data = frame.data
        match frame.type:
            case "message" if data["feed"] in self.feeds:
                told = self._acknowledged(frame, data["id"]) if data["kind"] == "text" else []
                return [*told, *self._finished(self.feeds[data["feed"]].told(data))]
            case "text_delta":
                delta = self.drafts.told(data)
                return [*self._acknowledged(frame, data["messageId"]), *([] if delta is None else [delta])]
            case "text_ack":
                return self._acknowledged(frame, data["messageId"])
            case "resumed" | "reset" if self._resumes.answered(frame.id, data["feed"], now):
                return self._finished(self._resumed(frame.type, self.feeds[data["feed"]], data, now))
            case "history_page":
                return self._finished(self._page(frame, now))
            case "error":
                return self._refused(frame, now)
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
            self._load(feed, now + PAUSE_MS)
        return shown

    def _refused(self, frame: Frame, now: int) -> list[Action]:
        code, again = frame.data["code"], frame.data.get("retryAfter", 1)
        again_at = now + int(again * 1_000)
        if self._resumes.refused(frame.id, again_at if code in _AGAIN else now + UNANSWERED_MS):
            return [] if code in _AGAIN else [Refused(code, frame.data["message"])]
        if frame.id is None or frame.id not in self._requests:
            ignored = self._keeping.refused(frame.id)
            return [] if ignored else [Refused(code, frame.data["message"], frame.id)]
        if code in _AGAIN and again <= LONGEST_WAIT_SECONDS:
            self._requests[frame.id].due_at = again_at
            self._requests[frame.id].tries = 0
            return [Waiting(frame.id, code, again)]
        if code in _ENDS:
            return [Refused(code, frame.data["message"])]
        asked = self._requests.pop(frame.id) or {}
        refused = Refused(code, frame.data["message"], frame.id)
        feed = self.feeds.get(asked["data"].get("feed", ""))
        if asked["type"] == "history" and feed is not None and feed.is_loading:
            return [refused, *self._finished(feed.give_up_loading())]
        return [refused]

    def _finished(self, actions: list[Action]) -> list[Action]:
        """Forget the drafts of the replies that are shown now; what is said still goes on after a reset."""
        for action in actions:
            match action:
                case Shown(message=message):
                    self._finish(message)
                case Older(messages=messages):
                    for message in messages:
                        self._finish(message)
        anew = any(isinstance(action, Reset) and action.feed == "session" for action in actions)
        return [*actions, *self.drafts.reset()] if anew else actions

    def _finish(self, message: Json) -> None:
        if "messageId" in message:
            self.drafts.finish(message["messageId"])

    # --- What is due -------------------------------------------------------------------------
    def _settled(self, actions: list[Action], now: int) -> list[Action]:
        """Return what is to be done, with what is to be sent now."""
        if not self._is_open:
            return actions
        self._resumes.look(now)
        for feed in self.feeds.values():
            if feed.is_loading and not self._requests.has("history", feed.name):
                self._load(feed, now)
        if self._is_dead(now):
            self.closed()
            return [*actions, Drop()]
        sending = [*self._due_resume(now), *self._due_requests(now)]
        sending += self._keeping.due(self.feeds.values(), now, self._id)
        self._keeping.sent(sending, now)
        return [*actions, *map(Send, sending)]

    def _is_dead(self, now: int) -> bool:
        resume_at = self._resumes.due_at
        ignored = self._resumes.are_ignored and resume_at is not None and resume_at <= now
        requests = self._requests.sendable()
        return (
            ignored
            or self._keeping.is_silent(now)
            or any(each.tries >= MOST_TRIES and each.due_at <= now for each in requests)
        )

    def _due_resume(self, now: int) -> list[Json]:
        due_at = self._resumes.due_at
        if due_at is None or due_at > now:
            return []
        id_ = self._id("r")
        self._resumes.asked(id_, now)
        return [{"type": "resume", "id": id_, "data": {"positions": self.positions}}]

    def _due_requests(self, now: int) -> list[Json]:
        due = [request for request in self._requests.sendable() if request.due_at <= now]
        for request in due:
            request.sent(now)
        return [request.frame for request in due]

    def _load(self, feed: Feed, at: int) -> None:
        before = {} if feed.before is None else {"before": feed.before}
        self._requests[self._ask("h", "history", {"feed": feed.name, **before})].due_at = at

    def _ask(self, letter: str, type_: str, data: Json) -> str:
        id_ = self._id(letter)
        self._requests.add({"type": type_, "id": id_, "data": data})
        return id_

    def _id(self, letter: str) -> str:
        self._made += 1
        return f"{self._prefix}{letter}{self._made}"
