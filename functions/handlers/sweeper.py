"""Runs the connection manager's cleanup by schedule; a retried run appends the same events."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from functions.aws import environment
from functions.aws.gateway.callbacks import Callbacks
from functions.aws.log.event_log import EventLog
from functions.aws.logs import logger
from functions.aws.read_models.connections import Connections
from functions.domain.connections.schedules import parse
from functions.names import LINE_SWEEP
from functions.operations.connections.invocation import Invocation
from functions.operations.connections.sweeping import sweep
from functions.operations.connections.waves import Threads, threads

_CONNECTIONS: Final = environment.connections()
_LOG: Final = environment.event_log_in_time()
_CALLBACKS: Final = environment.callbacks_in_time()
_RETENTION: Final = environment.retention_seconds()


def handler(
    event: dict[str, Any],
    context: Any,
    connections: Connections = _CONNECTIONS,
    log: EventLog = _LOG,
    callbacks: Callbacks = _CALLBACKS,
    threads: Threads = threads,
    now: Callable[[], int] = environment.now,
) -> dict[str, Any]:
    """Sweep; what fails as a whole is raised, so that the schedule's retry and failure queue take it."""
    run = parse(event, now())
    invocation = Invocation(
        id=f"sweep#{run.at}",
        at=run.at,
        retention_seconds=_RETENTION,
        remaining_milliseconds=context.get_remaining_time_in_millis,
        trace_id=environment.trace_id(),
    )
    swept: dict[str, int] = msgspec.to_builtins(
        sweep(run.idle_seconds, invocation, connections, log, callbacks, threads=threads)
    )
    logger.info(LINE_SWEEP, extra={"correlation_id": context.aws_request_id, **swept})
    return swept
