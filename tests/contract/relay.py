"""Carries byte streams between a unix socket and a TCP port, so that a port can stay in its own network.

As a program it is the far side: it brings up loopback in the network namespace that it was started in, runs
a server there, and ends with it when its standard input closes.
"""

import asyncio
import contextlib
import fcntl
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator

_SIOCSIFFLAGS = 0x8914
_IFF_UP_RUNNING = 0x41
_INNER_PORT = 8000
"""Free for sure: nobody else is in the namespace."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError, RuntimeError):
        writer.close()


def _relay(
    connect: Callable[[], Awaitable[Streams]],
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await connect()
        except OSError:  # the server is not up yet, or no more: the client sees a closed connection
            writer.close()
            return
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))

    return serve


@contextlib.contextmanager
def near_side(path: str) -> Iterator[int]:
    """Relay a free port of this machine's loopback to the unix socket at a path; give the port."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        asyncio.start_server(_relay(lambda: asyncio.open_unix_connection(path)), "127.0.0.1", 0)
    )
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        loop.call_soon_threadsafe(_cancel_all, loop)
        thread.join(timeout=5)
        loop.close()


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    asyncio.gather(*tasks, return_exceptions=True).add_done_callback(lambda _: loop.stop())


async def _far_side(path: str, command: list[str]) -> None:
    _raise_loopback()
    child = subprocess.Popen(  # noqa: ASYNC220 - once, at the start; the command is the test's own
        [*command, str(_INNER_PORT)], stdin=subprocess.DEVNULL
    )
    relay = _relay(lambda: asyncio.open_connection("127.0.0.1", _INNER_PORT))
    server = await asyncio.start_unix_server(relay, path)
    await asyncio.to_thread(sys.stdin.buffer.read)  # until the tests end, however they end
    server.close()
    child.kill()
    child.wait()


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", _IFF_UP_RUNNING))


if __name__ == "__main__":
    asyncio.run(_far_side(sys.argv[1], sys.argv[2:]))
