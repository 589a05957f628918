"""Finds the rows that no event in the log explains, but for those that have expired.

Most rows are only tallied. The log is asked for the others: rows that are not settled, and then those in
whose company the tally does not agree with what the log explains.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice

from functions.aws import batch_reads
from functions.aws.attributes import Item
from functions.names import CONNECTIONS_KEY, MESSAGES_KEY, TTL_ATTRIBUTE
from ops.deployment import Deployment
from ops.read_models.asking import Unexplained, unexplained_connections, unexplained_messages
from ops.read_models.differences import Difference
from ops.read_models.findings import Findings
from ops.read_models.scans import Threads, in_segments, keys
from ops.read_models.tallies import Tallies, Tally


@dataclass(frozen=True)
class _Table:
    """A table of rows: its name, what a row is called, its key, and the attribute with the connection.

    ``names`` are further attributes by which the log is asked.
    """

    name: str
    what: str
    key: tuple[str, ...]
    owner: str
    unexplained: Unexplained
    names: tuple[str, ...] = ()

    def key_of(self, row: Item) -> tuple[str, ...]:
        """Return the key of a row."""
        return tuple(row[name]["S"] for name in self.key)

    def is_settled(self, row: Item, tally: Tally) -> bool:
        """Tell whether a row can be tallied."""
        return self.owner in row and tally.counts(row)


@dataclass(frozen=True)
class SurplusSearch:
    """Walks the tables of connections and of messages.

    Attributes
    ----------
    deployment
        The tables.
    findings
        Where the differences go.
    now
        Gives epoch seconds.
    threads
        Makes what walks segments side by side.
    """

    deployment: Deployment
    findings: Findings
    now: Callable[[], float]
    threads: Threads

    def run(self, tallies: Tallies) -> None:
        """Walk each table once; where its tally does not agree, again."""
        outputs = self.deployment.outputs
        connections = _Table(
            outputs.connections_table, "connection", CONNECTIONS_KEY, "connectionId", unexplained_connections
        )
        messages = _Table(
            outputs.messages_table,
            "message",
            MESSAGES_KEY,
            "connection_id",
            unexplained_messages,
            ("outcome",),
        )
        for table, tally in ((connections, tallies.connections), (messages, tallies.messages)):
            self._ask(table, partial(self._unsettled, table, tally))
            if not tally.agrees():
                self._ask(table, partial(self._doubtful, table, tally))

    def _unsettled(self, table: _Table, tally: Tally, segment: int) -> Iterator[Item]:
        """Tally the rows of a segment that are settled, and yield the others."""
        for item in self._unexpired(table, segment):
            if table.is_settled(item, tally):
                tally.meet(item[table.owner]["S"], tally.sum_of(item, *table.key_of(item)))
            else:
                yield item

    def _doubtful(self, table: _Table, tally: Tally, segment: int) -> Iterator[Item]:
        """Yield the settled rows of a segment that are where the tally does not agree."""
        for item in self._unexpired(table, segment):
            if table.is_settled(item, tally) and not tally.agrees_of(item[table.owner]["S"]):
                yield item

    def _unexpired(self, table: _Table, segment: int) -> Iterator[Item]:
        names = dict.fromkeys((*table.key, table.owner, *table.names, TTL_ATTRIBUTE))
        for item in keys(self.deployment.client, table.name, segment, *names):
            if TTL_ATTRIBUTE not in item or int(item[TTL_ATTRIBUTE]["N"]) > self.now():
                yield item

    def _ask(self, table: _Table, rows_of: Callable[[int], Iterator[Item]]) -> None:
        """Ask the log for rows of all segments, and add those that it does not explain."""

        def ask(segment: int) -> None:
            rows = rows_of(segment)
            while together := list(islice(rows, batch_reads.TOGETHER)):
                for row in table.unexplained(self.deployment, together):
                    self.findings.add(
                        Difference(" ".join((table.what, *table.key_of(row))), "nothing", "a row")
                    )

        in_segments(ask, self.threads)
