"""The model's streams of one conversation: which is spoken with, and which comes after it.

Only to open and to close them takes time. One takes over from another at once, so that whatever is said and
heard belongs to one of them, and never to both or to none.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, NamedTuple, Protocol

from functions.aws.logs import write_line
from functions.aws.voice.engines.nova.clock import Clock
from functions.aws.voice.engines.nova.failures import Break
from functions.aws.voice.engines.nova.wire import Listener, OpeningError, Wire
from functions.domain.voice.rotation import Lives, Step, next_step, pause_before_reopening

CLOSING_SECONDS: Final = 1.9
"""For all that is still open."""
LINE: Final = "voice_stream"
"""The message of the line of a stream of the model that ended before its conversation did."""

OpenWire = Callable[[Listener], Coroutine[Any, Any, Wire]]
"""Opens a stream of the model, an `OpeningError` if it cannot be opened."""


class Conversation(Protocol):
    """Whose streams they are."""

    def resume(self, wire: Wire, /) -> None:
        """Tell a stream that takes over what was said, and say again what nobody has answered."""
        ...

    def leave(self) -> None:
        """Give up what the stream was saying that is spoken with no longer."""
        ...

    def heard(self, event: bytes, /) -> None:
        """Take an event of the stream that is spoken with."""
        ...

    def end(self, why: Break | Exception, /) -> None:
        """Know that there is no stream any more, and why."""
        ...


class _Opened(NamedTuple):
    wire: Wire
    at: float


class Succession:
    """
    Streams, one after the other.

    Parameters
    ----------
    open_wire
        Opens one.
    conversation
        Whose they are.
    clock, lives
        How time passes, and how long they live.
    """

    def __init__(self, open_wire: OpenWire, conversation: Conversation, clock: Clock, lives: Lives) -> None:
        self._open_wire = open_wire
        self._conversation = conversation
        self._clock = clock
        self._lives = lives
        self._current: _Opened | None = None
        self._spare: _Opened | None = None
        self._preparing = False
        self._tried: float | None = None
        self._breaks: list[float] = []
        self._over = False
        self._working: set[asyncio.Task[None]] = set()

    @property
    def current(self) -> Wire | None:
        """The stream that is spoken with; None while a broken one is opened again."""
        return None if self._current is None else self._current.wire

    async def begin(self) -> None:
        """Open the first; an `OpeningError` if it cannot be opened."""
        self._take(await self._open())

    def work(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something beside the rest; what it raises ends the conversation."""
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._done)
        return task

    async def close(self) -> None:
        """End all of them."""
        self._over = True
        for each in (self._current, self._spare):
            if each is not None:
                self.work(each.wire.close())
        self._current = self._spare = None
        if self._working:
            await asyncio.wait(self._working, timeout=CLOSING_SECONDS)

    def heard(self, wire: Wire, event: bytes, /) -> None:
        """Take what a stream says; one that is not spoken with, or no longer, is not listened to."""
        if wire is self.current:
            self._conversation.heard(event)

    def ended(self, wire: Wire, why: Break, /) -> None:
        """Know that a stream has ended by itself."""
        self.work(wire.close())
        if self._spare is not None and wire is self._spare.wire:
            self._spare = None
        elif wire is self.current:
            self._current = None
            self._conversation.leave()
            self._broke(why)

    def rotate(self, *, asking: bool, answering: bool) -> None:
        """Do what it is time for; `next_step` says what ``asking`` and ``answering`` are."""
        current, now = self._current, self._clock.now()
        if current is None:
            return
        step = next_step(
            self._lives,
            now - current.at,
            spare=None if self._spare is None else now - self._spare.at,
            tried=None if self._tried is None else now - self._tried,
            asking=asking,
            answering=answering,
        )
        if step is Step.OPEN and not self._preparing:
            self._tried, self._preparing = now, True
            self.work(self._prepare())
        elif step is Step.SWAP and self._spare is not None:
            spare, self._spare = self._spare, None
            self._conversation.leave()
            self._take(spare)
            self.work(current.wire.close())
            write_line(LINE, ended="in time", seconds=round(now - current.at))

    async def _open(self) -> _Opened:
        at = self._clock.now()
        return _Opened(await self._open_wire(self), at)

    def _take(self, opened: _Opened) -> None:
        if self._over:
            self.work(opened.wire.close())
            return
        self._conversation.resume(opened.wire)
        self._current = opened

    async def _prepare(self) -> None:
        try:
            opened = await self._open()
        except OpeningError as error:
            write_line(LINE, ended="not opened ahead", failure=error.why.failure, detail=error.why.detail)
            return
        finally:
            self._preparing = False
        unneeded, self._spare = (opened, None) if self._over else (self._spare, opened)
        if unneeded is not None:
            await unneeded.wire.close()

    def _broke(self, why: Break) -> None:
        if self._over:
            return
        now = self._clock.now()
        self._breaks.append(now)
        pause = pause_before_reopening(self._breaks, now) if why.passing else None
        write_line(
            LINE, ended="broken", failure=why.failure, detail=why.detail, opened_again=pause is not None
        )
        if pause is None:
            self._over = True
            self._conversation.end(why)
        elif self._spare is not None:
            spare, self._spare = self._spare, None
            self._take(spare)
        else:
            self.work(self._reopen(pause))

    async def _reopen(self, pause: float) -> None:
        await self._clock.sleep(pause)
        try:
            opened = await self._open()
        except OpeningError as error:
            self._broke(error.why)
        else:
            self._take(opened)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            # a fault of ours: it is raised where somebody listens
            self._over = True
            self._conversation.end(error)
