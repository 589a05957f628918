"""Works off the delivery queue, where a stack has one."""

import time
from collections.abc import Callable
from typing import Any, Final

from functions import names
from functions.aws import environment
from functions.aws.feeds import environment as of_feeds
from functions.aws.feeds.stores import FeedStores
from functions.aws.gateway.callbacks import Callbacks
from functions.aws.log.event_log import EventLog
from functions.operations.feeds.deferring import Deferring
from functions.operations.feeds.posting import Poster
from functions.operations.feeds.working import Pace, Worker

_STORES: Final = of_feeds.stores()
_LOG: Final = environment.event_log()
_CALLBACKS: Final = environment.callbacks_in_time()
_DEFERRING: Final = Deferring(of_feeds.queue())
_PACE: Final = Pace(1 / float(environment.required(names.POSTS_PER_SECOND)))


def handler(
    event: dict[str, Any],
    context: Any,
    stores: FeedStores = _STORES,
    log: EventLog = _LOG,
    callbacks: Callbacks = _CALLBACKS,
    deferring: Deferring = _DEFERRING,
    pace: Pace = _PACE,
    now: Callable[[], int] = environment.now,
    pause: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Post what the messages of a batch hold; see `Worker`."""
    poster = Poster(callbacks, stores.subscribers, log, now, pause, pace.wait)
    worker = Worker(stores, poster, deferring, now, context.get_remaining_time_in_millis)
    return worker.work(event["Records"], context.aws_request_id)
