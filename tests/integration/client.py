"""A real WebSocket client, as a test uses it."""

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlencode

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

ANSWER_SECONDS: Final = 30.0
_RESET: Final = struct.pack("ii", 1, 0)
"""Linger for no time: the close is a TCP reset, without a closing handshake."""

Frame = dict[str, Any]


class Client:
    """One connection.

    Attributes
    ----------
    user_id, session_id, connection_id
        Who it is; the connection id is what the gateway has given it.
    messages
        What the feeds told it while it waited for something else: the data of each frame, in order.
    """

    def __init__(
        self, socket: ClientConnection, user_id: str, session_id: str | None, connection_id: str
    ) -> None:
        self._socket = socket
        self.user_id = user_id
        self.session_id = session_id
        self.connection_id = connection_id
        self.messages: list[Frame] = []

    @property
    def conversation(self) -> str:
        """Where the messages of this client are kept."""
        return self.session_id or f"connection#{self.connection_id}"

    def send(self, frame: Frame | str | bytes) -> None:
        """Send a frame: what to make JSON of, or the text or the bytes themselves."""
        self._socket.send(json.dumps(frame) if isinstance(frame, dict) else frame)

    def receive_text(self) -> str:
        """Return the next frame of the server as it came, but for what the feeds tell by themselves."""
        while True:
            received = self._next()
            if not received.startswith('{"type":"message"'):
                return received
            self.messages.append(json.loads(received)["data"])

    def receive_message(self) -> Frame:
        """Return what the feeds tell next: the data of the frame."""
        while not self.messages:
            frame = json.loads(self._next())
            assert frame["type"] == "message", frame
            self.messages.append(frame["data"])
        return self.messages.pop(0)

    def receive_any(self, seconds: float = ANSWER_SECONDS) -> str:
        """Return the next frame of the server as it came, whatever it is."""
        return self._next(seconds)

    def _next(self, seconds: float = ANSWER_SECONDS) -> str:
        received = self._socket.recv(timeout=seconds)
        assert isinstance(received, str)
        return received

    def receive(self) -> Frame:
        """Return the next frame of the server."""
        frame: Frame = json.loads(self.receive_text())
        return frame

    def ask(self, frame: Frame | str | bytes) -> Frame:
        """Send a frame and return the next one of the server."""
        self.send(frame)
        return self.receive()

    def text(self, text: str, client_id: str | None = None) -> str:
        """Send a text and return its message id."""
        frame: Frame = {"type": "text_message", "data": {"text": text}}
        answer = self.ask(frame if client_id is None else {**frame, "id": client_id})
        assert answer["type"] == "text_ack", answer
        return str(answer["data"]["messageId"])

    def refused(self, frame: Frame | str | bytes) -> str:
        """Send a frame that is refused and return the code of the error."""
        answer = self.ask(frame)
        assert answer["type"] == "error", answer
        return str(answer["data"]["code"])

    def start_voice(self, client_id: str = "v-1") -> str:
        """Open a voice session, or ask for it again, wait until somebody listens, and return its id."""
        self.send({"type": "voice_start", "id": client_id})
        answers = [self.receive() for _ in range(2)]  # either may overtake the other
        assert sorted(each["type"] for each in answers) == ["voice_ready", "voice_starting"], answers
        (session,) = {str(each["data"]["voiceSessionId"]) for each in answers}
        return session

    def receive_one_of(self, *types: str) -> Frame:
        """Return the next frame of these types; what comes of speech besides is dropped."""
        while (frame := self.receive())["type"] not in types:
            assert frame["type"].startswith("voice_"), frame
        return frame

    def speak(self, session: str, seq: int, audio: str = "AAAAAA==") -> None:
        """Send one frame of speech, which has no answer."""
        data = {"voiceSessionId": session, "seq": seq, "audio": audio}
        self.send({"type": "voice_data", "data": data})

    def end_voice(self, session: str, last_seq: int) -> Frame:
        """Close a voice session and return how it ended, or why it did not."""
        self.send({"type": "voice_end", "data": {"voiceSessionId": session, "lastSeq": last_seq}})
        return self.receive_one_of("voice_ended", "error")

    def close(self) -> None:
        """Leave in good order."""
        self._socket.close()

    def abort(self) -> None:
        """Vanish without a word, as when a train enters a tunnel."""
        self._socket.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._socket.close_socket()

    def closed_by_the_server(self) -> bool:
        """Tell whether the server ends the connection; frames that come before are dropped."""
        try:
            while True:
                self._socket.recv(timeout=ANSWER_SECONDS)
        except ConnectionClosed:
            return True
        except TimeoutError:
            return False


@contextmanager
def open_socket(url: str, query: dict[str, str], user_agent: str) -> Iterator[ClientConnection]:
    """A connection for as long as the block lasts.

    Raises
    ------
    websockets.exceptions.InvalidStatus
        If the gateway refuses it.
    """
    with connect(
        f"{url}?{urlencode(query)}" if query else url,
        user_agent_header=user_agent,
        open_timeout=ANSWER_SECONDS,
        close_timeout=2,
        # a test ends before a keepalive is due
        ping_interval=None,
    ) as connection:
        yield connection
