"""Prolongs what a session holds, minute by minute, until the user's seconds of the day are used up."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from functions.aws.log.event_log import ClaimRefusedError
from functions.aws.logs import warn, write_line
from functions.domain.log.claims import voice_key
from functions.domain.refusals import Fault, Unavailable
from functions.domain.voice.endings import Reason
from functions.domain.voice.holding import MINUTE_SECONDS, moment_of, renewal, renewal_due, renewal_token
from functions.domain.voice.starts import Start
from functions.operations.voice.means import Means

AGAIN_SECONDS: Final = 2.0
SPARE_MILLISECONDS: Final = 1_000
"""Before a hold is over: what is held is given back while it is still held."""


class Renewing:
    """What a session holds.

    Attributes
    ----------
    held_until
        Until when, epoch seconds.
    """

    def __init__(self, means: Means, start: Start, finish: Callable[[Reason], None]) -> None:
        self._means = means
        self._start = start
        self._finish = finish
        self._turn = asyncio.Lock()
        self._is_stopped = False
        self._is_doubted = False
        self.held_until = start.held_until

    async def run(self) -> None:
        """Renew until it is cancelled, or nothing more is granted."""
        while not self._is_stopped:
            await self._until(renewal_due(self.held_until) + moment_of(self._start))
            refused = await self._renew()
            if refused is None:
                continue
            if refused is Reason.LIMIT:  # what is reserved may be spoken
                await self._until(self._last)
            self._finish(refused)
            return

    async def stop(self) -> int:
        """Renew no more, and return until when the session holds: what is being asked for counts."""
        async with self._turn:
            self._is_stopped = True
        if self._is_doubted:
            key = voice_key(self._start.conversation)
            try:
                held = await self._means.off_loop(lambda: self._means.claims.held(key))
            except Unavailable as unavailable:  # then it is left to expire
                warn("hold_not_known", unavailable, voice_session_id=self._start.voice_session_id)
            else:
                if held is not None and held.value == self._start.voice_session_id:
                    self.held_until = held.expires_at
        return self.held_until

    @property
    def _last(self) -> int:
        return self.held_until * 1_000 - SPARE_MILLISECONDS

    async def _renew(self) -> Reason | None:
        means, start = self._means, self._start
        claims = renewal(start, self.held_until, means.manner.seconds_per_day)
        token = renewal_token(start, self.held_until)
        ids: dict[str, Any] = {"voice_session_id": start.voice_session_id, "user_id": start.cause.user_id}
        while True:
            try:
                async with self._turn:
                    if self._is_stopped:
                        return None
                    await means.off_loop(lambda: means.claims.grant(claims, token))
                    self.held_until += MINUTE_SECONDS
                    self._is_doubted = False
                    return None
            except ClaimRefusedError as refused:
                if voice_key(start.conversation) not in refused.standing:
                    return Reason.LIMIT
                # it was stopped for so long that its hold was over
                write_line("hold_lost", **ids, fault=Fault.SERVER)
                return Reason.FAILED
            except Unavailable as unavailable:
                warn("hold_not_renewed", unavailable, **ids)
                self._is_doubted = True
                if means.now() + AGAIN_SECONDS * 1_000 >= self._last:
                    return Reason.FAILED
                await asyncio.sleep(AGAIN_SECONDS)

    async def _until(self, at: int) -> None:
        await asyncio.sleep(max(0, at - self._means.now()) / 1_000)
