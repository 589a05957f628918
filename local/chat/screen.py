"""What is seen of a conversation on a terminal: lines, and one reply at a time that is being said."""

from typing import Final

from local.chat.actions import (
    Acknowledged,
    Action,
    Answered,
    Delta,
    Json,
    Older,
    Refused,
    Reset,
    Shown,
    Waiting,
)
from local.chat.lines import NAME, line, sessions
from ops.terminal import Terminal

_ASIDE: Final = "dim"
_PAGES: Final = "sessions_page"


class Screen:
    """Prints what is to be shown.

    Parameters
    ----------
    console
        Where it is printed.
    echoes
        Whether what is typed can be seen already: then one's own texts are not printed once more.
    """

    def __init__(self, console: Terminal, *, echoes: bool) -> None:
        self._console = console
        self._echoes = echoes
        self._typed: set[str] = set()
        self._said: dict[str, str] = {}
        self._open: str | None = None

    def typed(self) -> None:
        """Take note of a line that somebody typed, which ends the one that was being printed."""
        if self._echoes:
            self._open = None

    def aside(self, words: str) -> None:
        """Print a line that nobody in the conversation has said."""
        self._end_line()
        self._console.print(f"  ({words})", style=_ASIDE)

    def show(self, action: Action) -> None:
        """Print what is to be shown of an action."""
        match action:
            case Delta():
                self._delta(action)
            case Shown(message=message):
                self._message(message)
            case Reset(feed="session"):
                self._end_line()
                self._said.clear()
            case Older(messages=messages):
                self._older(messages)
            case Acknowledged(message_id=message_id) if self._echoes:
                self._typed.add(message_id)
            case Waiting(code=code, seconds=seconds):
                self.aside(f"{code}: it is sent again in {seconds:.0f} s")
            case Refused(code=code, message=message):
                self.aside(f"{code}: {message}")
            case Answered(type=type_, data=data):
                self._answer(type_, data)
            case _:
                pass

    def _delta(self, delta: Delta) -> None:
        said = self._said.get(delta.message_id)
        if delta.offset == 0 or said is None:
            again = f" (attempt {delta.attempt})" if delta.attempt > 1 else ""
            self._begin(delta.message_id, f"{NAME}{again}: ")
            said = ""
        elif self._open != delta.message_id:
            self._begin(delta.message_id, f"{NAME} … ")
        self._said[delta.message_id] = said + delta.text
        self._print(delta.text)

    def _message(self, message: Json) -> None:
        match message["kind"]:
            case "text" if message["id"] in self._typed:
                self._typed.discard(message["id"])
            case "reply":
                self._reply(message)
            case _:
                self._whole(message)

    def _reply(self, message: Json) -> None:
        """End a reply: what was not said of it yet, or all of it where something else was."""
        message_id, text = message["messageId"], message.get("text") or ""
        said = self._said.pop(message_id, None)
        if said is None or not text.startswith(said):
            self._whole(message)
            return
        if text != said:
            if self._open != message_id:
                self._begin(message_id, f"{NAME} … ")
            self._print(text.removeprefix(said))
        self._end_line()
        self._note_end(message)

    def _whole(self, message: Json) -> None:
        label, text = line(message)
        self._end_line()
        if label:
            self._console.print(label, style="bold", end="")
        self._print(text, "" if label else _ASIDE)
        self._console.print()
        self._note_end(message)

    def _note_end(self, message: Json) -> None:
        reason = message.get("stopReason", "end_turn")
        if reason != "end_turn":
            self.aside(reason)

    def _older(self, messages: list[Json]) -> None:
        self.aside("before that:" if messages else "there is nothing before")
        for message in messages:
            self._whole(message)
        if messages:
            self.aside("until here")

    def _answer(self, type_: str, data: Json) -> None:
        if type_ == _PAGES:
            for words in sessions(data):
                self.aside(words)
        elif ended := data.get("stopReason") or data.get("reason"):
            self.aside(f"it had ended: {ended}")

    def _begin(self, message_id: str, label: str) -> None:
        self._end_line()
        self._open = message_id
        self._console.print(label, style="bold", end="")

    def _end_line(self) -> None:
        if self._open is not None:
            self._open = None
            self._console.print()

    def _print(self, text: str, style: str = "") -> None:
        first, *rest = text.split("\n")
        self._console.print(first, style=style, end="")
        for each in rest:  # a string is one line on a terminal of ours
            self._console.print()
            self._console.print(each, style=style, end="")
