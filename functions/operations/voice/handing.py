"""Hands a session over: has the next generation invoked, gives it what follows, and says where it ended."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import msgspec

from functions.aws.logs import warn
from functions.domain.refusals import Unavailable
from functions.domain.voice.channels import Granted, OnChannel, Over, Released, Taken
from functions.domain.voice.endings import Reason
from functions.domain.voice.starts import Start, payload_of
from functions.operations.voice.means import Means
from functions.operations.voice.renewing import Renewing
from functions.operations.voice.session import Session

TAKE_SECONDS: Final = 20.0
"""For the next generation to take the session over; it gives up by itself when it was invoked too late."""
DRAIN_SECONDS: Final = 5.0
"""For what the engine has to say of what it heard."""
LINGER_SECONDS: Final = 3.0
"""After the last request of the next generation: an answer may be lost."""


class Handing:
    """The older side of a hand-over.

    Attributes
    ----------
    is_begun
        Whether the next generation may have been invoked.
    """

    def __init__(
        self,
        means: Means,
        start: Start,
        session: Session,
        renewing: Renewing,
        publish: Callable[[OnChannel], Awaitable[bool]],
    ) -> None:
        self._means = means
        self._start = start
        self._session = session
        self._renewing = renewing
        self._publish = publish
        self._granted: Granted | None = None
        self._released: Released | None = None
        self._asked = asyncio.Event()
        self._answers: set[asyncio.Task[bool]] = set()
        self.is_begun = False

    async def run(self) -> None:
        """Hand over when it is time. The session ends where nobody takes it.

        From then on only the next generation prolongs what is held: should it fail, the session is ended and
        its conversation is free, and what is asked for here would hold both once more.
        """
        await asyncio.sleep(self._means.manner.handover_seconds)
        held_until = await self._renewing.stop()
        try:
            async with asyncio.timeout(TAKE_SECONDS):
                await self._invoke(held_until)
                await self._asked.wait()
        except TimeoutError:
            self._session.finish(Reason.HANDOVER)
            return
        await self._session.said_out(DRAIN_SECONDS)
        await self._session.saying.end(is_heard_out=True)
        self._released = self._session.released(held_until)
        await self._publish(self._released)
        await self._linger()
        self._session.finish(None)

    def hear(self, message: OnChannel) -> None:
        """Take a message of the channel: only what the next generation asks for matters."""
        if not isinstance(message, Taken) or message.generation != self._start.generation + 1:
            return
        self._asked.set()
        if self._session.outcome.done() and self._released is None:
            self._answer(Over(message.generation))
            return
        if self._granted is None:
            self._granted = self._session.grant(message)
        self._answer(self._granted)
        if self._released is not None:
            self._answer(self._released)

    async def over(self) -> None:
        """Say that there is nothing to hand over any more, if somebody may come for it."""
        if self.is_begun:
            await self._publish(Over(self._start.generation + 1))

    async def _invoke(self, held_until: int) -> None:
        self.is_begun = True
        while True:
            following = msgspec.structs.replace(
                self._start,
                generation=self._start.generation + 1,
                held_until=held_until,
                asked_at=self._means.now(),
                asking=None,
            )
            invoke = partial(self._means.invoke, payload_of(following))
            try:
                await self._means.off_loop(invoke)
            except Unavailable as unavailable:
                warn("not_handed_over", unavailable, voice_session_id=self._start.voice_session_id)
                await asyncio.sleep(1)
            else:
                return

    async def _linger(self) -> None:
        while True:
            self._asked.clear()
            try:
                async with asyncio.timeout(LINGER_SECONDS):
                    await self._asked.wait()
            except TimeoutError:
                return

    def _answer(self, message: OnChannel) -> None:
        task = asyncio.ensure_future(self._publish(message))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)
