"""A WebSocket server of a test's own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from websockets.sync.server import ServerConnection, serve


@contextmanager
def served(handle: Callable[[ServerConnection], None]) -> Iterator[str]:
    """Have connections handled, each in a thread, for as long as the block lasts; give the server's URL."""
    with serve(handle, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/"
        finally:
            server.shutdown()
            thread.join()
