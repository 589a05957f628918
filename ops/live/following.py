"""Follows the operators' channel of changes, over one connection after the other."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import msgspec

from functions.aws.events_api.authorizations import bearing
from functions.aws.events_api.subscribing import subscribed
from functions.domain.live.channels import OPERATORS
from functions.domain.refusals import Unavailable

_PAUSE_SECONDS: Final = 1.0
_DENIED: Final = ("UnauthorizedException", "401", "403")


class DeniedError(Exception):
    """The token may not read the operators' channel, or has expired."""


def follow(
    hosts: tuple[str, str],
    endpoint: str | None,
    token: str,
    show: Callable[[dict[str, Any]], object],
    tell: Callable[[str], object],
    pause_seconds: float = _PAUSE_SECONDS,
) -> None:
    """Show what happens from now on, until it is interrupted.

    Parameters
    ----------
    hosts
        The API's, for HTTP and for WebSockets.
    endpoint
        An emulator's URL.
    token
        Of a member of the operators' group.
    show, tell
        Take a change, and what is in the way meanwhile.
    pause_seconds
        How long to wait before connecting again.

    Raises
    ------
    DeniedError
        If the token is not good for it, at the beginning or after a cut.
    """
    asyncio.run(_follow(hosts, endpoint, token, show, tell, pause_seconds))


async def _follow(
    hosts: tuple[str, str],
    endpoint: str | None,
    token: str,
    show: Callable[[dict[str, Any]], object],
    tell: Callable[[str], object],
    pause_seconds: float,
) -> None:
    http, realtime = hosts
    while True:
        try:
            async with subscribed(realtime, bearing(token, http), OPERATORS, endpoint) as events:
                tell("subscribed")
                async for event in events:
                    change = msgspec.json.decode(event)
                    if isinstance(change, dict):
                        show(change)
            tell("the connection has ended, and is made again: what happens meanwhile is not shown")
        except Unavailable as problem:
            if problem.problem.startswith(_DENIED):
                raise DeniedError from None
            tell(f"nothing can be subscribed to ({problem.problem}), and it is tried again")
        await asyncio.sleep(pause_seconds)
