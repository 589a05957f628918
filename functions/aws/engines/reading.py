"""Reads what an engine says in a thread, so that who waits for it can do other things meanwhile."""

from collections.abc import Callable, Generator
from queue import Empty, SimpleQueue
from threading import Event, Thread
from types import TracebackType
from typing import Final, Self

from functions.domain.replies.pieces import Piece

LEAVING_SECONDS: Final = 1.0
"""How long it is waited for an engine that is told to stop. A model says something several times a second;
one that is silent is left, and gives its connection up when it speaks or its read times out."""


class Reading:
    """A reply that is being read.

    Parameters
    ----------
    reply
        Begins the reply; called in the thread.
    """

    def __init__(self, reply: Callable[[], Generator[Piece]]) -> None:
        self._queue: SimpleQueue[Piece | Exception] = SimpleQueue()
        self._stopped = Event()
        # a daemon: a model that is silent must not keep an interpreter from ending
        self._thread = Thread(target=self._read, args=(reply,), daemon=True)
        self._thread.start()

    def next(self, seconds: float) -> Piece | None:
        """Return the next piece, None if there is none within so many seconds.

        After `Ended` or `Failed` nothing comes. What the engine raises is raised here.
        """
        try:
            heard = self._queue.get(timeout=seconds) if seconds > 0 else self._queue.get_nowait()
        except Empty:
            return None
        if isinstance(heard, Exception):
            raise heard
        return heard

    def stop(self, seconds: float = LEAVING_SECONDS) -> bool:
        """Hear no more, and wait for so long until the engine is closed; tell whether it is."""
        self._stopped.set()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _read(self, reply: Callable[[], Generator[Piece]]) -> None:
        try:
            pieces = reply()
            for piece in pieces:
                self._queue.put(piece)
                if self._stopped.is_set():
                    # in the thread that reads: another one cannot close what is being read
                    pieces.close()
                    return
        except Exception as error:  # noqa: BLE001 - it is raised where somebody listens
            self._queue.put(error)
