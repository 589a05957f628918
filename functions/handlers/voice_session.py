"""Holds voice sessions, one in each invocation: hears by a channel, speaks with an engine, and posts."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from uuid import uuid4

from functions.aws import environment
from functions.aws.clients import MOST_CALLS
from functions.aws.feeds import environment as of_feeds
from functions.aws.feeds.pointers import Pointers
from functions.aws.log.event_reads import EventReads
from functions.aws.logs import write_line
from functions.aws.read_models.conversations import Conversations
from functions.aws.voice import environment as of_voice
from functions.domain.voice.starts import parse
from functions.names import EVENTS_TABLE, FEEDS_TABLE, LINE_VOICE, MESSAGES_TABLE
from functions.operations.feeds.deferring import Deferring
from functions.operations.feeds.delivering import Delivery, threads
from functions.operations.feeds.posting import Poster
from functions.operations.voice.holding import Holding
from functions.operations.voice.means import Means, OffLoop


def _means(off_loop: OffLoop) -> Means:
    dynamodb, log, now = environment.dynamodb(), environment.event_log(), environment.now
    subscribers = of_feeds.subscribers()
    pointers = Pointers(dynamodb, environment.required(FEEDS_TABLE), now)
    patient = Poster(environment.callbacks_in_time(), subscribers, log, now)
    return Means(
        log=log,
        events=EventReads(dynamodb, environment.required(EVENTS_TABLE)),
        claims=of_voice.claims(),
        subscribers=subscribers,
        poster=Poster(of_voice.callbacks(), subscribers, log, now),
        deliver=Delivery(pointers, subscribers, patient, now, threads, Deferring(of_feeds.queue())).deliver,
        publish=of_voice.events().publish,
        subscribe=of_voice.subscribe(),
        engine=of_voice.engine(),
        history=Conversations(dynamodb, environment.required(MESSAGES_TABLE)).newest,
        invoke=of_voice.invoker().invoke,
        manner=of_voice.manner(),
        now=now,
        off_loop=off_loop,
        draw=lambda: uuid4().hex,
    )


_POOL: Final = ThreadPoolExecutor(MOST_CALLS)
_MEANS: Final = _means(lambda call: asyncio.get_running_loop().run_in_executor(_POOL, call))


def handler(event: dict[str, Any], context: Any, means: Means = _MEANS) -> dict[str, Any]:
    """Hold the session of a payload until it ends, or the next invocation does."""
    start = parse(event)
    holding = Holding(means, start, context.aws_request_id, context.get_remaining_time_in_millis)
    became = asyncio.run(holding.hold())
    write_line(LINE_VOICE, **holding.ids, **became)
    return became
