"""Appends the beginning and the end of a connection: ``$connect`` and ``$disconnect``."""

from typing import Any, Final

from functions.aws import environment
from functions.aws.feeds import environment as of_feeds
from functions.aws.feeds.subscribers import Subscribers
from functions.aws.gateway.callbacks import Callbacks
from functions.aws.gateway.requests import read
from functions.aws.log.event_log import EventLog
from functions.operations.connections.lifecycle import closed, opened
from functions.operations.frames.serving import broken, serve

_LOG: Final = environment.event_log_in_time()
_CALLBACKS: Final = environment.callbacks()
_SUBSCRIBERS: Final = of_feeds.subscribers()
_RETENTION: Final = environment.retention_seconds()


def handler(
    event: dict[str, Any],
    _context: object,
    log: EventLog = _LOG,
    callbacks: Callbacks = _CALLBACKS,
    subscribers: Subscribers = _SUBSCRIBERS,
) -> dict[str, Any]:
    """Append what the gateway reports; a frame whose body names a lifecycle route is served as a frame."""
    now = environment.now()
    try:
        request = read(event, _RETENTION, environment.trace_id())
        match request.request_context.event_type:
            case "CONNECT":
                return opened(request, log, subscribers)
            case "DISCONNECT":
                return closed(request, log, subscribers)
            case "MESSAGE":
                return serve(request, log, callbacks, now)
    except Exception:  # noqa: BLE001 - the outermost guard: a connection is refused, not crashed
        return broken(event, callbacks, now)
