"""Takes what operators and services ask of connections, by direct invocation: IAM says who may."""

import time
from collections.abc import Callable
from typing import Any, Final

from functions.aws import environment
from functions.aws.feeds import environment as of_feeds
from functions.aws.feeds.stores import FeedStores
from functions.aws.gateway.callbacks import Callbacks
from functions.aws.log.event_log import EventLog
from functions.aws.log.owners import Owners
from functions.aws.read_models.connections import Connections
from functions.aws.read_models.sessions import SessionLists
from functions.operations.connections.connection_manager import serve
from functions.operations.connections.invocation import Invocation
from functions.operations.feeds.deferring import Deferring
from functions.operations.feeds.delivering import Threads, threads
from functions.operations.feeds.feeds import Feeds

_CONNECTIONS: Final = environment.connections()
_LOG: Final = environment.event_log_in_time()
_CALLBACKS: Final = environment.callbacks_in_time()
_STORES: Final = of_feeds.stores()
_OWNERS: Final = of_feeds.owners()
_LISTS: Final = environment.session_lists()
_DEFERRING: Final = Deferring(of_feeds.queue())
_RETENTION: Final = environment.retention_seconds()


def handler(
    event: dict[str, Any],
    context: Any,
    connections: Connections = _CONNECTIONS,
    log: EventLog = _LOG,
    callbacks: Callbacks = _CALLBACKS,
    now: Callable[[], int] = environment.now,
    stores: FeedStores = _STORES,
    owners: Owners = _OWNERS,
    threads: Threads = threads,
    pause: Callable[[float], None] = time.sleep,
    deferring: Deferring = _DEFERRING,
    lists: SessionLists = _LISTS,
) -> dict[str, Any]:
    """Answer a request; see `serve`."""
    invocation = Invocation(
        id=context.aws_request_id,
        at=now(),
        retention_seconds=_RETENTION,
        remaining_milliseconds=context.get_remaining_time_in_millis,
        trace_id=environment.trace_id(),
    )
    notifying = Feeds(stores, log, callbacks, now, threads, pause, deferring).notifying(owners)
    return serve(event, invocation, connections, log, callbacks, notifying, lists, deferring)
