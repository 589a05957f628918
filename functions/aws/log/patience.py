"""How long a write is tried again that transactions of others were in the way of."""

import random
import time
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

_FIRST_SECONDS: Final = 0.1
"""The longest pause before the second attempt; it doubles. A transaction takes 5 to 20 ms."""
_LONGEST_SECONDS: Final = 0.8


class Patience(msgspec.Struct, frozen=True):
    """For how many seconds a write is begun again, and what tells, passes and draws the time.

    In three seconds, twenty texts that one user sends at the same instant are written one after the other;
    most of a route's time is left.
    """

    seconds: float = 3.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[float, float], float] = random.uniform

    def deadline(self) -> float:
        """Return until when attempts may begin of what begins now, on the clock that this goes by."""
        return self.clock() + self.seconds

    def is_over(self, deadline: float) -> bool:
        """Tell whether it is too late to begin an attempt."""
        return self.clock() > deadline

    def pauses(self, deadline: float | None = None) -> Iterator[float]:
        """Pause before each further attempt, with full jitter, and yield how long that was, in seconds.

        It ends without a pause where the next attempt would begin after the deadline, which is by default
        that of what begins now. Rivals should not meet again: each pause is drawn between zero and a bound,
        which doubles up to 0.8 s.
        """
        return self._pauses(self.deadline() if deadline is None else deadline)

    def _pauses(self, until: float) -> Iterator[float]:
        longest = _FIRST_SECONDS
        while True:
            seconds = self.draw(0, longest)
            if self.clock() + seconds > until:
                return
            self.sleep(seconds)
            yield seconds
            longest = min(2 * longest, _LONGEST_SECONDS)


USUAL: Final = Patience()
"""What holds where nobody chose."""
