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
            case Acknowledged(id=id_, message_id=message_id):
                self.acknowledged.append((id_, message_id))
            case Refused(code=code):
                self.refused.append(code)
            case Delta(message_id=message_id, offset=offset, text=text):
                before = self.drafts.get(message_id, "") if offset else ""
                assert units(before) == offset
                self.drafts[message_id] = before + text
            case Reset() | Shown() | Older():
                self._show(action)
            case _:
                pass

    def _show(self, action: Reset | Shown | Older) -> None:
        shown = self.feeds[action.feed]
        match action:
            case Reset(feed=feed):
                shown.clear()
                if feed == "session":
                    self.drafts.clear()
            case Shown(message=message):
                shown.append(message)
            case Older(messages=messages):
                shown[:0] = messages
        for message in shown:
            self.drafts.pop(message.get("messageId", ""), None)


def units(text: str) -> int:
    """Return the length of a text as JavaScript counts it."""
    return len(text.encode("utf-16-le")) // 2
