"""A backend of one connection at a time behind a real socket, that says half a reply and waits."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from websockets.sync.server import ServerConnection

from tests.clients.server import Server
from tests.sockets import served

REPLY: Final = "Good morning\nto you 😀"
HALF: Final = 8
SESSIONS: Final = {
    "sessions": [
        {"sessionId": "s-2", "lastActivity": "2026-11-23T09:35:50.201Z", "texts": 2, "title": "Good evening"}
    ],
    "cursor": "more",
}

_CLOSE: Final = re.compile(r"\[close (\d+)\]")


class Answering:
    """What it was sent and what it is to do.

    A text is answered with the first half of `REPLY`. The other half is told to who comes back, or to who
    stops it; ``[whole]`` asks for all of it at once, and ``[close 1001]`` for the end of the connection.

    Attributes
    ----------
    frames
        What it was sent, in order, on all connections.
    names
        The query of each handshake.
    """

    def __init__(self) -> None:
        self.server = Server()
        self.frames: list[dict[str, Any]] = []
        self.names: list[dict[str, list[str]]] = []
        self.url = ""
        self._question: str | None = None
        self._busy = threading.Lock()

    def handle(self, socket: ServerConnection) -> None:
        """Serve a connection to its end."""
        assert socket.request is not None
        self.names.append(parse_qs(urlsplit(socket.request.path).query))
        self.server.is_open = True
        for text in socket:
            with self._busy:
                frame = json.loads(text)
                self._take(frame)
                while self.server.net:
                    socket.send(self.server.net.pop(0))
            if frame["type"] == "text_message" and (code := _CLOSE.search(frame["data"]["text"])):
                socket.close(int(code[1]))

    def _take(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        self.server.take(frame)
        match frame["type"]:
            case "text_message":
                self._question = self.server.texts[frame["id"]]
                self.server.delta(self._question, 1, 0, REPLY[:HALF])
                if "[whole]" in frame["data"]["text"]:
                    self._end("end_turn", REPLY)
            case "resume" if self._question is not None:
                self.server.delta(self._question, 1, 0, REPLY)
                self._end("end_turn", REPLY)
            case "text_cancel":
                self.server.answer("text_cancelled", frame["data"], frame["id"])
                self._end("cancelled", REPLY[:HALF])
            case "sessions":
                self.server.answer("sessions_page", SESSIONS, frame["id"])

    def _end(self, reason: str, text: str) -> None:
        question, self._question = self._question, None
        self.server.say("session", "reply", messageId=question, attempt=1, text=text, stopReason=reason)


@contextmanager
def answering() -> Iterator[Answering]:
    """A backend on a free port of loopback for as long as the block lasts."""
    backend = Answering()
    with served(backend.handle) as backend.url:
        yield backend
