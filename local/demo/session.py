"""What the client of the demo does: everything that a client can do, and one thing that it should not."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TypeVar

import msgspec
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from functions.domain.frames.feed_frames import Message, TextDelta
from functions.domain.frames.protocol import (
    Answer,
    Error,
    Ping,
    Pong,
    Sent,
    TextAck,
    TextMessage,
    TextMessageData,
    VoiceData,
    VoiceDataData,
    VoiceEnd,
    VoiceEndData,
    VoiceEnded,
    VoiceReady,
    VoiceStart,
)
from local.demo.reply import TEXT, Reply
from local.demo.steps import ANSWER_SECONDS, Played, Step
from local.errors import LocalError

T = TypeVar("T")

VOICE_FRAMES = 10
SILENCE = bytes(3_200)
"""A tenth of a second of 16-bit audio at 16 kHz."""
FRAME_SECONDS = 0.1


class Session:
    """The frames of one connection, written down as they go."""

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

    def _answer(self) -> tuple[str, Answer]:
        """Receive an answer; what screens are told may come at any time, and is no answer."""
        while True:
            received = self._socket.recv(timeout=ANSWER_SECONDS, decode=True)
            answer = msgspec.json.decode(received, type=Sent)
            if not isinstance(answer, Message | TextDelta):
                return received, answer

    def speak(self, frames: Iterable[VoiceData]) -> None:
        """Send voice frames at the pace of speech. An error would be taken for the next answer."""
        count = 0
        for frame in frames:
            self._socket.send(_encode(frame))
            time.sleep(FRAME_SECONDS)
            count += 1
        self.steps.append(Step(f"{count} times voice_data", "nothing", right=True))


def play(
    url: str, headers: Mapping[str, str], while_connected: Callable[[], None], *, is_answered: bool
) -> Played:
    """Play the session, over two connections, and call back before it disconnects.

    Parameters
    ----------
    url, headers
        What the client connects with, its identity and its session included.
    while_connected
        Called before it disconnects.
    is_answered
        Whether texts are answered here.

    Raises
    ------
    LocalError
        If the connection is refused or breaks, or an answer is of the wrong kind.
    """
    reply = Reply("demo-", is_answered=is_answered)
    steps = [Step("connect", "the connection is open", right=True)]
    with _connected(url, headers) as socket:
        steps += reply.until_the_middle(socket)
    with _connected(url, headers) as socket:
        steps += [Step("connect again", "the connection is open", right=True), *reply.to_its_end(socket)]
        session = Session(socket)
        session.ask(Ping(), Pong, lambda _pong: True)
        again = TextMessage(id=reply.screen.text_id, data=TextMessageData(text=TEXT))
        session.ask(again, TextAck, lambda ack: ack.data.message_id == reply.screen.message_id)
        seconds = _voice(session)
        session.ask("{not json", Error, lambda error: error.data.code == "invalid_json")
        while_connected()
    steps += [*session.steps, Step("disconnect", "the connection is closed", right=True)]
    return Played(tuple(steps), seconds, reply.screen.reply)


@contextmanager
def _connected(url: str, headers: Mapping[str, str]) -> Iterator[ClientConnection]:
    with ExitStack() as stack:
        try:
            socket = stack.enter_context(
                connect(url, additional_headers=headers, open_timeout=ANSWER_SECONDS)
            )
        except (TimeoutError, WebSocketException, OSError) as error:
            raise LocalError(f"the client cannot connect: {error}") from None
        yield socket


def _voice(session: Session) -> int:
    ready = session.ask(VoiceStart(), VoiceReady, lambda _ready: True)
    identifier = ready.data.voice_session_id
    session.speak(
        VoiceData(data=VoiceDataData(voice_session_id=identifier, seq=seq, audio=SILENCE))
        for seq in range(VOICE_FRAMES)
    )
    end = VoiceEnd(data=VoiceEndData(voice_session_id=identifier, last_seq=VOICE_FRAMES - 1))
    ended = session.ask(end, VoiceEnded, lambda ended: ended.data.frames == VOICE_FRAMES)
    return ended.data.seconds


def _encode(frame: msgspec.Struct) -> str:
    """The frame as a client would write it: without what it leaves out."""
    plain = msgspec.to_builtins(frame)
    return msgspec.json.encode({key: value for key, value in plain.items() if value is not None}).decode()
