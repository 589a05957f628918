"""Runs by schedule: heals feeds, has texts answered, and cleans connections up; a retry changes nothing."""

import time
from collections.abc import Callable
from typing import Any, Final

import msgspec

from functions.aws import environment
from functions.aws.feeds import environment as of_feeds
from functions.aws.feeds.stores import FeedStores
from functions.aws.gateway.callbacks import Callbacks
from functions.aws.log.event_log import EventLog
from functions.aws.logs import logger
from functions.aws.read_models.connections import Connections
from functions.aws.replies import environment as of_replies
from functions.domain.connections.schedules import parse
from functions.domain.feeds.healing import span
from functions.names import LINE_SWEEP
from functions.operations.connections.invocation import Invocation
from functions.operations.connections.sweeping import sweep
from functions.operations.connections.waves import Threads, threads
from functions.operations.feeds.announcing import announcing
from functions.operations.feeds.deferring import Deferring
from functions.operations.feeds.feeds import Feeds
from functions.operations.replies.concluding import Concluding
from functions.operations.replies.reminding import Answers, Reminding

_CONNECTIONS: Final = environment.connections()
_LOG: Final = environment.event_log_in_time()
_CALLBACKS: Final = environment.callbacks_in_time()
_STORES: Final = of_feeds.stores()
_DEFERRING: Final = Deferring(of_feeds.queue())
_RETENTION: Final = environment.retention_seconds()
_OF_WHAT_IS_LEFT: Final = 0.5
"""Of the run's time, for each but the last: however much there is to heal, there is time to remind and to
sweep. What one does not need, the next has."""


def _answers() -> Answers | None:
    seconds = of_replies.answering_seconds()
    if seconds is None:
        return None
    return Answers(of_replies.leases(), announcing(of_feeds.invoker()), seconds)


_ANSWERS: Final = _answers()


def handler(
    event: dict[str, Any],
    context: Any,
    connections: Connections = _CONNECTIONS,
    log: EventLog = _LOG,
    callbacks: Callbacks = _CALLBACKS,
    threads: Threads = threads,
    now: Callable[[], int] = environment.now,
    stores: FeedStores = _STORES,
    answers: Answers | None = _ANSWERS,
    pause: Callable[[float], None] = time.sleep,
    deferring: Deferring = _DEFERRING,
) -> dict[str, int]:
    """Heal, remind and sweep; what fails as a whole is raised, for the schedule's retry and its queue."""
    run = parse(event, now())
    invocation = Invocation(
        id=f"sweep#{run.at}",
        at=run.at,
        retention_seconds=_RETENTION,
        remaining_milliseconds=context.get_remaining_time_in_millis,
        trace_id=environment.trace_id(),
    )
    done: dict[str, int] = {}
    try:
        feeds = Feeds(stores, log, callbacks, now, threads, pause, deferring)
        during = span(run.at, run.every_minutes, answers.seconds if answers else 0)
        healed = feeds.healing.heal(during, invocation.share(_OF_WHAT_IS_LEFT))
        done |= {"healed": healed.delivered}
        if answers is not None:
            reminding = Reminding(Concluding(feeds, answers.leases), answers.announce)
            reminded = reminding.remind(healed.unanswered, invocation.share(_OF_WHAT_IS_LEFT))
            done |= msgspec.to_builtins(reminded)
    finally:  # one does not need the other
        swept = sweep(
            run.idle_seconds,
            invocation,
            connections,
            log,
            callbacks,
            subscribers=stores.subscribers,
            threads=threads,
        )
        done |= msgspec.to_builtins(swept)
        logger.info(LINE_SWEEP, extra={"correlation_id": context.aws_request_id, **done})
    return done
