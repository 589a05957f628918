"""Makes of the environment what functions work on feeds with, each once in an execution environment."""

import os
from functools import cache
from typing import TYPE_CHECKING

from functions import names
from functions.aws import clients
from functions.aws.environment import dynamodb, dynamodb_in_time, now, required

if TYPE_CHECKING:
    from functions.aws.feeds.stores import FeedStores
    from functions.aws.feeds.subscribers import Subscribers
    from functions.aws.invoking import Invoker
    from functions.aws.log.counts import Counts
    from functions.aws.log.owners import Owners
    from functions.aws.log.repetitions import Repetitions
    from functions.aws.queueing import Queue
    from functions.domain.feeds.limits import FeedLimits


@cache
def subscribers() -> "Subscribers":
    """Return the subscribers, for who must be done by a certain time: a call ends within 10 s."""
    from functions.aws.feeds.subscribers import Subscribers  # noqa: PLC0415 - who appends texts needs none

    return Subscribers(dynamodb_in_time(), required(names.FEEDS_TABLE))


@cache
def subscribers_to_count() -> "Subscribers":
    """Return the subscribers for a handshake, which waits for them: they are given up early."""
    from functions.aws.feeds.subscribers import Subscribers  # noqa: PLC0415 - likewise

    return Subscribers(clients.dynamodb(clients.BRIEF), required(names.FEEDS_TABLE))


@cache
def stores() -> "FeedStores":
    """Return all of feeds that is read and written, with the events that they point to."""
    from functions.aws.feeds.stores import feed_stores  # noqa: PLC0415 - who appends texts needs none

    return feed_stores(
        dynamodb(),
        feeds=required(names.FEEDS_TABLE),
        events=required(names.EVENTS_TABLE),
        now=now,
    )


@cache
def counts() -> "Counts":
    """Return the counts of who asks."""
    from functions.aws.log.counts import Counts  # noqa: PLC0415 - the function of the feeds alone counts so

    return Counts(dynamodb(), required(names.CLAIMS_TABLE))


def limits() -> "FeedLimits":
    """Return how often a user may ask for what they missed and cancel texts, and how far back."""
    from functions.domain.feeds.limits import FeedLimits  # noqa: PLC0415 - that function alone

    return FeedLimits(
        resumes=int(required(names.RESUMES_PER_MINUTE)),
        histories=int(required(names.HISTORIES_PER_MINUTE)),
        cancels=int(required(names.CANCELS_PER_MINUTE)),
        window_seconds=int(required(names.FEED_WINDOW_SECONDS)),
        pending_seconds=int(os.environ.get(names.PENDING_SECONDS, "0")),
    )


@cache
def owners() -> "Owners":
    """Return whose each session is."""
    from functions.aws.log.owners import Owners  # noqa: PLC0415 - the connection manager alone asks

    return Owners(dynamodb_in_time(), required(names.CLAIMS_TABLE))


@cache
def repetitions() -> "Repetitions | None":
    """Return what tells whether a reply is told again; None where no text is answered."""
    return frame_repetitions() if names.REPLIES_IN_FLIGHT in os.environ else None


@cache
def frame_repetitions() -> "Repetitions":
    """Return what tells whether the answer to a frame that is sent again is told again."""
    from functions.aws.log.repetitions import Repetitions  # noqa: PLC0415 - few frames are sent again

    return Repetitions(
        dynamodb_in_time(), required(names.CLAIMS_TABLE), int(required(names.REPEATS_PER_MINUTE))
    )


@cache
def queue() -> "Queue | None":
    """Return the delivery queue, if the stack has one."""
    url = os.environ.get(names.DELIVERY_QUEUE)
    return None if url is None else clients.queue(url, required("AWS_REGION"))


@cache
def invoker() -> "Invoker":
    """Return what invokes the function that delivers, and answers where texts are answered."""
    return clients.invoker(
        required(names.LAMBDA_ENDPOINT), required(names.DELIVERING_FUNCTION), required("AWS_REGION")
    )
