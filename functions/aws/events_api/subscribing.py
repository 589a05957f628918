"""Subscribes to a channel of an API of AppSync Events, over a WebSocket of its own."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from functions.aws.events_api.authorizations import Authorize
from functions.domain.refusals import Unavailable

PROTOCOL: Final = "aws-appsync-event-ws"
OPEN_SECONDS: Final = 5.0
"""How long it takes at most until it is subscribed, or known that it is not."""
_CLOSE_SECONDS: Final = 1.0
_QUIET_SECONDS: Final = 300.0
"""How long a channel may be silent, keep-alives too, where the service does not say."""


class _Frame(msgspec.Struct, frozen=True, rename="camel"):
    type: str
    id: str | None = None
    event: str | list[str] = ""
    connection_timeout_ms: int | None = None
    errors: list[Mapping[str, Any]] = []


_frames: Final = msgspec.json.Decoder(_Frame)


@asynccontextmanager
async def subscribed(
    host: str,
    authorize: Authorize,
    channel: str,
    endpoint: str | None = None,
    open_seconds: float = OPEN_SECONDS,
) -> AsyncIterator[AsyncIterator[str]]:
    """Give what is published to a channel from now on, each event as its JSON.

    There is no promise that all comes, nor in order, nor once. The iteration ends when the connection does,
    or when nothing has come by it for as long as the service says, keep-alives included; it may be cancelled
    while it waits, and nothing is lost.

    Parameters
    ----------
    host
        The API's for WebSockets, ``{api}.appsync-realtime-api.{region}.amazonaws.com``.
    authorize
        How to prove who subscribes: `signing` or `bearing`.
    channel
        Such as ``/voice/a1b2/01J9``; the last segment may be ``*``.
    endpoint
        An emulator's URL, which answers for every such host.
    open_seconds
        How long it may take.

    Raises
    ------
    Unavailable
        If it is not subscribed by then, or is refused.
    """
    try:
        async with asyncio.timeout(open_seconds):
            socket = await _connected(host, authorize, endpoint)
            try:
                quiet_seconds = await _begin(socket)
                subscription = await _subscribe(socket, authorize, channel)
            except BaseException:
                await _close(socket)
                raise
    except (OSError, TimeoutError, InvalidHandshake, ConnectionClosed, msgspec.DecodeError) as problem:
        raise Unavailable(f"{type(problem).__name__} of Subscribe") from problem
    try:
        async with aclosing(_events(socket, subscription, quiet_seconds)) as events:
            yield events
    finally:
        await _close(socket)


async def _connected(host: str, authorize: Authorize, endpoint: str | None) -> ClientConnection:
    proof = urlsafe_b64encode(msgspec.json.encode(dict(authorize(b"{}")))).decode().rstrip("=")
    scheme = "wss"
    where: dict[str, Any] = {}
    if endpoint is not None:
        there = urlsplit(endpoint)
        scheme = "wss" if there.scheme == "https" else "ws"
        where = {"host": there.hostname, "port": there.port, "proxy": None}
    return await connect(
        f"{scheme}://{host}/event/realtime",
        subprotocols=[Subprotocol(PROTOCOL), Subprotocol(f"header-{proof}")],
        compression=None,
        open_timeout=None,
        ping_interval=None,  # the service's keep-alives say the same
        close_timeout=_CLOSE_SECONDS,
        **where,
    )


async def _begin(socket: ClientConnection) -> float:
    await socket.send('{"type":"connection_init"}')
    acknowledged = await _answer(socket, "connection_ack")
    milliseconds = acknowledged.connection_timeout_ms
    return milliseconds / 1000 if milliseconds else _QUIET_SECONDS


async def _subscribe(socket: ClientConnection, authorize: Authorize, channel: str) -> str:
    subscription = str(uuid4())
    proof = dict(authorize(msgspec.json.encode({"channel": channel})))
    asked = {"type": "subscribe", "id": subscription, "channel": channel, "authorization": proof}
    await socket.send(msgspec.json.encode(asked).decode())
    await _answer(socket, "subscribe_success")
    return subscription


async def _answer(socket: ClientConnection, wanted: str) -> _Frame:
    """Return the frame of a type; what the service says besides does not matter before."""
    while True:
        frame = _frames.decode(await socket.recv())
        if frame.type == wanted:
            return frame
        if frame.errors or frame.type.endswith("error"):
            kind = str(frame.errors[0].get("errorType", "")) if frame.errors else ""
            problem = f"{kind or frame.type} of Subscribe"
            raise Unavailable(problem)


async def _events(
    socket: ClientConnection, subscription: str, quiet_seconds: float
) -> AsyncGenerator[str, None]:
    while True:
        try:
            async with asyncio.timeout(quiet_seconds):
                said = await socket.recv()
        except (TimeoutError, ConnectionClosed):
            return
        with suppress(msgspec.DecodeError):  # of another form than all that is known: nothing to deliver
            frame = _frames.decode(said)
            if frame.type == "data" and frame.id == subscription:
                for event in [frame.event] if isinstance(frame.event, str) else frame.event:
                    yield event


async def _close(socket: ClientConnection) -> None:
    """End the connection, in about a second whatever state it is in."""
    with suppress(TimeoutError):
        async with asyncio.timeout(2 * _CLOSE_SECONDS):
            await socket.close()
