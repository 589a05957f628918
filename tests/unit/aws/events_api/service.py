"""A small AppSync Events, on a socket of its own, that does what a test tells it."""

import json
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

Script = Callable[["Service", ServerConnection], Awaitable[None]]
"""What it does with a connection."""


class Service:
    """Keeps what it was asked, and says what the protocol does."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[dict[str, Any]] = []
        self.host: str | None = None
        self.proof: dict[str, str] = {}

    async def asked_for(self, socket: ServerConnection, kind: str) -> dict[str, Any]:
        """Wait for a frame of a type, and keep it."""
        frame: dict[str, Any] = json.loads(await socket.recv())
        assert frame["type"] == kind
        self.asked.append(frame)
        return frame

    async def begin(self, socket: ServerConnection, quiet_ms: int = 300_000) -> str:
        """Acknowledge a connection and its subscription, whose id is returned."""
        await self.asked_for(socket, "connection_init")
        await say(socket, type="connection_ack", connectionTimeoutMs=quiet_ms)
        subscription: str = (await self.asked_for(socket, "subscribe"))["id"]
        await say(socket, type="ka")
        await say(socket, type="subscribe_success", id=subscription)
        return subscription


async def say(socket: ServerConnection, **frame: Any) -> None:
    """Send a frame."""
    await socket.send(json.dumps(frame))


@asynccontextmanager
async def serving(script: Script) -> AsyncIterator[Service]:
    """Serve for as long as the block lasts; each connection is the script's."""
    service = Service()

    async def handle(socket: ServerConnection) -> None:
        assert socket.request is not None
        service.host = socket.request.headers["Host"]
        offered = socket.request.headers["Sec-WebSocket-Protocol"].split(", ")
        proof = offered[1].removeprefix("header-")
        service.proof = json.loads(urlsafe_b64decode(proof + "=" * (-len(proof) % 4)))
        await script(service, socket)

    async with serve(handle, "127.0.0.1", 0, subprotocols=["aws-appsync-event-ws"]) as server:  # type: ignore[list-item]  # plain strings are taken
        port = server.sockets[0].getsockname()[1]
        service.url = f"http://127.0.0.1:{port}"
        yield service


async def for_ever(_service: Service, socket: ServerConnection) -> None:
    """Say nothing at all, for as long as the subscriber stays."""
    await socket.wait_closed()
