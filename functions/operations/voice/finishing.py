"""Finishes a session in the function that holds it: lets it be said out, keeps, appends, and tells."""

import asyncio
from typing import Final

from functions.aws.logs import warn
from functions.domain.frames.voice_frames import VoiceEnded
from functions.domain.refusals import Unavailable
from functions.domain.voice.endings import Reason, Totals, ended_data
from functions.domain.voice.starts import Start
from functions.operations.voice.ending import Concluded, conclude
from functions.operations.voice.means import Means
from functions.operations.voice.screens import Screens
from functions.operations.voice.session import Session

DRAIN_SECONDS: Final = 2.0
"""For what the engine has to say of the last words before a client's end."""
_FLUSH_SECONDS: Final = 5.0
_LOOKS: Final = (0.3, 1.0, 0.0)
"""Seconds after each attempt to find out who is there."""
_PAUSES: Final = (0.5, 1.0, 2.0, 4.0)
"""Seconds between the attempts to append the end; then whoever is told of failures does."""


class Finishing:
    """Ends one session, and tells of it.

    Attributes
    ----------
    ids
        What finds the session's lines.
    """

    def __init__(self, means: Means, start: Start, invocation: str) -> None:
        self._means = means
        self._start = start
        self._is_doubted = False
        self.ids = {
            "connection_id": start.cause.connection_id,
            "user_id": start.cause.user_id,
            "voice_session_id": start.voice_session_id,
            "correlation_id": invocation,
        }

    async def end(self, reason: Reason, session: Session | None, held_until: int) -> Concluded | None:
        """Let what was said be said out and kept, and append the end; raises as `conclude`."""
        if session is not None:
            if reason is Reason.CLIENT:
                await session.said_out(DRAIN_SECONDS)
            await session.saying.end(is_heard_out=False)
        return await self.conclude(reason, session, held_until)

    async def conclude(self, reason: Reason, session: Session | None, held_until: int) -> Concluded | None:
        """Append the end, and give back what the session holds; None of one whose person was forgotten.

        Raises
        ------
        Unavailable
            If it is not known to be written.
        """
        means, start = self._means, self._start
        totals = Totals() if session is None else session.totals

        def attempt() -> Concluded | None:
            return conclude(means.log, means.events, start, reason, totals, held_until, means.now())

        for seconds in _PAUSES:
            try:
                return await means.off_loop(attempt)
            except Unavailable as unavailable:
                warn("not_ended", unavailable, **self.ids)
                self._is_doubted = True
                await asyncio.sleep(seconds)
        return await means.off_loop(attempt)

    async def tell(self, concluded: Concluded | None, session: Session | None) -> None:
        """Tell every screen how it ended, unless somebody has told them."""
        if concluded is None or not (concluded.is_new or self._is_doubted):
            return
        screens = Screens(self._means, self._start) if session is None else session.saying.screens
        data, asked = ended_data(concluded.fact), None if session is None else session.ended_by
        for seconds in _LOOKS:
            if await screens.look():
                break
            await asyncio.sleep(seconds)
        screens.tell(VoiceEnded(data=data), beside=None if asked is None else asked.connection_id)
        if asked is not None:
            screens.tell_one(asked.connection_id, VoiceEnded(id=asked.client_id, data=data))
        await screens.flush(_FLUSH_SECONDS)
        screens.close()
