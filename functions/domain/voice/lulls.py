"""The silence that the model is sent while a client sends nothing.

A client that stops sending when the person stops speaking says nothing of it: without the silence that
follows, the model would wait for the end of the turn for ever. After a while only as much is sent as keeps
the stream: who says nothing for 55 s is hung up on, and all that is sent is paid for.
"""

from typing import Final

AFTER_SECONDS: Final = 0.5
"""How long nothing has come when it begins: the network delays frames, too."""
PAUSE_SECONDS: Final = 3.0
"""For how long it is sent in full: the model takes a pause of 2 s for the end of a turn, if it is patient."""
EVERY_SECONDS: Final = 10.0
"""Between two pieces after that."""
PIECE_SECONDS: Final = 0.1


class Lull:
    """What is due, by a clock in seconds."""

    def __init__(self, now: float) -> None:
        self.begin(now)

    def begin(self, now: float) -> None:
        """The person's audio came, or was said again, just now."""
        self._since = self._sent = now

    def due(self, now: float) -> float:
        """Return how many seconds of silence are to be sent now."""
        quiet = now - self._since
        if quiet < AFTER_SECONDS:
            return 0.0
        if quiet < AFTER_SECONDS + PAUSE_SECONDS:
            due, self._sent = now - self._sent, now
            return due
        if now - self._sent < EVERY_SECONDS:
            return 0.0
        self._sent = now
        return PIECE_SECONDS
