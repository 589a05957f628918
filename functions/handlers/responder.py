"""Answers texts: numbers and posts the question, asks an engine, and appends, numbers and posts the reply."""

import random
import time
from collections.abc import Callable
from typing import Any, Final

from functions.aws import environment
from functions.aws.engines.answering import Answering
from functions.aws.feeds import environment as of_feeds
from functions.aws.feeds.stores import FeedStores
from functions.aws.gateway.callbacks import Callbacks
from functions.aws.log.event_log import EventLog
from functions.aws.read_models.conversations import Conversations
from functions.aws.replies import environment as of_replies
from functions.aws.replies.leases import Leases
from functions.domain.feeds.deliveries import parse
from functions.names import MESSAGES_TABLE
from functions.operations.feeds.deferring import Deferring
from functions.operations.feeds.delivering import Threads, threads
from functions.operations.feeds.feeds import Feeds
from functions.operations.feeds.posting import Poster
from functions.operations.replies.responding import History, Responding, Turn

_STORES: Final = of_feeds.stores()
_LOG: Final = environment.event_log()
_CALLBACKS: Final = environment.callbacks_in_time()
_DELTAS: Final = environment.callbacks_to_ask()
_LEASES: Final = of_replies.leases()
_DEFERRING: Final = Deferring(of_feeds.queue())
_ANSWERING: Final = environment.answering()
_BESIDE: Final = environment.tokens_beside_question()
_HISTORY: Final = Conversations(environment.dynamodb(), environment.required(MESSAGES_TABLE)).newest


def handler(
    event: dict[str, Any],
    context: Any,
    stores: FeedStores = _STORES,
    log: EventLog = _LOG,
    callbacks: Callbacks = _CALLBACKS,
    deltas: Callbacks = _DELTAS,
    leases: Leases = _LEASES,
    answering: Answering = _ANSWERING,
    history: History = _HISTORY,
    now: Callable[[], int] = environment.now,
    threads: Threads = threads,
    sleep: Callable[[float], None] = time.sleep,
    draw: Callable[[], float] = random.random,
    deferring: Deferring = _DEFERRING,
    beside: int = _BESIDE,
) -> dict[str, Any]:
    """Answer a text that is in the log; what fails is raised, so that Lambda tries again."""
    feeds = Feeds(stores, log, callbacks, now, threads, sleep, deferring)
    poster = Poster(deltas, stores.subscribers, log, now, sleep)
    turn = Turn(context.aws_request_id, context.get_remaining_time_in_millis, environment.trace_id())
    responding = Responding(feeds, poster, leases, answering, history, beside, sleep, draw)
    return responding.respond(parse(event), turn)
