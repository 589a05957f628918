"""A text whose reply is cut in the middle, and is there on the next connection as if nothing had happened."""

import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection

from local.chat.actions import Acknowledged, Action, Delta, Send, Shown
from local.chat.conversation import Conversation
from local.demo.steps import ANSWER_SECONDS, Step
from local.errors import LocalError

TEXT = "Hello, who is there?"
MIDDLE = 40
"""Characters of the reply after which the connection is cut."""
_RESET = struct.pack("ii", 1, 0)


@dataclass
class Screen:
    """What somebody sees of the reply."""

    text_id: str = ""
    message_id: str = ""
    draft: str = ""
    """What was said of the reply so far."""
    shown: list[str] = field(default_factory=list)
    """The kinds of what is shown, in order."""
    reply: str | None = None

    def show(self, action: Action) -> None:
        """Take what is to be shown."""
        match action:
            case Acknowledged(id=text_id, message_id=message_id):
                self.text_id, self.message_id = text_id, message_id
            case Delta(offset=offset, text=text):
                self.draft = text if offset == 0 else self.draft + text
            case Shown(feed="session", message=message):
                self.shown.append(message["kind"])
                if message["kind"] == "reply":
                    self.reply = message.get("text") or ""
            case _:
                pass


class Reply:
    """One conversation, over as many connections as it takes; it keeps to the client's rules.

    Parameters
    ----------
    prefix
        What the ids of its frames begin with.
    is_answered
        Whether texts are answered here; else it waits for its own text.
    """

    def __init__(self, prefix: str, *, is_answered: bool) -> None:
        self.screen = Screen()
        self._conversation = Conversation(prefix)
        self._is_answered = is_answered

    def until_the_middle(self, connection: ClientConnection) -> Iterator[Step]:
        """Send a text, wait for the first words of its reply, and cut the connection."""
        self._do(connection, self._conversation.opened(_now()))
        self._do(connection, self._conversation.say(TEXT, _now()))
        self._until(connection, lambda: self._is_in_the_middle)
        yield Step(f"text_message: {TEXT}", f"text_delta: {self.screen.draft}", right=True)
        _cut(connection)
        self._conversation.closed()
        yield Step("nothing more: its connection is cut", "(goes on with its reply)", right=True)

    def to_its_end(self, connection: ClientConnection) -> Iterator[Step]:
        """Resume on another connection, and wait until all is shown."""
        seen = self.screen.draft
        (resume,) = opened = self._conversation.opened(_now())
        self._do(connection, opened)
        self._until(connection, lambda: self._is_over)
        whole, screen = self.screen.reply or "", self.screen
        right = screen.shown == (["text", "reply"] if self._is_answered else ["text"])
        yield Step(_json(resume), f"what was missed; {', '.join(screen.shown)}", right=right)
        if self._is_answered:
            yield Step(
                "nothing",
                f"the rest of the reply: {whole.removeprefix(seen)}",
                right=whole.startswith(seen) and whole.startswith(screen.draft),
            )

    @property
    def _is_in_the_middle(self) -> bool:
        is_there = len(self.screen.draft) >= MIDDLE or not self._is_answered
        return is_there and bool(self.screen.message_id)

    @property
    def _is_over(self) -> bool:
        return self.screen.reply is not None or (not self._is_answered and "text" in self.screen.shown)

    def _until(self, connection: ClientConnection, enough: Callable[[], bool]) -> None:
        deadline = time.monotonic() + ANSWER_SECONDS
        while not enough():
            try:
                received = connection.recv(timeout=max(0, deadline - time.monotonic()), decode=True)
            except (TimeoutError, WebSocketException) as error:
                raise LocalError(f"{TEXT!r} was not answered: {type(error).__name__} {error}") from None
            self._do(connection, self._conversation.received(received, _now()))

    def _do(self, connection: ClientConnection, actions: list[Action]) -> None:
        for action in actions:
            if isinstance(action, Send):
                connection.send(_json(action))
            self.screen.show(action)


def _cut(connection: ClientConnection) -> None:
    """Vanish without a word: the close is a reset of TCP."""
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    connection.close_socket()


def _json(action: Action) -> str:
    return msgspec.json.encode(action.frame if isinstance(action, Send) else action).decode()


def _now() -> int:
    return int(time.monotonic() * 1_000)
