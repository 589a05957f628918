"""Keeps the differences that were found: the first of them whole, and of the others how many there are."""

from threading import Lock
from typing import Final

import msgspec

from ops.read_models.differences import Difference

MOST_KEPT: Final = 1_000
"""Where more differ, it is by one cause: a million lines say no more than these, and fill the memory."""


class Verified(msgspec.Struct, frozen=True):
    """What was compared, and every difference; of very many the first, and how many ``more`` there are."""

    connections: int
    messages: int
    counters: int
    differences: tuple[Difference, ...]
    more: int = 0


class Findings:
    """Differences, from several threads."""

    def __init__(self) -> None:
        self._kept: list[Difference] = []
        self._more = 0
        self._lock = Lock()

    def add(self, difference: Difference) -> None:
        """Keep a difference, or count it if there are very many."""
        with self._lock:
            if len(self._kept) < MOST_KEPT:
                self._kept.append(difference)
            else:
                self._more += 1

    @property
    def first(self) -> tuple[Difference, ...]:
        """The first differences."""
        return tuple(self._kept)

    @property
    def more(self) -> int:
        """How many more there are."""
        return self._more
