"""The loop of a chat: what is typed, what comes, what is due, and connections one after the other."""

import contextlib
import random
import selectors
import time
from collections import deque
from collections.abc import Callable
from typing import Final

import msgspec

from local.chat.actions import Action, Drop
from local.chat.connection import Connection, Dial, Ended, Inbox, News, Opened, Received
from local.chat.conversation import Conversation
from local.chat.screen import Screen
from local.chat.talk import Talk
from local.chat.typed import Typed
from local.chat.words import Command, Say, read
from local.errors import LocalError

LONGEST_DELAY_SECONDS: Final = 60.0
LAST_SECONDS: Final = 60.0
"""How long what was asked for is waited for, where there is nothing more to read."""
_QUIT: Final = Command("quit")


class Settings(msgspec.Struct, frozen=True):
    """Where a chat is.

    Attributes
    ----------
    dial
        Gives what the next connection needs.
    is_up
        Tells whether there is a backend: where there is none, nobody connects again.
    typed
        The file descriptor from which lines are read.
    is_person
        Whether a person types there, who leaves at once when they want to.
    """

    dial: Dial
    is_up: Callable[[], bool]
    typed: int
    is_person: bool


class Chat:
    """A chat, until somebody leaves."""

    def __init__(self, settings: Settings, conversation: Conversation, screen: Screen, talk: Talk) -> None:
        self._settings = settings
        self._conversation = conversation
        self._screen = screen
        self._talk = talk
        self._inbox = Inbox()
        self._lines = Typed(settings.typed)
        self._held: deque[Say | Command] = deque()
        self._connection: Connection | None = None
        self._is_open = False
        self._connect_at: float | None = None
        self._failures = 0
        self._leave_at: float | None = None
        self._has_left = False

    def run(self) -> None:
        """Chat.

        Raises
        ------
        LocalError
            If the backend is gone.
        """
        with contextlib.closing(self._inbox), selectors.SelectSelector() as selector:
            selector.register(self._inbox, selectors.EVENT_READ)
            selector.register(self._lines, selectors.EVENT_READ)
            self._connect()
            try:
                while not self._has_left:
                    self._wait(selector)
                    self._look()
            finally:
                if self._connection is not None:
                    self._connection.close()

    def _wait(self, selector: selectors.BaseSelector) -> None:
        for key, _ in selector.select(self._patience()):
            if key.fileobj is self._inbox:
                for connection, news in self._inbox.take():
                    if connection is self._connection:
                        self._take(news)
            else:
                self._read()
                if self._lines.has_ended:
                    selector.unregister(self._lines)

    def _patience(self) -> float | None:
        due_at = self._conversation.due_at
        times = [self._connect_at, self._leave_at, None if due_at is None else due_at / 1_000]
        known = [each for each in times if each is not None]
        return max(0.0, min(known) - time.monotonic()) if known else None

    def _look(self) -> None:
        """Do what is due."""
        now = time.monotonic()
        if self._connect_at is not None and self._connect_at <= now:
            self._connect()
        due_at = self._conversation.due_at
        if due_at is not None and due_at <= _now():
            self._do(self._conversation.wake(_now()))
        self._do_held()
        if self._leave_at is not None and not self._held and not self._talk.is_waiting:
            self._has_left = True
        elif self._leave_at is not None and self._leave_at <= now:
            self._screen.aside("no answer has come")
            self._has_left = True

    # --- What is typed -----------------------------------------------------------------------
    def _read(self) -> None:
        for line in self._lines.read():
            self._typed(line)
        if self._lines.has_ended and self._settings.is_person:
            self._has_left = True
        elif self._lines.has_ended:
            self._leave_at = time.monotonic() + LAST_SECONDS

    def _typed(self, line: str) -> None:
        """Take a line. Before what was said is shown it waits, but a person leaves at once."""
        self._screen.typed()
        words = read(line)
        if words == _QUIT and self._settings.is_person:
            self._has_left = True
        elif words is not None:
            self._held.append(words)
            self._do_held()

    def _do_held(self) -> None:
        while self._held and self._talk.has_begun and not self._has_left:
            self._do_words(self._held.popleft())

    def _do_words(self, words: Say | Command) -> None:
        match words:
            case Command(name="quit"):
                self._leave_at = time.monotonic() + LAST_SECONDS
            case Command(name="cut"):
                self._cut()
            case _:
                self._do(self._talk.typed(words, _now()))

    def _cut(self) -> None:
        if self._connection is None or not self._is_open:
            self._screen.aside("there is no connection")
            return
        self._connection.cut()
        self._lost("cut")

    # --- Connections -------------------------------------------------------------------------
    def _connect(self) -> None:
        self._connect_at = None
        self._connection = Connection(self._settings.dial, self._inbox)

    def _take(self, news: News) -> None:
        match news:
            case Opened():
                if self._failures:
                    self._screen.aside("connected again")
                self._is_open = True
                self._do(self._conversation.opened(_now()))
            case Received(text=text):
                self._failures = 0
                self._do(self._conversation.received(text, _now()))
            case Ended(problem=problem):
                self._lost(problem)

    def _lost(self, problem: str) -> None:
        """Connect again, after a pause that is longer each time, if there is a backend still."""
        self._conversation.closed()
        self._connection = None
        self._is_open = False
        if not self._settings.is_up():
            raise LocalError("the backend has stopped: `make up` starts it")
        if self._failures == 0:
            self._screen.aside(f"no connection: {problem}; connecting again")
        pause = random.random() * min(2.0**self._failures, LONGEST_DELAY_SECONDS)  # noqa: S311 - no secret
        self._failures += 1
        self._connect_at = time.monotonic() + pause

    def _do(self, actions: list[Action]) -> None:
        for frame in self._talk.show(actions):
            if self._connection is not None:
                self._connection.send(msgspec.json.encode(frame).decode())
        if any(isinstance(action, Drop) for action in actions) and self._connection is not None:
            self._connection.cut()
            self._lost("it does not answer")


def _now() -> int:
    """Return the milliseconds of a clock that does not go back."""
    return int(time.monotonic() * 1_000)
