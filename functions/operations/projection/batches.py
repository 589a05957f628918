"""One delivery of the log's stream: which records it holds, and where it must begin again."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from functions.aws.attributes import Item
from functions.aws.log.arrivals import arrived_at
from functions.aws.log.event_items import MalformedEventError, decode
from functions.aws.log.event_log import EventLog
from functions.aws.logs import logger
from functions.aws.read_models.read_model import ReadModel
from functions.domain.log.events import Event
from functions.domain.log.facts import Unrecognised
from functions.domain.log.unconnected import is_connection
from functions.names import LINE_PROJECT
from functions.operations.projection.log_pages import is_expired
from functions.operations.projection.projecting import Pause, Projection, back_off

if TYPE_CHECKING:
    from functions.operations.live.telling import Telling


class BatchFailedError(Exception):
    """The first record of a batch could not be projected: the whole batch must come again."""


def project_batch(
    records: list[dict[str, Any]],
    model: ReadModel,
    log: EventLog,
    now: int,
    pause: Pause = back_off,
    clock: Callable[[], int] | None = None,
    telling: "Telling | None" = None,
) -> dict[str, Any]:
    """Project stream records in order, up to the first that cannot be read.

    Parameters
    ----------
    records
        As they stand in the function's event.
    model, log, pause
        See `Projection`.
    now
        Epoch milliseconds, when the batch came.
    clock
        Tells when the batch is projected, for its lag; without one no time passes meanwhile.
    telling
        Publishes what has changed; None where nobody is told. A batch that comes again changes nothing, so
        nothing is told twice.

    Returns
    -------
    dict
        ``batchItemFailures`` with the first sequence number that was not projected, or empty. The mapping
        delivers everything from there again, which costs reads but no writes.

    Raises
    ------
    BatchFailedError
        If not even the first record was projected; the mapping halves the batch, or gives the record up.
    Unavailable
        If the tables cannot be read in time.
    """
    by_connection: dict[str, list[Event]] = {}
    first: dict[str, int] = {}
    stop, problem = len(records), ""
    unrecognised = notifications = 0
    arrived: list[int] = []
    for position, record in enumerate(records):
        if record["eventName"] != "INSERT":  # the mapping's filter should have kept it back
            continue
        try:
            image = record["dynamodb"]["NewImage"]
            event = decode(image)
        except (MalformedEventError, KeyError) as malformed:
            stop, problem = position, str(malformed)
            break
        unrecognised += isinstance(event.fact, Unrecognised)
        arrived += _arrival(image)
        if not is_connection(event.connection_id):
            notifications += 1
        elif not is_expired(event, now):
            by_connection.setdefault(event.connection_id, []).append(event)
            first.setdefault(event.connection_id, position)
    changes = telling.begin() if telling else None
    projection = Projection(model, log, now, pause=pause, watch=changes.watch if changes else None)
    try:
        failed = projection.project(by_connection)
    finally:
        # what was written is told now or never: it does not change again
        told = telling.tell(changes, projection.moved, now) if telling and changes else {}
    if failed:
        earliest = min(failed, key=lambda connection: first[connection])
        stop, problem = first[earliest], f"connection {earliest} could not be written"
    logger.info(
        LINE_PROJECT,
        extra={
            "records": len(records),
            "connections": len(by_connection),
            "unrecognised": unrecognised,
            **({"notifications": notifications} if notifications else {}),
            **{name: change for name, change in sorted(projection.moved.items()) if change},
            **told,
            "lag_ms": _lag(arrived, now if clock is None else clock()),
            "stopped_at": stop if problem else None,
            "problem": problem or None,
        },
    )
    if not problem:
        return {"batchItemFailures": []}
    if stop == 0:
        raise BatchFailedError(problem)
    return {"batchItemFailures": [{"itemIdentifier": records[stop]["dynamodb"]["SequenceNumber"]}]}


def _arrival(image: Item) -> tuple[int, ...]:
    """Return when an item arrived, or nothing: who puts one by hand may leave the stamp out."""
    try:
        return (arrived_at(image),)
    except (LookupError, TypeError, ValueError):
        return ()


def _lag(arrived: list[int], done: int) -> int | None:
    """Return for how long the first to arrive has waited, in milliseconds; None if nobody knows.

    The times are of two clocks: what seems to arrive after it was projected has not waited.
    """
    return max(0, done - min(arrived)) if arrived else None
