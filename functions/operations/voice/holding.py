"""Holds a voice session in one invocation: opens it, or takes it over, and sees to it that it ends once."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import msgspec

from functions.aws.logs import warn
from functions.aws.voice.engines.engine import SpeechStream
from functions.domain.refusals import Unavailable
from functions.domain.voice.channels import OnChannel
from functions.domain.voice.endings import Reason
from functions.domain.voice.starts import Start
from functions.names import HANDED_OVER
from functions.operations.voice.ending import Concluded
from functions.operations.voice.finishing import Finishing
from functions.operations.voice.handing import Handing
from functions.operations.voice.listening import Listening
from functions.operations.voice.means import Means
from functions.operations.voice.opening import opened
from functions.operations.voice.renewing import Renewing
from functions.operations.voice.running import is_first
from functions.operations.voice.session import NOTHING_BEFORE, TICK_SECONDS, Session
from functions.operations.voice.taking import Taking
from functions.operations.voice.working import Working

OLD_MILLISECONDS: Final = 15_000
"""An invocation that was asked for longer ago is given up: the client has given up too."""
RESERVE_MILLISECONDS: Final = 25_000
"""What is left to end in: to drain, to keep, to append, and to tell."""
LET_DOWN_SECONDS: Final = 45.0
"""For the generation before to end a session that nobody takes over: it waits, keeps its turns, and appends.
Who is told of failures leaves it to the next one, whose run is taken."""
_CLOSE_SECONDS: Final = 3.0

Became = dict[str, Any]
"""What a line says of an invocation: numbers, and words of ours alone."""


class Holding:
    """One invocation of a session's function.

    Parameters
    ----------
    remaining_milliseconds
        Tells how long until Lambda ends it.
    """

    def __init__(
        self, means: Means, start: Start, invocation: str, remaining_milliseconds: Callable[[], int]
    ) -> None:
        self._means = means
        self._start = start
        self._remaining = remaining_milliseconds
        self._working = Working(self._fail)
        self._early: list[OnChannel] = []
        self._stream: SpeechStream | None = None
        self._session: Session | None = None
        self._taking: Taking | None = None
        self._renewing: Renewing | None = None
        self._handing: Handing | None = None
        self._finishing = Finishing(means, start, invocation)
        self._listening = Listening(means, start, self._hear)

    @property
    def ids(self) -> dict[str, Any]:
        """What finds the session's lines."""
        return dict(self._finishing.ids)

    async def hold(self) -> Became:
        """Hold the session until it ends, or the next generation does; tell what became of it.

        Raises
        ------
        Unavailable
            If its end is not known to be written: who is told of failures writes it.
        """
        if not await is_first(self._means, self._start, self._listening.publish, self.ids):
            return {"reason": "held"}
        try:
            return await self._hold()
        except Exception:
            if self._session is None or not self._session.is_giving:
                held_until = await self._held_until()
                concluded = await self._finishing.conclude(Reason.FAILED, self._session, held_until)
                await self._finishing.tell(concluded, self._session)
            raise
        finally:
            await self._close()

    async def _hold(self) -> Became:
        start = self._start
        if self._means.now() - start.asked_at > OLD_MILLISECONDS:
            return await self._give_up(Reason.UNAVAILABLE, "late")
        self._working.begin(self._listening.run())
        try:
            self._stream = stream = await opened(self._means, start, self._listening)
        except Unavailable as unavailable:
            warn("not_opened", unavailable, **self._finishing.ids)
            return await self._give_up(Reason.UNAVAILABLE, "not_opened")
        if start.generation == 1:
            session = Session(self._means, start, stream)
            self._begin(session)
            session.adopt(NOTHING_BEFORE)
        else:
            self._taking = Taking(self._means, start, self._listening.publish, self._begin)
            for message in self._early:
                self._taking.hear(message)
            if not await self._taking.take(stream) or self._session is None:
                return self._line("over") if self._taking.is_over else await self._end(Reason.HANDOVER)
            session = self._session
        return await self._go_on(session)

    async def _go_on(self, session: Session) -> Became:
        start = self._start
        self._renewing = Renewing(self._means, start, session.finish)
        if self._taking is not None and self._taking.held_until is not None:
            self._renewing.held_until = self._taking.held_until
        self._handing = Handing(self._means, start, session, self._renewing, self._listening.publish)
        self._working.begin(self._renewing.run())
        self._working.begin(self._handing.run())
        if start.generation == 1:
            for connection_id in dict.fromkeys((start.cause.connection_id, start.asking)):
                if connection_id is not None:
                    session.saying.tell_ready(connection_id, start.client_id)
        early, self._early = self._early, []
        for message in early if start.generation == 1 else ():
            self._hear(message)
        reason = await session.outcome
        return self._line(HANDED_OVER) if reason is None else await self._end(reason)

    def _begin(self, session: Session) -> None:
        self._session = session
        for each in (session.listen(), session.hearing.run(), self._tick(session)):
            self._working.begin(each)

    def _hear(self, message: OnChannel) -> None:
        if self._handing is not None:
            self._handing.hear(message)
        if self._taking is not None:
            self._taking.hear(message)
        elif self._session is not None:
            self._session.hear(message)
        else:
            self._early.append(message)

    async def _tick(self, session: Session) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            if session.tick(is_away=self._listening.away_since is not None):
                self._working.begin(session.saying.screens.seek())
            if self._remaining() < RESERVE_MILLISECONDS:
                session.finish(Reason.HANDOVER)

    async def _give_up(self, reason: Reason, why: str) -> Became:
        """End what was not opened; one that was to be taken over only if who has it does not."""
        if self._working.fault is not None:
            raise self._working.fault
        if self._start.generation == 1:
            return await self._end(reason)
        await asyncio.sleep(LET_DOWN_SECONDS)
        concluded = await self._finishing.conclude(Reason.HANDOVER, None, await self._held_until())
        await self._finishing.tell(concluded, None)
        is_ended_here = concluded is not None and concluded.is_new
        return self._line(Reason.HANDOVER.value, concluded) if is_ended_here else self._line(why)

    async def _end(self, reason: Reason) -> Became:
        held_until = await self._held_until()
        concluded = await self._finishing.end(reason, self._session, held_until)
        if self._handing is not None:
            await self._handing.over()
        await self._finishing.tell(concluded, self._session)
        return self._line(reason.value, concluded)

    async def _held_until(self) -> int:
        return self._start.held_until if self._renewing is None else await self._renewing.stop()

    def _line(self, reason: str, concluded: Concluded | None = None) -> Became:
        session = self._session
        line: Became = {"reason": reason}
        if session is not None:
            line |= msgspec.to_builtins(session.totals) | session.figures
        if concluded is not None:
            line |= {"reason": concluded.fact.reason, "seconds": concluded.fact.seconds}
        return line

    def _fail(self, fault: BaseException) -> None:
        if self._session is not None and not self._session.outcome.done():
            self._session.outcome.set_exception(fault)

    async def _close(self) -> None:
        await self._working.stop()
        if self._session is not None:
            self._session.saying.screens.close()
        if self._stream is not None:
            await asyncio.wait({asyncio.create_task(self._stream.close())}, timeout=_CLOSE_SECONDS)
