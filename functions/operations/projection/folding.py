"""Folds events into one row part by part, where the row moves more counters than a transaction holds.

Speech in every minute of two hours does. A row of some of the events is a row like any other: it is written
and counted, and what follows adds its own difference.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

import msgspec

from functions.aws.read_models.transactions import MOST_CHANGES
from functions.domain.connections.connection import Connection, join
from functions.domain.connections.counters import Contribution, contribution, difference
from functions.domain.log.events import Event
from functions.domain.texts.sessions import Session, change, share_of_row


class Version(msgspec.Struct, frozen=True):
    """A row to write, what it was, and how it changes the counters and its session since then."""

    row: Connection
    before: Connection
    changes: Contribution
    share: Session | None = None


class Fold:
    """The row of a connection while events are joined into it.

    Parameters
    ----------
    connection
        Its id.
    counted
        The row that the counters of this generation count already; None if they count none.
    most_changes
        How many changes of counters one version may have.
    """

    def __init__(self, connection: str, counted: Connection | None, most_changes: int = MOST_CHANGES) -> None:
        self._row = self._written = counted or Connection(connection)
        self._counted = contribution(counted)
        self._most_changes = most_changes

    def join(self, events: Sequence[Event]) -> Iterator[Version]:
        """Join events, and yield each version that has to be written before the next event fits.

        Raises
        ------
        ValueError
            If a single event changes more counters than one version may. None does: it moves the end of the
            connection and of two voice sessions, and begins one. A property test holds that.
        """
        while len(self._changes(row := join(self._row, events))) > self._most_changes:
            fitting = self._fitting(events)
            self._row = join(self._row, events[:fitting])
            if self._row == self._written:
                msg = f"one event of connection {self._row.connection_id} moves too many counters"
                raise ValueError(msg)
            yield self._version()
            events = events[fitting:]
        self._row = row

    def last(self) -> Iterator[Version]:
        """Yield the version with everything that was joined, unless it is as it was written."""
        if self._row != self._written:
            yield self._version()

    def _fitting(self, events: Sequence[Event]) -> int:
        """Return how many of the events, from the first, fit into one version.

        A later event may take back what an earlier one changed, so that a longer part would fit, too: any
        part that fits will do.
        """

        def changed(length: int) -> int:
            return len(self._changes(join(self._row, events[:length])))

        return bisect_right(range(1, len(events) + 1), self._most_changes, key=changed)

    def _changes(self, row: Connection) -> Contribution:
        return difference(contribution(row), self._counted)

    def _version(self) -> Version:
        share = change(share_of_row(self._row), share_of_row(self._written))
        version = Version(self._row, self._written, self._changes(self._row), share)
        self._written, self._counted = self._row, contribution(self._row)
        return version
