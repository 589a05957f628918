"""Makes MiniStack late at random, as AWS may be: of two answers on their way at once, either comes first.

It is for tests (`make steady`). A variable says how late something is at most; without it nothing is.
Invocations begin and end late, and posts to connections arrive late, each some of the time. What one function
posts keeps its order, since it waits for each post.

`local/ministack_with_logs.py` runs it, in the emulator. It imports nothing of ours: see there.
"""

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from ministack.core import lambda_runtime  # type: ignore[import-untyped]  # it has no stubs
from ministack.services import apigateway  # type: ignore[import-untyped]

LATE_SECONDS: Final = "MINISTACK_LATE_SECONDS"
_SHARE: Final = 0.3
"""Of what may be late."""

Delay = Callable[[], float]
Post = Callable[..., Awaitable[Any]]
Invoke = Callable[..., Any]


def install() -> None:
    """Put it in the place of what invokes and what posts, where something is to be late."""
    if most := float(os.environ.get(LATE_SECONDS, "0")):
        delay = up_to(most)
        lambda_runtime.Worker.invoke = invoking(lambda_runtime.Worker.invoke, delay)
        apigateway.handle_connections_api = posting(apigateway.handle_connections_api, delay)


def up_to(most: float, chance: random.Random | None = None) -> Delay:
    """Return what tells for how many seconds something waits: most of the time for none."""
    chance = chance or random.Random()  # noqa: S311 - it need not be secret
    return lambda: chance.random() * most if chance.random() < _SHARE else 0.0


def invoking(invoke: Invoke, delay: Delay, sleep: Callable[[float], None] = time.sleep) -> Invoke:
    """Return what invokes a function, and waits before it and after it."""

    def late(*given: Any, **named: Any) -> Any:
        sleep(delay())
        result = invoke(*given, **named)
        sleep(delay())
        return result

    return late


def posting(post: Post, delay: Delay, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> Post:
    """Return what answers the callbacks of connections, and waits before each post."""

    async def late(method: str, *given: Any, **named: Any) -> Any:
        if method == "POST":
            await sleep(delay())
        return await post(method, *given, **named)

    return late
