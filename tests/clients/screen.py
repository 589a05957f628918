"""A screen that does what the rules say, and nothing else: what somebody would see."""

from typing import Any

from local.chat.actions import Acknowledged, Action, Delta, Drop, Older, Refused, Reset, Send, Shown

Json = dict[str, Any]


class Screen:
    """What is shown.

    Attributes
    ----------
    feeds
        The messages of each feed, in the order in which they stand.
    drafts
        The replies that are being said.
    sent
        The frames that were sent, in order.
    acknowledged
        The texts that the log has, by the ids of their frames.
    wants_another
        Whether the connection was given up.
    """

    def __init__(self) -> None:
        self.feeds: dict[str, list[Json]] = {"session": [], "user": []}
        self.drafts: dict[str, str] = {}
        self.sent: list[Json] = []
        self.acknowledged: list[tuple[str, str]] = []
        self.refused: list[str] = []
        self.wants_another = False

    def do(self, actions: list[Action]) -> None:
        """Do what is to be done."""
        for action in actions:
            self._do(action)

    def _do(self, action: Action) -> None:
        match action:
            case Send(frame=frame):
                self.sent.append(frame)
            case Drop():
                self.wants_another = True
            case Reset(feed=feed):
                self.feeds[feed] = []
                if feed == "session":
                    self.drafts.clear()
            case Shown(feed=feed, message=message):
                self.feeds[feed].append(message)
                self.drafts.pop(message.get("messageId", ""), None)
            case Older(feed=feed, messages=messages):
                self.feeds[feed] = [*messages, *self.feeds[feed]]
                for message in messages:
                    self.drafts.pop(message.get("messageId", ""), None)
            case Delta(message_id=message_id, offset=offset, text=text):
                before = self.drafts.get(message_id, "") if offset else ""
                assert units(before) == offset
                self.drafts[message_id] = before + text
            case Acknowledged(id=id_, message_id=message_id):
                self.acknowledged.append((id_, message_id))
            case Refused(code=code):
                self.refused.append(code)
            case _:
                pass


def units(text: str) -> int:
    """Return the length of a text as JavaScript counts it."""
    return len(text.encode("utf-16-le")) // 2
