"""A voice session on real sockets, one after the other where one is cut."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from local.chat.actions import Action, Drop, Json, Send, Shown
from local.chat.connection import OPEN_SECONDS, Dial
from local.chat.conversation import Conversation
from local.chat.frames import parse
from local.chat.screen import Screen
from local.errors import LocalError
from local.voice.call import Call, News, Over, Ready, Refused, Stop, Words
from local.voice.ends import Ends
from local.voice.player import Piece, Player

_AGAIN_SECONDS: Final = 0.5
"""Between two attempts to connect."""
_LOOK_SECONDS: Final = 0.2
_LAST_SECONDS: Final = 3.0
"""How long the last words are waited for when the voice session is over."""


class Talking:
    """One voice session, until it is over.

    Parameters
    ----------
    dial
        Gives what the next connection needs.
    is_up
        Tells whether there is a backend: where there is none, nobody connects again.
    """

    def __init__(
        self,
        dial: Dial,
        is_up: Callable[[], bool],
        call: Call,
        conversation: Conversation,
        ends: Ends,
        screen: Screen,
    ) -> None:
        self._dial = dial
        self._is_up = is_up
        self._call = call
        self._conversation = conversation
        self._ends = ends
        self._screen = screen
        self._socket: ClientConnection | None = None
        self._player: Player | None = None
        self._is_ready = asyncio.Event()
        self._is_over = asyncio.Event()
        self._over: Over | None = None
        self._is_told = asyncio.Event()
        """Whether every turn whose words were seen was told as a message, too."""
        self._turns: dict[int, Words] = {}
        self._spoken = 0
        """How many turns were told as messages."""

    async def run(self) -> Over:
        """Talk.

        Raises
        ------
        LocalError
            If nobody can be spoken with, or the backend is gone.
        """
        try:
            async with asyncio.TaskGroup() as together:
                tasks = [together.create_task(each()) for each in (self._connect, self._speak, self._look)]
                await self._is_over.wait()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._is_told.wait(), _LAST_SECONDS)
                if self._socket is not None:
                    await self._socket.close()
                for task in tasks:
                    task.cancel()
        except* LocalError as problems:
            raise problems.exceptions[0] from None
        finally:
            self._ends.stop()
        assert self._over is not None  # noqa: S101 - it is over
        return self._over

    # --- Connections -------------------------------------------------------------------------
    async def _connect(self) -> None:
        was_open = False
        while True:
            problem = "the gateway has closed it"
            try:
                url, headers = await asyncio.to_thread(self._dial)
                async with connect(
                    url,
                    additional_headers=headers,
                    open_timeout=OPEN_SECONDS,
                    close_timeout=1,
                    ping_interval=None,
                ) as self._socket:
                    if was_open:
                        self._screen.aside("connected again")
                    was_open = True
                    await self._do(self._conversation.opened(_now()))
                    await self._send(self._call.opened(_now()))
                    async for text in self._socket:
                        await self._received(str(text))
            except (OSError, WebSocketException) as error:
                problem = str(error) or type(error).__name__
            self._socket = None
            if self._is_over.is_set():
                return
            self._conversation.closed()
            self._call.closed()
            if not self._is_up():
                raise LocalError("the backend has stopped: `make up` starts it")
            self._screen.aside(f"no connection: {problem}; connecting again")
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _look(self) -> None:
        """Send what is due."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if self._call.is_unanswered(_now()):
                raise LocalError("the backend does not answer: `make logs` shows what its functions say")
            await self._send(self._call.wake(_now()))
            due_at = self._conversation.due_at
            if due_at is not None and due_at <= _now():
                await self._do(self._conversation.wake(_now()))

    # --- What is said ------------------------------------------------------------------------
    async def _speak(self) -> None:
        await self._is_ready.wait()
        while (frame := await self._ends.next_frame()) is not None:
            await self._send([self._call.speak(frame)])
        await self._send(self._call.end(_now()))
        await asyncio.Event().wait()

    async def _send(self, frames: list[Json]) -> None:
        """Send; on a connection that has ended it is lost, and speech is not said twice."""
        for frame in frames:
            if self._socket is not None:
                with contextlib.suppress(ConnectionClosed):
                    await self._socket.send(msgspec.json.encode(frame).decode())

    # --- What comes --------------------------------------------------------------------------
    async def _received(self, text: str) -> None:
        await self._do(self._conversation.received(text, _now()))
        frame = parse(text)
        news = None if frame is None else self._call.received(frame)
        if news is not None:
            await self._take(news)
        self._note_told()

    async def _take(self, news: News) -> None:
        match news:
            case Ready(rate=rate):
                self._player = Player(rate)
                self._ends.begin(self._player)
                self._screen.aside("somebody listens")
                self._is_ready.set()
            case Piece() if self._player is not None:
                self._player.add(news)
                self._ends.came(answers=self._is_answered)
            case Stop(turn=turn) if self._player is not None:
                await self._send([self._call.played(turn, self._player.stop(turn))])
                self._screen.aside("interrupted")
            case Words(turn=turn):
                self._turns[turn] = news
                self._ends.came(answers=self._is_answered)
            case Over():
                self._over = news
                self._is_over.set()
            case Refused(is_fatal=True, code=code, message=message):
                raise LocalError(f"{code}: {message}")
            case Refused(code=code, message=message):
                self._screen.aside(f"{code}: {message}")
            case _:
                pass

    @property
    def _is_answered(self) -> bool:
        """Whether all turns are over, and the last one is the assistant's."""
        last = self._turns[max(self._turns)] if self._turns else None
        are_over = all(each.final for each in self._turns.values())
        return (
            last is not None and are_over and any(each.role == "assistant" for each in self._turns.values())
        )

    async def _do(self, actions: list[Action]) -> None:
        for action in actions:
            if isinstance(action, Send):
                await self._send([action.frame])
            elif isinstance(action, Drop) and self._socket is not None:
                self._socket.transport.abort()
            else:
                self._spoken += isinstance(action, Shown) and action.message["kind"] == "spoken"
                self._screen.show(action)

    def _note_told(self) -> None:
        if self._spoken < sum(each.final for each in self._turns.values()):
            self._is_told.clear()
        else:
            self._is_told.set()


def _now() -> int:
    """Return the milliseconds of a clock that does not go back."""
    return int(asyncio.get_running_loop().time() * 1_000)
