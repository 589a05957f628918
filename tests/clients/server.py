"""A small server in memory that keeps docs/protocol.md: what it is sent, and what it sends, are lists."""

import json
from typing import Any, Final

Json = dict[str, Any]
PAGE: Final = 3
"""Messages in a page of history, and in a resume: so few that there is more."""


class Server:
    """Two feeds, one connection at a time, and texts that are kept once.

    Attributes
    ----------
    feeds
        What has a number, in order.
    net
        What is on its way to the client.
    texts
        What was said by the client, by the id of its frame.
    numbers_at_once
        Whether a text has its number before it is acknowledged.
    unnumbered
        Texts of the client that wait for theirs: the ids of their frames and what they say.
    """

    def __init__(self) -> None:
        self.feeds: dict[str, list[Json]] = {"session": [], "user": []}
        self.net: list[str] = []
        self.texts: dict[str, str] = {}
        self.is_open = False
        self.numbers_at_once = True
        self.unnumbered: dict[str, str] = {}
        self._made = 0

    def say(self, feed: str, kind: str = "text", client_id: str | None = None, **data: Any) -> str:
        """Number something, and tell the client."""
        return self._number(self._id(), feed, kind, client_id, **data)

    def number(self, frame_id: str) -> None:
        """Number a text of the client that waits for it."""
        text = self.unnumbered.pop(frame_id)
        self._number(self.texts[frame_id], "session", "text", frame_id, text=text)

    def _id(self) -> str:
        self._made += 1
        return f"m{self._made}"

    def _number(self, id_: str, feed: str, kind: str, client_id: str | None, **data: Any) -> str:
        seq = len(self.feeds[feed]) + 1
        message = {"feed": feed, "seq": seq, "id": id_, "kind": kind, **data}
        self.feeds[feed].append(message)
        for part in parts(message):
            self._post("message", part, client_id)
        return str(message["id"])

    def delta(self, message_id: str, attempt: int, offset: int, text: str) -> None:
        """Tell the client a piece of a reply."""
        self._post(
            "text_delta", {"messageId": message_id, "attempt": attempt, "offset": offset, "text": text}
        )

    def answer(self, type_: str, data: Json, id_: str) -> None:
        """Answer a frame that is no matter of the feeds."""
        self._post(type_, data, id_)

    def expire(self) -> None:
        """Begin anew: whatever was said is gone."""
        self.feeds = {"session": [], "user": []}

    def take(self, frame: Json) -> None:
        """Answer a frame."""
        match frame["type"]:
            case "text_message":
                if frame["id"] not in self.texts:
                    self.texts[frame["id"]] = self._id()
                    self.unnumbered[frame["id"]] = frame["data"]["text"]
                    if self.numbers_at_once:
                        self.number(frame["id"])
                self._post("text_ack", {"messageId": self.texts[frame["id"]]}, frame["id"])
            case "resume":
                for name in ("session", "user"):
                    self._resume(name, frame["data"]["positions"].get(name), frame["id"])
            case "history":
                self._history(frame)
            case "ping":
                self.net.append('{"type":"pong"}')
            case _:
                return

    def _resume(self, name: str, position: Json | None, id_: str) -> None:
        feed = self.feeds[name]
        top = {"seq": len(feed), "id": feed[-1]["id"] if feed else ""}
        known = position is not None and (
            position["seq"] == 0
            or (position["seq"] <= len(feed) and feed[position["seq"] - 1]["id"] == position["id"])
        )
        if position is None or not known:
            self._post("reset", {"feed": name, "position": top}, id_)
            return
        missed = feed[position["seq"] :]
        for message in missed[:PAGE]:
            for part in parts(message):
                self._post("message", part)
        more = {"more": True} if len(missed) > PAGE else {}
        seq = position["seq"] + min(PAGE, len(missed))
        self._post("resumed", {"feed": name, "seq": seq, **more}, id_)

    def _history(self, frame: Json) -> None:
        name, before = frame["data"]["feed"], frame["data"].get("before")
        feed = self.feeds[name]
        rest = [part for message in reversed(feed) for part in reversed(parts(message))]
        if before is not None:
            rest = [each for each in rest if _place(each) < (before["seq"], before.get("part", 0))]
        page: Json = {"feed": name, "messages": rest[:PAGE]}
        if len(rest) > PAGE:
            page["more"] = True
        if before is None:
            page["complete"] = {"seq": len(feed), "id": feed[-1]["id"] if feed else ""}
        self._post("history_page", page, frame["id"])

    def _post(self, type_: str, data: Json, id_: str | None = None) -> None:
        if self.is_open:
            self.net.append(json.dumps({"type": type_, "data": data} | ({"id": id_} if id_ else {})))


def parts(message: Json) -> list[Json]:
    """Return a message in parts: one for each ``|`` in its text, and one more."""
    pieces = message.get("text", "").split("|")
    if len(pieces) == 1:
        return [message]
    return [
        {**message, "text": piece, "part": number, "parts": len(pieces)}
        for number, piece in enumerate(pieces, 1)
    ]


def whole(message: Json) -> Json:
    """Return a message as a client shows it."""
    return {**message, "text": message["text"].replace("|", "")} if "text" in message else message


def _place(message: Json) -> tuple[int, int]:
    return message["seq"], message.get("part", 0)
