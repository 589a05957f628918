"""Projects events: joins them into their connections' rows, with the counters that the rows move.

A redelivered batch reads but writes nothing: a row that a join does not change is not written, and a
message is written once in a generation. Where the log is read, it is read and written page by page: memory
depends on neither the length of a connection's log nor the number of connections.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from functions.aws.log.event_log import EventLog
from functions.aws.read_models.connection_items import Stored
from functions.aws.read_models.message_items import StoredMessage
from functions.aws.read_models.read_model import LoadedRows, ReadModel
from functions.aws.read_models.transactions import Watch, Write
from functions.domain.connections.connection import Connection
from functions.domain.log.events import Event
from functions.domain.log.facts import PersonForgotten
from functions.domain.log.unconnected import is_connection
from functions.domain.texts.messages import Message, MessageKey, rows_in
from functions.operations.projection.folding import Fold, Version
from functions.operations.projection.log_pages import log_pages

_ATTEMPTS: Final = 8
_LONGEST_PAUSE_SECONDS: Final = 1.0

Pause = Callable[[int], None]


def back_off(
    attempt: int,
    sleep: Callable[[float], None] = time.sleep,
    draw: Callable[[float, float], float] = random.uniform,
) -> None:
    """Wait before a further attempt, with full jitter: rivals for a row should not meet again."""
    sleep(draw(0, min(_LONGEST_PAUSE_SECONDS, 0.02 * 2**attempt)))


@dataclass(frozen=True)
class Projection:
    """What joins events into the read models.

    Attributes
    ----------
    model, log
        Where to, and where from.
    now
        Epoch milliseconds: what has expired by then is ignored in the log too.
    attempts
        How often to begin again with what another writer overtook.
    pause
        Called with the number of the attempt before each further one.
    moved
        How far it has moved the counters, by name. What a rebuild's new generation counts again is left out.
    watch
        Told of what was written.
    """

    model: ReadModel
    log: EventLog
    now: int
    attempts: int = _ATTEMPTS
    pause: Pause = back_off
    moved: Counter[str] = field(default_factory=Counter)
    watch: Watch | None = None

    def project(self, events: Mapping[str, Sequence[Event]], *, whole_log: bool = False) -> frozenset[str]:
        """Join events into the read models.

        Parameters
        ----------
        events
            By connection; what has expired has been dropped. What belongs to no connection makes no row, and
            is left out here for all that project: batches, rebuilds and redrives.
        whole_log
            Join all that the log has of the connections, not the events alone, as a redrive does.

        Returns
        -------
        frozenset of str
            The connections that could not be projected.

        Raises
        ------
        Unavailable
            If the tables cannot be read in time. What was written until then is whole, and not repeated.
        """
        pending = frozenset(filter(is_connection, events))
        poisoned: frozenset[str] = frozenset()
        refolded = pending if whole_log else frozenset()
        for attempt in range(self.attempts):
            if not pending:
                break
            if attempt:
                self.pause(attempt)
            messages = dict.fromkeys(
                key for each in sorted(pending - refolded) for key in rows_in(events[each])
            )
            loaded = self.model.load(sorted(pending), messages)
            # what an older generation counted is folded anew, to the end: half of a log is not the row
            refolded |= loaded.older
            writes = (
                write
                for connection in sorted(pending - loaded.newer)
                for write in self._writes(
                    connection, events[connection], loaded, whole_log=connection in refolded
                )
            )
            written = self.model.write(writes, self.now, self.watch)
            self.moved.update(written.moved)
            poisoned |= written.poisoned
            # a rebuild that began between the two reads made a row newer than the control item
            pending = (written.retryable | (pending & loaded.newer)) - poisoned
        return pending | poisoned

    def _writes(
        self, connection: str, events: Sequence[Event], loaded: LoadedRows, *, whole_log: bool
    ) -> Iterator[Write]:
        """Yield what to write for a connection, in the order in which it must be written."""
        generation = loaded.generation
        stored = loaded.rows.get(connection)
        revision = stored.revision if stored else 0
        counted: Connection | None = None
        if stored and stored.generation == generation:
            counted = stored.row
        again = stored is not None and counted is None
        fold = Fold(connection, counted)
        forgotten = counted is not None and counted.forgotten
        from_log = whole_log or forgotten
        # the row has been read before the log is: what is appended meanwhile comes with the stream
        for page in self._pages(connection, events, whole_log=whole_log) if from_log else [events]:
            messages = rows_in(page)
            known = self._known(messages, counted, generation) if from_log else loaded.messages
            forgotten = forgotten or any(isinstance(event.fact, PersonForgotten) for event in page)
            for write in self.model.messages(messages.values(), known, generation):
                # of who was forgotten there is no list, whatever the log says of them for a while
                yield msgspec.structs.replace(write, share=None) if forgotten else write
            for version in fold.join(page):
                revision += 1
                yield self._row(version, revision, generation, again=again)
        for version in fold.last():
            yield self._row(version, revision + 1, generation, again=again)

    def _row(self, version: Version, revision: int, generation: int, *, again: bool) -> Write:
        new = Stored(version.row, revision, generation)
        return self.model.connection(new, version.changes, version.share, before=version.before, again=again)

    def _pages(
        self, connection: str, events: Sequence[Event], *, whole_log: bool
    ) -> Iterator[Sequence[Event]]:
        """Yield the log with the events or, of a person who was forgotten, the events as the log has them.

        What is delivered of such a person may be of before: the stream keeps for a day what it was given.
        """
        if whole_log:
            yield from self._log_with(connection, events)
            return
        delivered = {event.event_id for event in events}
        for page in log_pages(connection, self.log, self.now):
            yield [event for event in page if event.event_id in delivered]

    def _log_with(self, connection: str, events: Sequence[Event]) -> Iterator[Sequence[Event]]:
        """Yield the pages of a connection's log, and last those of the events that are not in it."""
        missing = {event.event_id: event for event in events}
        for page in log_pages(connection, self.log, self.now):
            for event in page:
                missing.pop(event.event_id, None)
            yield page
        yield list(missing.values())

    def _known(
        self, messages: Mapping[MessageKey, Message], row: Connection | None, generation: int
    ) -> Mapping[MessageKey, StoredMessage]:
        """Return what is known of messages; of one that was moved and is counted there, what is there.

        An erasure moves the messages of a session before it rewrites their events, so for a while the log has
        a message where the table has it no more.
        """
        if not messages:
            return {}
        conversation = row.session_id if row and row.forgotten else None
        moved = {key: (conversation, key[1]) for key in messages} if conversation else {}
        found = self.model.load((), {*messages, *moved.values()}).messages
        there = {key: found[elsewhere] for key, elsewhere in moved.items() if elsewhere in found}
        return found | {key: known for key, known in there.items() if known.generation >= generation}
