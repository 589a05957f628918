"""Puts frames of speech in order: the channel promises none, loses some, and may deliver one twice."""

from collections.abc import Iterator
from typing import Final

WAIT_MILLISECONDS: Final = 200
"""How long a frame waits for those before it that are missing."""
MOST_WAITING: Final = 64
"""Frames that wait; with more, the missing ones are lost. One gap becomes as much silence at most."""


class Jitter:
    """Frames by their numbers, each given once, and in order.

    A frame that is missing for too long is lost: silence of the usual length takes its place. One that comes
    after that is late, and dropped. For example, 0 and 2 come; 200 ms later silence is given for 1, and 2.

    Parameters
    ----------
    first
        The number of the first frame that is wanted; what is before it is dropped.

    Attributes
    ----------
    next
        The number of the frame that is given next.
    newest
        The greatest number that has come, one less than the first before any has.
    lost, dropped
        How many frames never came in time, and how many came late or twice.
    bytes
        Of the audio that came in time.
    """

    def __init__(self, first: int = 0) -> None:
        self.next = first
        self.newest = first - 1
        self.lost = 0
        self.dropped = 0
        self.bytes = 0
        self._waiting: dict[int, tuple[int, bytes]] = {}
        self._closed: tuple[int, int] | None = None
        self._usual = 0

    def take(self, seq: int, audio: bytes, now: int) -> list[bytes]:
        """Take a frame, and return the audio that can be given now, in order; ``now`` in milliseconds."""
        if self._closed is not None and seq >= self._closed[0]:
            return []  # another's
        if seq < self.next or seq in self._waiting:
            self.dropped += 1
            return []
        self.newest = max(self.newest, seq)
        self.bytes += len(audio)
        self._waiting[seq] = (now, audio)
        return self.ready(now)

    def ready(self, now: int) -> list[bytes]:
        """Return the audio that can be given by now, with silence for what is lost."""
        given = list(self._in_order())
        while self._is_over(now):
            given += self._give_up()
            given += self._in_order()
        return given

    def close(self, until: int, now: int) -> list[bytes]:
        """Take nothing from a number on; what is missing before it is waited for as ever.

        Return the audio that can be given now.
        """
        self._closed = (until, now)
        for seq in [seq for seq in self._waiting if seq >= until]:
            self.bytes -= len(self._waiting.pop(seq)[1])
        self.newest = max(self.next, min(self.newest + 1, until)) - 1
        return self.ready(now)

    @property
    def is_done(self) -> bool:
        """Whether it is closed, and all before that was given."""
        return self._closed is not None and self.next >= self._closed[0]

    def _in_order(self) -> Iterator[bytes]:
        while (arrived := self._waiting.pop(self.next, None)) is not None:
            self.next += 1
            self._usual = len(arrived[1])
            yield arrived[1]

    def _is_over(self, now: int) -> bool:
        """Tell whether what is missing before the first that waits is lost."""
        if self._waiting:
            since = min(at for at, _ in self._waiting.values())
            return now - since >= WAIT_MILLISECONDS or len(self._waiting) > MOST_WAITING
        if self._closed is None or self.is_done:
            return False
        return now - self._closed[1] >= WAIT_MILLISECONDS

    def _give_up(self) -> list[bytes]:
        if self._waiting:
            found = min(self._waiting)
            usual = self._usual or len(self._waiting[found][1])
        else:
            found, usual = self._closed[0] if self._closed else self.next, self._usual
        missing = found - self.next
        self.lost += missing
        self.next = found
        return [bytes(usual)] * min(missing, MOST_WAITING)
