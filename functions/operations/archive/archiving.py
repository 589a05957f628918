"""Archives the hours that are closed, and counts each again a day later.

Nothing is deleted here, and nothing is lost between two runs: an object is written whole, the watermark moves
after it, and whoever finds an object there already leaves it to the count. What a run leaves, the next one
does.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from typing import Final

import msgspec

from functions.aws.archive.archived_items import pack, unpack
from functions.aws.archive.arrivals import SHARDS, Arrivals
from functions.aws.archive.objects import Objects, OvertakenError
from functions.domain.archive.hours import (
    DAY,
    HOUR,
    Watermark,
    beginning,
    closed_until,
    hour_of,
    key_of,
    stem_of,
)
from functions.domain.archive.lines import Line

MOST: Final = 100_000
"""The most events of one object for a whole hour (28 a second): an hour with more has an object for each
shard. A run holds one object in its memory, and 1,024 MB hold about 250,000 events."""
_LOOK_AHEAD: Final = 30 * DAY
"""How far a run looks for the next event before it notes how far it has come."""


class Archived(msgspec.Struct):
    """What a run did.

    Attributes
    ----------
    hours, events
        How many were archived.
    healed
        Objects that had missed events, and have them now.
    surplus
        Objects that have events which the log has no more: somebody has deleted them there.
    behind
        Hours that are closed and not archived yet.
    """

    hours: int = 0
    events: int = 0
    healed: int = 0
    surplus: int = 0
    behind: int = 0


class Archiver:
    """One run.

    Parameters
    ----------
    arrivals
        The log.
    objects
        The archive.
    goes_on
        Tells whether there is time for one more object.
    most
        The most events of one object.
    """

    def __init__(
        self, arrivals: Arrivals, objects: Objects, goes_on: Callable[[], bool], most: int = MOST
    ) -> None:
        self._arrivals = arrivals
        self._objects = objects
        self._goes_on = goes_on
        self._most = most
        self.archived = Archived()

    def run(self, now: int, retention_seconds: int) -> Archived:
        """Archive what is closed and is not archived yet, then count what was archived a day ago.

        Parameters
        ----------
        now
            Epoch milliseconds.
        retention_seconds
            How long the log keeps events: an archive begins with the oldest.

        Raises
        ------
        Unavailable
            If the log or the archive cannot be read or written in time. The next run goes on there.
        OvertakenError
            If an object was written by somebody else while it was being healed.
        """
        closed = closed_until(now)
        mark = self._objects.watermark() or beginning(now, retention_seconds)
        for reached in self._walk(mark.archived, closed, self._archive):
            mark = self._note(Watermark(reached, mark.checked))
        for reached in self._walk(mark.checked, min(mark.archived, closed - DAY), self._check):
            mark = self._note(Watermark(mark.archived, reached))
        self.archived.behind = (closed - mark.archived) // HOUR
        return self.archived

    def _walk(self, since: int, until: int, do: Callable[[int], bool]) -> Iterable[int]:
        """Do something with each hour in which something arrived; yield how far everything is done."""
        while since < until and self._goes_on():
            ahead = min(until, since + _LOOK_AHEAD)
            first = self._arrivals.first(since, ahead)
            if first is not None and not do(hour_of(first)):
                return
            since = ahead if first is None else hour_of(first) + HOUR
            yield since

    def _note(self, mark: Watermark) -> Watermark:
        self._objects.set_watermark(mark)
        return mark

    def _archive(self, hour: int) -> bool:
        """Write the objects of an hour that are not there; tell whether all are."""
        keys = self._objects.keys(stem_of(hour))
        if key_of(hour) not in keys:
            lines = None if keys else self._all_lines(hour)
            if lines is not None:
                self._write(key_of(hour), lines)
            elif not self._archive_shards(hour, keys):
                return False
        self.archived.hours += 1
        return True

    def _all_lines(self, hour: int) -> list[Line] | None:
        """Return all lines of an hour, None if they are too many for one object."""
        lines = list(islice(self._lines(hour, SHARDS), self._most + 1))
        return lines if len(lines) <= self._most else None

    def _archive_shards(self, hour: int, keys: Sequence[str]) -> bool:
        for shard in SHARDS:
            if key_of(hour, shard) not in keys:
                if not self._goes_on():
                    return False
                self._write(key_of(hour, shard), list(self._lines(hour, [shard])))
        return True

    def _write(self, key: str, lines: Sequence[Line]) -> None:
        if not lines:
            return
        try:
            self._objects.write(key, pack(lines), len(lines))
        except OvertakenError:  # another run was faster, or this one before its retry
            return
        self.archived.events += len(lines)

    def _check(self, hour: int) -> bool:
        """Count an hour again, and heal what missed something; tell whether there was time for all of it."""
        keys = self._objects.keys(stem_of(hour))
        by_shard = any(key != key_of(hour) for key in keys)
        pieces = [(key_of(hour, shard), [shard]) for shard in SHARDS]
        for key, shards in pieces if by_shard else [(key_of(hour), list(SHARDS))]:
            if not self._goes_on():
                return False
            logged = self._arrivals.count(hour, shards)
            archived = self._objects.count(key)
            if logged > archived:
                self._heal(key, hour, shards)
            elif logged < archived:
                self.archived.surplus += 1
        return True

    def _heal(self, key: str, hour: int, shards: Iterable[int]) -> None:
        """Add what an object has missed; an event that both have is taken from the log."""
        stored = self._objects.read(key)
        before = () if stored is None else unpack(stored.body)
        lines = {_id(line): line for line in chain(before, self._lines(hour, shards))}
        replaces = None if stored is None else stored.version
        self._objects.write(key, pack(lines.values()), len(lines), replaces=replaces)
        self.archived.healed += 1

    def _lines(self, hour: int, shards: Iterable[int]) -> Iterable[Line]:
        return chain.from_iterable(self._arrivals.lines(hour, shard) for shard in shards)


def _id(line: Line) -> tuple[str, str]:
    return line.connection_id, line.event_id
