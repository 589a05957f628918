"""Rewrites a person's lines in the archive, in whichever objects they are."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

from functions.aws.archive.archived_items import pack, to_log_item, unpack
from functions.aws.archive.objects import Objects, OvertakenError
from functions.aws.attributes import from_item
from functions.aws.log.event_items import encode
from functions.domain.archive.hours import DAY, HOUR, closed_until, stem_of
from functions.domain.archive.lines import Line, rewritten
from functions.domain.log.redaction import redacted
from functions.names import ARCHIVE_EVENTS
from ops.archive.athena import ArchiveError, Athena
from ops.archive.merging import athena_of
from ops.archive.queries import hours_statement
from ops.deployment import Deployment
from ops.erasure.problems import StuckError, UnreadableError
from ops.erasure.reading import event_of

_DAYS: Final = f"{ARCHIVE_EVENTS}dt="
_ATTEMPTS: Final = 8
"""How often an object is read anew that the archiver has written meanwhile."""


class Archive:
    """The archive of a stack, as an erasure sees it.

    Parameters
    ----------
    objects
        Its objects.
    athena
        What is asked for the hours of a person: also of those that the log has forgotten.
    """

    def __init__(self, objects: Objects, athena: Athena) -> None:
        self._objects = objects
        self._athena = athena

    def hours(self, user_id: str, now: int) -> frozenset[int]:
        """Return the hours whose objects name a user, epoch milliseconds.

        The workgroup bounds what one query reads. So all days are asked for at once, and only where that is
        too much, half of them and the other half.

        Raises
        ------
        ArchiveError
            If Athena does not answer even for one day.
        """
        keys = self._objects.keys(_DAYS)  # in their order: the first is of the oldest day
        if not keys:
            return frozenset()
        oldest = datetime.strptime(keys[0].removeprefix(_DAYS)[:10], "%Y-%m-%d").replace(tzinfo=UTC)
        return frozenset(self._hours(user_id, int(oldest.timestamp()) * 1000, now))

    def _hours(self, user_id: str, first: int, last: int) -> Iterator[int]:
        days = (last - first) // DAY
        try:
            rows = list(self._athena.rows(hours_statement(user_id, first, last)))
        except ArchiveError:
            if not days:
                raise
            middle = first + (days + 1) // 2 * DAY
            yield from self._hours(user_id, first, middle - 1)
            yield from self._hours(user_id, middle, last)
        else:
            yield from (int(row["hour"] or 0) * HOUR for row in rows)

    def unsettled(self, hours: frozenset[int], now: int) -> bool:
        """Tell whether an archiver may be writing one of some hours, from what it has read before.

        It does so until it has counted the hour a second time; and not before the hour is closed.
        """
        mark = self._objects.watermark()
        checked = 0 if mark is None else mark.checked
        return any(checked < hour + HOUR <= closed_until(now) for hour in hours)

    def problems(self, user_id: str, hour: int) -> Iterator[str]:
        """Yield why some lines of a user in an hour cannot be redacted."""
        for key in self._objects.keys(stem_of(hour)):
            stored = self._objects.read(key)
            for line in unpack(stored.body) if stored else ():
                if line.user_id == user_id:
                    try:
                        _redacted(line, "")
                    except UnreadableError as problem:
                        yield f"{key}: {problem}"

    def redact(self, user_id: str, hour: int, called: Callable[[str], str]) -> int:
        """Redact the lines of a user in an hour, and return how many objects were changed.

        Parameters
        ----------
        called
            Gives what the person of a connection is called.

        Raises
        ------
        StuckError
            If an object is written by somebody else all the time.
        UnreadableError
            If a line came that cannot be redacted.
        """
        return sum(self._redact(user_id, key, called) for key in self._objects.keys(stem_of(hour)))

    def _redact(self, user_id: str, key: str, called: Callable[[str], str]) -> bool:
        for _ in range(_ATTEMPTS):
            stored = self._objects.read(key)
            before = list(unpack(stored.body)) if stored else []
            after = [
                _redacted(line, called(line.connection_id)) if line.user_id == user_id else line
                for line in before
            ]
            if stored is None or after == before:
                return False
            try:
                self._objects.write(key, pack(after), len(after), replaces=stored.version)
            except OvertakenError:
                continue
            return True
        raise StuckError(f"{key} is written by somebody else all the time: run it again")


def archive_of(deployment: Deployment) -> Archive | None:
    """Return a stack's archive; None if it has none."""
    bucket = deployment.outputs.archive_bucket
    if bucket is None:
        return None
    return Archive(Objects(deployment.service("s3"), bucket), athena_of(deployment))


def _redacted(line: Line, pseudonym: str) -> Line:
    if line.item is not None:
        raise UnreadableError(f"{line.connection_id} {line.event_id}: it is not an event")
    left = from_item(encode(redacted(event_of(to_log_item(line)), pseudonym)))
    session = left.get("session_id")
    return rewritten(line, left["version"], left["data"], user=left["user_id"], session=session)
