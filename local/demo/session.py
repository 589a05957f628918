"""What the client of the demo does: everything that a client can do, and one thing that it should not."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from functions.domain.frames.protocol import (
    Error,
    Ping,
    Pong,
    TextAck,
    TextMessage,
    TextMessageData,
)
from local.demo.asking import Session
from local.demo.reply import TEXT, Reply
from local.demo.speech import speak
from local.demo.steps import ANSWER_SECONDS, Played, Step
from local.errors import LocalError


def play(
    url: str,
    headers: Mapping[str, str],
    while_connected: Callable[[], None],
    *,
    is_answered: bool,
    is_spoken_with: bool,
) -> Played:
    """Play the session, over two connections, and call back before it disconnects.

    Parameters
    ----------
    url, headers
        What the client connects with, its identity and its session included.
    while_connected
        Called before it disconnects.
    is_answered, is_spoken_with
        Whether texts are answered here, and whether speech is.

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
        seconds = speak(session) if is_spoken_with else None
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
