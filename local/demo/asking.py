"""The frames of one connection of the demo, written down as they go."""

from collections.abc import Callable
from typing import TypeVar

import msgspec
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection

from functions.domain.frames.feed_frames import Message, TextDelta
from functions.domain.frames.protocol import Answer, Sent
from functions.domain.frames.voice_frames import VoicePush
from local.demo.steps import ANSWER_SECONDS, Step
from local.errors import LocalError

T = TypeVar("T")


class Session:
    """What was asked and answered so far is in ``steps``."""

    def __init__(self, socket: ClientConnection) -> None:
        self.steps: list[Step] = []
        self._socket = socket

    def ask(self, frame: msgspec.Struct | str, kind: type[T], right: Callable[[T], bool]) -> T:
        """Send a frame, wait for the answer, which must be of a kind, and judge it.

        Raises
        ------
        LocalError
            If the answer does not come or is of another kind: the rest of the script hangs on it.
        """
        raw = frame if isinstance(frame, str) else _encode(frame)
        try:
            self._socket.send(raw)
            received, answer = self._answer()
        except (TimeoutError, WebSocketException, msgspec.MsgspecError) as error:
            raise LocalError(f"{raw} was not answered: {type(error).__name__} {error}") from None
        if not isinstance(answer, kind):
            raise LocalError(f"{raw} was answered by {received}")
        self.steps.append(Step(raw, received, right=right(answer)))
        return answer

    def send(self, frame: msgspec.Struct) -> None:
        """Send a frame that has no answer."""
        self._socket.send(_encode(frame))

    def next(self) -> Sent:
        """Return what the server sends next."""
        try:
            return self._receive()[1]
        except (TimeoutError, WebSocketException, msgspec.MsgspecError) as error:
            raise LocalError(f"nothing came: {type(error).__name__} {error}") from None

    def _receive(self) -> tuple[str, Sent]:
        received = self._socket.recv(timeout=ANSWER_SECONDS, decode=True)
        return received, msgspec.json.decode(received, type=Sent)

    def _answer(self) -> tuple[str, Answer]:
        """Receive an answer; what screens are told may come at any time, and is no answer."""
        while True:
            received, sent = self._receive()
            if not isinstance(sent, Message | TextDelta | VoicePush):
                return received, sent


def _encode(frame: msgspec.Struct) -> str:
    """The frame as a client would write it: without what it leaves out."""
    plain = msgspec.to_builtins(frame)
    return msgspec.json.encode({key: value for key, value in plain.items() if value is not None}).decode()
