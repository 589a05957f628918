"""All of feeds that functions read and write, with the events that they point to."""

from collections.abc import Callable
from typing import Any

import msgspec

from functions.aws.feeds.acknowledgements import Acknowledgements
from functions.aws.feeds.cancellations import Cancellations
from functions.aws.feeds.pointers import Pointers
from functions.aws.feeds.subscribers import Subscribers
from functions.aws.log.event_reads import EventReads
from functions.aws.log.recent_events import RecentEvents


class FeedStores(msgspec.Struct, frozen=True):
    """The feeds, and the log as far as it is told by them."""

    pointers: Pointers
    subscribers: Subscribers
    acknowledgements: Acknowledgements
    events: EventReads
    recent: RecentEvents
    cancellations: Cancellations


def feed_stores(client: Any, *, feeds: str, events: str, now: Callable[[], int]) -> FeedStores:
    """Return what works on the tables of these names; ``now`` tells the time in epoch milliseconds."""
    return FeedStores(
        Pointers(client, feeds, now),
        Subscribers(client, feeds),
        Acknowledgements(client, feeds),
        EventReads(client, events),
        RecentEvents(client, events),
        Cancellations(client, feeds),
    )
