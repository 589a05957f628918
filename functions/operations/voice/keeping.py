"""Keeps what was said: appends each turn once, in their order, and has it told as a message."""

import asyncio
from collections import deque
from functools import partial
from typing import Any, Final

from functions.aws.log.event_reads import Arrived
from functions.aws.logs import warn, write_line
from functions.domain.log.events import Event
from functions.domain.refusals import Fault, Unavailable
from functions.domain.voice.starts import Start
from functions.domain.voice.turns import Kept, transcribed
from functions.operations.voice.ending import is_known
from functions.operations.voice.means import Means

_PAUSES: Final = (0.5, 1.0, 2.0, 4.0)
"""Seconds between the attempts to append a turn; after them its words are lost, and a line says so."""


class Keeping:
    """Appends turns one after the other.

    Attributes
    ----------
    is_forgotten
        Whether the person was forgotten whose session it is: nothing more is appended.
    kept
        How many turns are in the log.
    """

    def __init__(self, means: Means, start: Start) -> None:
        self._means = means
        self._start = start
        self._waiting: deque[Kept] = deque()
        self._task: asyncio.Task[None] | None = None
        self.is_forgotten = False
        self.kept = 0

    def keep(self, kept: Kept) -> None:
        """Keep what one side said in a turn."""
        self._waiting.append(kept)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def flush(self, seconds: float) -> None:
        """Wait until all is kept, for so long at most."""
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=seconds)

    async def _run(self) -> None:
        while self._waiting and not self.is_forgotten:
            event = transcribed(self._start, self._waiting.popleft())
            for seconds in (*_PAUSES, None):
                try:
                    self.kept += await self._means.off_loop(partial(self._append, event))
                except Unavailable as unavailable:
                    if seconds is None:
                        write_line("turn_lost", **self._ids(event), fault=Fault.SERVER)
                        break
                    warn("turn_not_kept", unavailable, **self._ids(event))
                    await asyncio.sleep(seconds)
                else:
                    break

    def _append(self, event: Event) -> bool:
        now = self._means.now()
        if not is_known(self._means.events, self._start, now):
            self.is_forgotten = True
            return False
        self._means.log.append(event)
        try:
            self._means.deliver(Arrived(event, now))
        except Unavailable as unavailable:  # it is in the log, so the sweeper will find it
            warn("not_delivered", unavailable, **self._ids(event))
        return True

    def _ids(self, event: Event) -> dict[str, Any]:
        return {
            "connection_id": event.connection_id,
            "voice_session_id": self._start.voice_session_id,
            "message_id": event.event_id,
        }
