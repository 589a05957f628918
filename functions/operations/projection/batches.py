"""One delivery of the log's stream: which records it holds, and where it must begin again."""

from typing import Any

from functions.aws.log.event_items import MalformedEventError, decode
from functions.aws.log.event_log import EventLog
from functions.aws.logs import logger
from functions.aws.read_models.read_model import ReadModel
from functions.domain.log.events import Event
from functions.domain.log.facts import Unrecognised
from functions.operations.projection.log_pages import is_expired
from functions.operations.projection.projecting import Pause, Projection, back_off


class BatchFailedError(Exception):
    """The first record of a batch could not be projected: the whole batch must come again."""


def project_batch(
    records: list[dict[str, Any]], model: ReadModel, log: EventLog, now: int, pause: Pause = back_off
) -> dict[str, Any]:
    """Project stream records in order, up to the first that cannot be read.

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
    unrecognised = 0
    for position, record in enumerate(records):
        if record["eventName"] != "INSERT":  # the mapping's filter should have kept it back
            continue
        try:
            event = decode(record["dynamodb"]["NewImage"])
        except (MalformedEventError, KeyError) as malformed:
            stop, problem = position, str(malformed)
            break
        unrecognised += isinstance(event.fact, Unrecognised)
        if not is_expired(event, now):
            by_connection.setdefault(event.connection_id, []).append(event)
            first.setdefault(event.connection_id, position)
    failed = Projection(model, log, now, pause=pause).project(by_connection)
    if failed:
        earliest = min(failed, key=lambda connection: first[connection])
        stop, problem = first[earliest], f"connection {earliest} could not be written"
    logger.info(
        "project",
        extra={
            "records": len(records),
            "connections": len(by_connection),
            "unrecognised": unrecognised,
            "stopped_at": stop if problem else None,
            "problem": problem or None,
        },
    )
    if not problem:
        return {"batchItemFailures": []}
    if stop == 0:
        raise BatchFailedError(problem)
    return {"batchItemFailures": [{"itemIdentifier": records[stop]["dynamodb"]["SequenceNumber"]}]}
