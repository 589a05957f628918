"""One WebSocket in a thread of its own: what happens to it is put into an inbox."""

import contextlib
import os
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from typing import Final

import msgspec
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from local.errors import LocalError

OPEN_SECONDS: Final = 15.0
_CLOSE_SECONDS: Final = 1.0
_RESET: Final = struct.pack("ii", 1, 0)
"""Linger for no time: the connection ends by a reset of TCP, without a closing handshake."""


class Opened(msgspec.Struct, frozen=True):
    """It is open."""


class Received(msgspec.Struct, frozen=True):
    """A frame came."""

    text: str


class Ended(msgspec.Struct, frozen=True):
    """It is over, or has not come about, and why."""

    problem: str


News = Opened | Received | Ended
Dial = Callable[[], tuple[str, Mapping[str, str]]]
"""Gives the URL and the headers of the next connection."""


class Inbox:
    """What happened to connections, in order; something to select on while it is empty."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[tuple[Connection, News]] = SimpleQueue()
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)

    def fileno(self) -> int:
        """Return what becomes readable when something has happened."""
        return self._read

    def put(self, connection: "Connection", news: News) -> None:
        """Take what happened; from any thread."""
        self._queue.put((connection, news))
        with contextlib.suppress(BlockingIOError, OSError):  # full: it is readable; closed: nobody reads
            os.write(self._write, b"\0")

    def take(self) -> "list[tuple[Connection, News]]":
        """Return what has happened since the last time."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._read, 65_536)
        taken = []
        with contextlib.suppress(Empty):
            while True:
                taken.append(self._queue.get_nowait())
        return taken

    def close(self) -> None:
        """Nobody reads any more."""
        os.close(self._read)
        os.close(self._write)


class Connection:
    """An attempt to connect, and what comes of it."""

    def __init__(self, dial: Dial, inbox: Inbox) -> None:
        self._dial = dial
        self._inbox = inbox
        self._socket: ClientConnection | None = None
        threading.Thread(target=self._run, name="connection", daemon=True).start()

    def send(self, text: str) -> None:
        """Send a frame; on a connection that has ended, which is told by itself, it is lost."""
        with contextlib.suppress(ConnectionClosed):
            if self._socket is not None:
                self._socket.send(text)

    def cut(self) -> None:
        """Vanish without a word."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self._socket.close_socket()

    def close(self) -> None:
        """Leave in good order, and quickly."""
        if self._socket is not None:
            self._socket.close()

    def _run(self) -> None:
        try:
            url, headers = self._dial()
            with connect(
                url,
                additional_headers=headers,
                open_timeout=OPEN_SECONDS,
                close_timeout=_CLOSE_SECONDS,
                ping_interval=None,  # the rules ping
            ) as self._socket:
                self._inbox.put(self, Opened())
                while True:
                    self._inbox.put(self, Received(self._socket.recv(decode=True)))
        except (LocalError, OSError, WebSocketException) as error:
            self._inbox.put(self, Ended(str(error) or type(error).__name__))
