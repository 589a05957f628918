"""Tells whether two walks saw the same rows, in memory that does not depend on how many there are.

Verify walks the log, and sees which rows it explains; then it walks the tables. Sets of a million keys would
fill the memory, and to ask the log for each row would cost as much again as to read it. So both walks add up
hashes of the keys, in 65,536 sums: where the sums agree, the walks saw the same rows.
"""

import secrets
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock
from typing import Final
from zlib import crc32

from functions.aws.attributes import Item
from functions.names import TTL_ATTRIBUTE

_SUMS: Final = 65_536
_MODULUS: Final = 2**64
"""Of a sum: that two different sets of rows have the same one is as likely as to guess a 64-bit number."""


class Tally:
    """Sums over the rows of one table.

    Parameters
    ----------
    settled
        Tells of an expiry (epoch seconds) whether rows that have it are at rest: beside live traffic, rows of
        connections that are open, or that expire, come and go between the walks.
    """

    def __init__(self, settled: Callable[[int], bool]) -> None:
        self._settled = settled
        self._secret = secrets.token_bytes(16)
        self._sums = array("Q", bytes(8 * _SUMS))
        self._lock = Lock()

    def sum_of(self, item: Item | None, *key: str) -> int:
        """Return what a row adds to its connection's sum, by its key; 0 if it is not there or not settled."""
        if item is None or not self.counts(item):
            return 0
        digest = blake2b("\0".join(key).encode(), digest_size=8, key=self._secret).digest()
        return int.from_bytes(digest)

    def counts(self, item: Item) -> bool:
        """Tell whether a row is settled, by its attribute of expiry."""
        return TTL_ATTRIBUTE in item and self._settled(int(item[TTL_ATTRIBUTE]["N"]))

    def explain(self, connection: str, amount: int) -> None:
        """Add rows of a connection that the log explains."""
        self._add(connection, amount)

    def meet(self, connection: str, amount: int) -> None:
        """Take away rows of a connection that are in the table."""
        self._add(connection, -amount)

    def agrees(self) -> bool:
        """Tell whether the rows in the table are those that the log explains."""
        return not any(self._sums)

    def agrees_of(self, connection: str) -> bool:
        """Tell whether they are, of a connection and those that share its sum."""
        return not self._sums[_place(connection)]

    def _add(self, connection: str, amount: int) -> None:
        place = _place(connection)
        with self._lock:
            self._sums[place] = (self._sums[place] + amount) % _MODULUS


@dataclass(frozen=True)
class Tallies:
    """The tallies of both tables of rows."""

    connections: Tally
    messages: Tally


def _place(connection: str) -> int:
    return crc32(connection.encode()) % _SUMS
