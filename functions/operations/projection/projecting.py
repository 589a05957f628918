"""Projects events: joins them into their connections' rows, with the counters that the rows move.

A redelivered batch reads but writes nothing: a row that a join does not change is not written, and a
message is written once in a generation.
"""

import random
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from functions.aws.log.event_items import MalformedEventError, decode
from functions.aws.log.event_log import EventLog
from functions.aws.logs import logger
from functions.aws.read_models.connection_items import Stored
from functions.aws.read_models.message_items import MessageKey, key_of
from functions.aws.read_models.read_model import ReadModel, Snapshot
from functions.aws.read_models.transactions import MOST_CHANGES, Write
from functions.domain.connections.connection import Connection, join
from functions.domain.connections.counters import Contribution, contribution, difference
from functions.domain.log.events import Event
from functions.domain.texts.messages import Message, message_of

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


def project(
    events: Mapping[str, Sequence[Event]],
    model: ReadModel,
    log: EventLog,
    *,
    now: int,
    whole: bool = False,
    attempts: int = _ATTEMPTS,
    pause: Pause = back_off,
) -> frozenset[str]:
    """Join events into the read models.

    Parameters
    ----------
    events
        By connection; what has expired has been dropped.
    now
        Epoch milliseconds: what has expired by then is ignored in the log too.
    whole
        Join the connections' whole part of the log rather than the events alone, as a redrive does.
    attempts
        How often to begin again with what another writer overtook.
    pause
        Called with the number of the attempt before each further one.

    Returns
    -------
    frozenset of str
        The connections that could not be projected.

    Raises
    ------
    Unavailable
        If the tables cannot be read in time.
    """
    pending = frozenset(events)
    if not pending:
        return pending
    poisoned: frozenset[str] = frozenset()
    halfway: set[str] = set()
    for attempt in range(attempts):
        if attempt:
            pause(attempt)
        messages = [key for connection in pending for key in _keys(events[connection])]
        snapshot = model.load(sorted(pending), messages)
        writes: list[Write] = []
        again: set[str] = set()
        for connection in sorted(pending):
            stored = snapshot.rows.get(connection)
            if stored and stored.generation > snapshot.control.generation:
                again.add(connection)  # a rebuild began between the two reads
                continue
            step, finished = _plan(
                connection,
                events[connection],
                snapshot,
                model,
                log,
                now=now,
                whole=whole or connection in halfway,
            )
            writes += step
            if not finished:
                again.add(connection)
                halfway.add(connection)
        written = model.write(writes)
        poisoned |= written.poisoned
        pending = (written.passing | again) - poisoned
        if not pending:
            break
    return pending | poisoned


def _plan(
    connection: str,
    events: Sequence[Event],
    snapshot: Snapshot,
    model: ReadModel,
    log: EventLog,
    *,
    now: int,
    whole: bool,
) -> tuple[list[Write], bool]:
    """Return what to write for a connection, and whether that is all there is to write."""
    generation = snapshot.control.generation
    stored = snapshot.rows.get(connection)
    counted = snapshot.messages
    old: Connection | None = None
    if stored and stored.generation == generation:
        old = stored.row
    elif stored:
        whole = True  # an older generation counted it: read the row, then the log
    if whole:
        events = [*log_of(connection, log, now), *events]
        counted = model.load((), _keys(events)).messages
    writes = [
        model.message(message, generation)
        for message in _messages(events)
        if counted.get(key_of(message), 0) < generation
    ]
    new, changes, finished = _step(old, Connection(connection), events)
    if new != old and events:
        revision = stored.revision + 1 if stored else 1
        writes.append(model.connection(Stored(new, revision, generation), changes))
    return writes, finished


def _step(
    old: Connection | None, empty: Connection, events: Sequence[Event]
) -> tuple[Connection, Contribution, bool]:
    """Join as many events as move no more counters than one transaction holds, and say if that was all.

    Speech in every minute of two hours moves more. A part of the log, in order, is a row like any other.
    """

    def joined(part: Sequence[Event]) -> tuple[Connection, Contribution]:
        new = join(old or empty, part)
        return new, difference(contribution(new), contribution(old))

    new, changes = joined(events)
    if len(changes) <= MOST_CHANGES:
        return new, changes, True
    ordered = sorted(events, key=lambda event: event.event_id)
    lengths = range(1, len(ordered) + 1)
    held = bisect_right(lengths, MOST_CHANGES, key=lambda length: len(joined(ordered[:length])[1]))
    return *joined(ordered[: max(1, held)]), False


def log_of(connection: str, log: EventLog, now: int) -> Iterator[Event]:
    """Yield the events of a connection that have not expired; report what is not an event."""
    for item in log.items(connection):
        try:
            event = decode(item)
        except MalformedEventError as problem:
            logger.error("malformed_event", extra={"connection_id": connection, "problem": str(problem)})
        else:
            if not is_expired(event, now):
                yield event


def is_expired(event: Event, now: int) -> bool:
    """Tell whether an event has expired at a time in epoch milliseconds, deleted yet or not."""
    return event.expires_at * 1000 <= now


def _messages(events: Iterable[Event]) -> Iterator[Message]:
    return (message for message in {e.event_id: message_of(e) for e in events}.values() if message)


def _keys(events: Iterable[Event]) -> list[MessageKey]:
    return [key_of(message) for message in _messages(events)]
