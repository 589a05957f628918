"""Follows the log as it grows: misses nothing that arrives late, and shows nothing twice.

An event is stamped before it is written, and an index shows it a little later still. So each look reads again
what the last ones read, and what was shown is remembered for longer than any look goes back.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from functions.aws.attributes import Item
from functions.aws.log.arrivals import arrived_at
from functions.names import EVENTS_KEY

OVERLAP_SECONDS: Final = 30
"""How late an event may be seen: its writer asked several times, and the index lags."""
_GLANCE_SECONDS: Final = 3
"""How far a usual look goes back: what is not late is there by then."""
_THOROUGH_EVERY: Final = 10
"""Every so many looks one goes back to what the last such look saw, and its overlap."""
_AHEAD_MILLISECONDS: Final = 60_000
"""How far a writer's clock may be ahead of the service's."""

Read = Callable[[int, int], Iterator[Item]]
"""Gives what arrived from one time to another, epoch milliseconds, oldest first."""


@dataclass
class Tail:
    """What was shown of a growing log, and from where the next look reads.

    Parameters
    ----------
    read
        Reads by arrival.
    now
        The service's time, epoch milliseconds: the operator's own clock may be wrong.
    since
        From when on events are wanted, epoch milliseconds.
    overlap_seconds
        How late an event may be seen.
    """

    read: Read
    now: Callable[[], int]
    since: int
    overlap_seconds: int = OVERLAP_SECONDS
    _looks: int = 0
    _thorough_until: int = field(init=False)
    _failed: bool = False
    _shown: dict[tuple[str, ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._thorough_until = self.since

    def look(self) -> list[Item]:
        """Return what is new, in the order of arrival; what a failed read leaves out, the next look finds."""
        now = self.now()
        thorough = self._failed or self._looks % _THOROUGH_EVERY == 0
        first = self._oldest if thorough else now - _GLANCE_SECONDS * 1_000
        self._failed = True
        found = list(self.read(max(self.since, first), now + _AHEAD_MILLISECONDS))
        self._failed = False
        new = [item for item in found if self._is_new(item)]
        self._looks += 1
        if thorough:
            self._thorough_until = now
            self._forget()
        return new

    def _is_new(self, item: Item) -> bool:
        key = tuple(item[name]["S"] for name in EVENTS_KEY)
        if key in self._shown:
            return False
        self._shown[key] = arrived_at(item)
        return True

    def _forget(self) -> None:
        """Forget what no later look can read again."""
        self._shown = {key: at for key, at in self._shown.items() if at >= self._oldest}

    @property
    def _oldest(self) -> int:
        return self._thorough_until - self.overlap_seconds * 1_000
