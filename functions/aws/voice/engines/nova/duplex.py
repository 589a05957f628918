"""What carries the events of one stream in both directions: Bedrock, or what stands in for it in a test."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol


class Duplex(Protocol):
    """An open stream of a model."""

    async def send(self, event: bytes, /) -> None:
        """Send an event. It may hang once the connection is cut: it may be abandoned, as `close` may."""
        ...

    async def receive(self) -> bytes | None:
        """Return the next event, None when the stream has ended; raise what the model ended it with.

        It must not be cancelled: the stream would be lost.
        """
        ...

    async def close(self) -> None:
        """Give it up, whatever state it is in."""
        ...


Connect = Callable[[Sequence[bytes]], Coroutine[Any, Any, Duplex]]
"""Opens a stream, which begins with these events, and waits for the model's answer, however long that takes.

Raises
------
Exception
    Whatever the SDK raises; `functions.aws.voice.engines.nova.failures.break_of` says what it means.
"""
