"""Lets one invocation hold a generation of a session: a start may be delivered twice, or asked for again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from functions.aws.log.event_log import ClaimRefusedError
from functions.aws.logs import warn
from functions.domain.log.claims import Take, run_key
from functions.domain.refusals import Unavailable
from functions.domain.voice.channels import OnChannel, ReadyAsked
from functions.domain.voice.starts import Start, run_by
from functions.operations.voice.means import Means

RUN_SECONDS: Final = 1_000
"""Longer than any invocation."""
_PAUSES: Final = (0.3, 1.0, 2.0)
"""Seconds between the attempts to take the run."""


async def is_first(
    means: Means, start: Start, publish: Callable[[OnChannel], Awaitable[bool]], ids: dict[str, Any]
) -> bool:
    """Tell whether nobody else holds this generation; a client that asks again is told by who does.

    The claim of a run is over before a long session is. So who asks again after the session's first hold
    takes none: somebody has renewed that hold since, and listens.

    Raises
    ------
    Unavailable
        If the claims cannot be had in time.
    """
    token, now = means.draw(), means.now() // 1_000
    key = run_key(start.voice_session_id, start.generation)
    run = Take(key, run_by(start) + token, now, now + RUN_SECONDS)

    async def tell_asking() -> None:
        if start.asking is not None:
            await publish(ReadyAsked(start.asking, start.client_id))

    async def take() -> bool:
        try:
            await means.off_loop(lambda: means.claims.grant([run], token))
        except ClaimRefusedError:
            await tell_asking()
            return False
        return True

    if start.asking is not None and now >= start.held_until:
        await tell_asking()
        return False
    for seconds in _PAUSES:
        try:
            return await take()
        except Unavailable as unavailable:
            warn("run_not_taken", unavailable, **ids)
            await asyncio.sleep(seconds)
    return await take()
