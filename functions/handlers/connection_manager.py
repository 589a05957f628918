"""Takes what operators and services ask of connections, by direct invocation: IAM says who may."""

from collections.abc import Callable
from typing import Any, Final

from functions.aws import environment
from functions.aws.gateway.callbacks import Callbacks
from functions.aws.log.event_log import EventLog
from functions.aws.read_models.connections import Connections
from functions.operations.connections.connection_manager import serve
from functions.operations.connections.invocation import Invocation

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
    now: Callable[[], int] = environment.now,
) -> dict[str, Any]:
    """Answer a request; see `serve`."""
    invocation = Invocation(
        id=context.aws_request_id,
        at=now(),
        retention_seconds=_RETENTION,
        remaining_milliseconds=context.get_remaining_time_in_millis,
        trace_id=environment.trace_id(),
    )
    return serve(event, invocation, connections, log, callbacks)
