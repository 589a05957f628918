"""Takes what clients say of their feeds, and delivers by them what was appended to the log."""

import time
from collections.abc import Callable
from typing import Any, Final

from functions.aws import environment
from functions.aws.feeds import environment as of_feeds
from functions.aws.feeds.stores import FeedStores
from functions.aws.gateway.callbacks import Callbacks
from functions.aws.gateway.requests import read
from functions.aws.log.counts import Counts
from functions.aws.log.event_log import EventLog
from functions.aws.read_models.sessions import SessionLists
from functions.domain.feeds.deliveries import parse
from functions.domain.feeds.limits import FeedLimits
from functions.operations.feeds.deferring import Deferring
from functions.operations.feeds.delivering import Threads, threads
from functions.operations.feeds.feeds import Feeds
from functions.operations.frames.serving import broken, serve

_STORES: Final = of_feeds.stores()
_LOG: Final = environment.event_log()
_CALLBACKS: Final = environment.callbacks_in_time()
_COUNTS: Final = of_feeds.counts()
_LIMITS: Final = of_feeds.limits()
_LISTS: Final = environment.session_lists()
_DEFERRING: Final = Deferring(of_feeds.queue())
_RETENTION: Final = environment.retention_seconds()


def handler(
    event: dict[str, Any],
    context: Any,
    stores: FeedStores = _STORES,
    log: EventLog = _LOG,
    callbacks: Callbacks = _CALLBACKS,
    counts: Counts = _COUNTS,
    limits: FeedLimits = _LIMITS,
    lists: SessionLists = _LISTS,
    now: Callable[[], int] = environment.now,
    threads: Threads = threads,
    pause: Callable[[float], None] = time.sleep,
    deferring: Deferring = _DEFERRING,
) -> dict[str, Any]:
    """Answer a frame, as the gateway sends it, or deliver an event; see `Feeds`."""
    feeds = Feeds(stores, log, callbacks, now, threads, pause, deferring)
    if "requestContext" not in event:  # the gateway never leaves it out
        return feeds.deliver(parse(event), context.aws_request_id)
    try:
        act = feeds.answering(counts, limits, lists, context.get_remaining_time_in_millis)
        return serve(read(event, _RETENTION, environment.trace_id()), log, callbacks, now(), act)
    except Exception:  # noqa: BLE001 - the outermost guard: every frame gets an answer
        return broken(event, callbacks, now())
