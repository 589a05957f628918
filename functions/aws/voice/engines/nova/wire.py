"""One stream of the model: one task sends what is put into it, and one reads what comes.

The SDK has two traps. A `receive` that is cancelled kills its stream, so the reading task never is. After a
cut, sending and closing hang: they are waited for, for a while, and then abandoned.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple, Protocol, Self

from functions.aws.voice.engines.nova import events
from functions.aws.voice.engines.nova.duplex import Connect, Duplex
from functions.aws.voice.engines.nova.failures import CUT, SILENT, STALLED, Break, break_of


class Patience(NamedTuple):
    """
    How long is waited, in seconds, of the machine's own clock.

    Parameters
    ----------
    opening
        Until the model answers.
    sending
        Until an event is sent: after that the connection counts as cut.
    ending
        For each of three: what is sent last, what is heard last, and the connection.
    """

    opening: float = 4.0
    sending: float = 3.0
    ending: float = 0.6


PATIENCE: Final = Patience()
_abandoned: Final[set[asyncio.Task[Any]]] = set()
"""Tasks that nobody waits for: the loop itself keeps no hold of them."""


class Listener(Protocol):
    """Who hears what a stream says; called in the stream's loop, one at a time."""

    def heard(self, wire: "Wire", event: bytes, /) -> None:
        """Take an event of the model."""
        ...

    def ended(self, wire: "Wire", why: Break, /) -> None:
        """Know that the stream has ended by itself; nothing follows."""
        ...


class OpeningError(Exception):
    """A stream cannot be opened; ``why`` says whether another try may succeed."""

    def __init__(self, why: Break) -> None:
        super().__init__(why.detail)
        self.why = why


class Wire:
    """An open stream.

    Attributes
    ----------
    prompt
        The name that all of its events carry.
    """

    def __init__(
        self, duplex: Duplex, prompt: str, listener: Listener, patience: Patience = PATIENCE
    ) -> None:
        self.prompt = prompt
        self._patience = patience
        self._duplex = duplex
        self._listener = listener
        self._audio_started = False
        self._over = False
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        self._writing = asyncio.create_task(self._write())
        self.reading = asyncio.create_task(self._read())

    @classmethod
    async def open(
        cls,
        connect: Connect,
        prompt: str,
        first: Sequence[bytes],
        listener: Listener,
        patience: Patience = PATIENCE,
    ) -> Self:
        """Open a stream, which begins with some events.

        Raises
        ------
        OpeningError
            If the model refuses it, cannot be reached, or does not answer in time.
        """
        opening = asyncio.create_task(connect(first))
        await asyncio.wait({opening}, timeout=patience.opening)
        if not opening.done():
            # it may still come: then nobody needs it
            opening.add_done_callback(_drop_late)
            raise OpeningError(SILENT)
        error = opening.exception()
        if error is not None:
            raise OpeningError(break_of(error)) from error
        return cls(opening.result(), prompt, listener, patience)

    def put(self, sent: Iterable[bytes]) -> None:
        """Send events after what is being sent already. It does not wait."""
        for event in sent:
            self._outgoing.put_nowait(event)

    def start_audio(self, sample_rate: int) -> None:
        """Begin the person's audio."""
        self._audio_started = True
        self.put([events.audio_start(self.prompt, sample_rate)])

    def put_audio(self, piece: bytes) -> None:
        """Send a piece of the person's audio."""
        self.put([events.audio(self.prompt, piece)])

    async def close(self) -> None:
        """End the stream in peace, or give it up, in two seconds at most."""
        cut, self._over = self._over, True
        if not cut:
            self.put(events.ending(self.prompt, audio_started=self._audio_started))
            emptied = asyncio.create_task(self._outgoing.join())
            await asyncio.wait(
                {emptied, self._writing}, timeout=self._patience.ending, return_when=asyncio.FIRST_COMPLETED
            )
            emptied.cancel()
            # told that it is over, the model ends the stream by itself
            await asyncio.wait({self.reading}, timeout=self._patience.ending)
        self._writing.cancel()
        await _at_most(self._patience.ending, self._duplex.close())

    async def _write(self) -> None:
        while True:
            event = await self._outgoing.get()
            if not await _at_most(self._patience.sending, self._duplex.send(event)):
                self._end(STALLED)
                return
            self._outgoing.task_done()

    async def _read(self) -> None:
        while True:
            try:
                event = await self._duplex.receive()
            except Exception as error:  # noqa: BLE001 - whatever it is, the stream has ended
                self._end(break_of(error))
                return
            if event is None:
                self._end(CUT)
                return
            if not self._over:
                self._listener.heard(self, event)

    def _end(self, why: Break) -> None:
        if not self._over:
            self._over = True
            self._listener.ended(self, why)


async def _at_most(seconds: float, work: Coroutine[Any, Any, None]) -> bool:
    """Wait for work; tell whether it was done in time, and well. It is never cancelled, but abandoned."""
    task = asyncio.ensure_future(work)
    _abandoned.add(task)
    task.add_done_callback(_forget)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    return bool(done) and task.exception() is None


def _forget(task: asyncio.Task[Any]) -> None:
    _abandoned.discard(task)
    if not task.cancelled():
        # asked for, so that the loop does not complain of it
        task.exception()


def _drop_late(opening: asyncio.Task[Duplex]) -> None:
    with suppress(asyncio.CancelledError):
        if opening.exception() is None:
            late = asyncio.ensure_future(opening.result().close())
            _abandoned.add(late)
            late.add_done_callback(_forget)
