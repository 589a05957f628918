"""Rebuilds the read models from the log, beside live traffic, and goes on where it was interrupted.

A new generation counts from nothing: rows of older generations are refolded, by this and by the projector
alike, and the readers of metrics stay with the generation being served until the new one is whole.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, Final

import msgspec
from botocore.exceptions import ClientError

from functions.aws.attributes import to_attribute, to_item
from functions.aws.faults import CONDITION_FAILED, code_of
from functions.aws.log.attempts import attempt
from functions.aws.log.patience import USUAL as PATIENCE
from functions.aws.read_models.counter_items import bucket_prefix
from functions.names import CONNECTIONS_KEY, MESSAGES_KEY, METRICS_KEY, SESSIONS_KEY
from functions.operations.projection.projecting import Pause, back_off
from ops.deployment import Deployment
from ops.read_models.control import ControlItem, Progress
from ops.read_models.refolding import TOGETHER, refold
from ops.read_models.scans import SEGMENTS, Threads, connection_pages, keys

MARGIN_SECONDS: Final = 5
"""Waited beyond the projector's timeout: no projector that read the older generation is still writing."""

Report = Callable[[str, int], None]
"""Told what was done, and how many more of it."""


class RebuildFailedError(Exception):
    """Some connections could not be projected; the rebuild stays open and can be taken up again."""


class Rebuilt(msgspec.Struct, frozen=True):
    """What a rebuild did: connections refolded by this run, rows deleted that the log does not name."""

    generation: int
    connections: int
    deleted: int
    resumed: bool


def rebuild(
    deployment: Deployment,
    report: Report = lambda _what, _count: None,
    *,
    wait_seconds: int | None = None,
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
    pause: Pause = back_off,
    threads: Threads = ThreadPoolExecutor,
) -> Rebuilt:
    """Rebuild connections, messages, sessions and metrics from the log.

    Parameters
    ----------
    deployment
        The tables.
    report
        Told of progress, from several threads.
    wait_seconds
        How long a projector may go on with the older generation; by default its timeout and a margin.
    pause
        Called before a further attempt at what the projector overtook.
    threads
        Makes what refolds the segments of the log side by side.

    Raises
    ------
    RebuildFailedError
        If some connections could not be projected.
    """
    outputs = deployment.outputs
    control = ControlItem(deployment.client, outputs.metrics_table)
    progress = control.read()
    resumed = progress.rebuilding
    if not resumed:
        if not control.exists():  # none was ever begun, or the metrics were lost
            greatest = _greatest_generation(deployment)
            progress = Progress(greatest, greatest)
        progress = control.begin(progress, now)
    if wait_seconds is None:
        wait_seconds = outputs.projector_timeout_seconds + MARGIN_SECONDS
    # of one that another machine began, with another clock, no more than the whole time is waited for
    sleep(min(wait_seconds, max(0.0, (progress.started_at or 0) + wait_seconds - now())))

    stopping = Event()

    def refold_segment(segment: int) -> int:
        return _refold(deployment, control, progress, segment, stopping, report, now, pause)

    def delete(segment: int) -> int:
        return sum(_delete_unnamed(deployment, progress.generation, segment))

    with threads(SEGMENTS) as running:
        try:
            connections = sum(running.map(refold_segment, range(SEGMENTS)))
        except BaseException:  # one failed, or Ctrl-C: the others end with what they are at
            stopping.set()
            raise
        deleted = sum(running.map(delete, range(SEGMENTS)))
    control.serve(progress.generation)
    _forget_older_now(deployment, progress.generation)
    return Rebuilt(progress.generation, connections, deleted, resumed)


def _greatest_generation(deployment: Deployment) -> int:
    """Return the newest generation that a row names: the next one must be newer than all of them."""
    outputs = deployment.outputs
    return max(
        (
            int(item["generation"]["N"])
            for table in (outputs.connections_table, outputs.messages_table, outputs.sessions_table)
            for segment in range(SEGMENTS)
            for item in keys(deployment.client, table, segment, "generation")
            if "generation" in item
        ),
        default=1,
    )


def _refold(
    deployment: Deployment,
    control: ControlItem,
    progress: Progress,
    segment: int,
    stopping: Event,
    report: Report,
    now: Callable[[], float],
    pause: Pause,
) -> int:
    position = progress.positions.get(str(segment))
    if position == {}:  # finished before the interruption
        return 0
    count = 0
    start = to_item(position) if position else None
    log_table = deployment.outputs.events_table
    for connections, after in connection_pages(deployment.client, log_table, segment, start):
        for begin in range(0, len(connections), TOGETHER):
            if stopping.is_set():
                return count
            together = connections[begin : begin + TOGETHER]
            failed = refold(deployment, together, now(), pause)
            if failed:
                msg = f"{len(failed)} connections could not be projected, among them {min(failed)}"
                raise RebuildFailedError(msg)
            count += len(together)
            report("connections", len(together))
        if not control.keep(progress.generation, segment, after):
            break
    return count


def _delete_unnamed(deployment: Deployment, generation: int, segment: int) -> Iterator[int]:
    """Delete what the refold did not reach, since its events are no longer in the log; yield 1 for each."""
    older = {
        "FilterExpression": "#generation < :generation",
        "ExpressionAttributeNames": {"#generation": "generation"},
        "ExpressionAttributeValues": {":generation": to_attribute(generation)},
    }
    outputs = deployment.outputs
    rows = {outputs.connections_table: CONNECTIONS_KEY, outputs.messages_table: MESSAGES_KEY}
    for table, key in (rows | {outputs.sessions_table: SESSIONS_KEY}).items():
        for item in keys(deployment.client, table, segment, *key, where=older):
            yield _delete(deployment.client, table, item, older)


def _delete(client: Any, table: str, key: dict[str, Any], older: dict[str, Any]) -> int:
    condition = {**older, "ConditionExpression": older["FilterExpression"]}
    del condition["FilterExpression"]
    try:
        attempt(lambda: client.delete_item(TableName=table, Key=key, **condition), PATIENCE.pauses())
    except ClientError as error:
        if code_of(error) == CONDITION_FAILED:  # the projector refolded it in the meantime
            return 0
        raise
    return 1


def _forget_older_now(deployment: Deployment, generation: int) -> None:
    """Delete the older generations' counters of now, the only ones that do not expire."""
    table = deployment.outputs.metrics_table
    query = {
        "TableName": table,
        "KeyConditionExpression": "metric = :metric AND #bucket < :bucket",
        "ExpressionAttributeNames": {"#bucket": "bucket", "#expires_at": "expires_at"},
        "ExpressionAttributeValues": to_item({":metric": "active", ":bucket": bucket_prefix(generation)}),
        "FilterExpression": "attribute_not_exists(#expires_at)",
        "ConsistentRead": True,
    }
    for page in deployment.client.get_paginator("query").paginate(**query):
        for item in page["Items"]:
            deployment.client.delete_item(TableName=table, Key={name: item[name] for name in METRICS_KEY})
