"""Archives by schedule the hours that are closed; what a run that failed left, the next one does."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from functions.aws import environment
from functions.aws.archive.arrivals import Arrivals
from functions.aws.archive.objects import Objects
from functions.aws.logs import logger
from functions.names import LINE_ARCHIVE
from functions.operations.archive.archiving import Archiver

ENOUGH_MILLISECONDS: Final = 120_000
"""The time that an object may take: with less left of the invocation, none is begun."""

_ARRIVALS: Final = environment.arrivals()
_OBJECTS: Final = environment.archive_objects()
_RETENTION: Final = environment.retention_seconds()


def handler(
    _event: object,
    context: Any,
    arrivals: Arrivals = _ARRIVALS,
    objects: Objects = _OBJECTS,
    now: Callable[[], int] = environment.now,
) -> dict[str, int]:
    """Archive; what fails is raised, so that the schedule's retry and failure queue take it."""
    archiver = Archiver(
        arrivals, objects, lambda: context.get_remaining_time_in_millis() >= ENOUGH_MILLISECONDS
    )
    archived: dict[str, int] = msgspec.to_builtins(archiver.run(now(), _RETENTION))
    logger.info(LINE_ARCHIVE, extra={"correlation_id": context.aws_request_id, **archived})
    return archived
