"""Delivers an event of the log by its feed: numbers it, and posts it to every screen."""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor

import msgspec

from functions.aws.clients import MOST_CALLS
from functions.aws.feeds.pointers import Pointers
from functions.aws.feeds.subscribers import Subscribers
from functions.aws.log.event_reads import Arrived
from functions.domain.feeds.contents import is_over, messages_of
from functions.domain.feeds.feeds import Pointer, Subscriber, feed_of, name_of
from functions.domain.feeds.numbering import Unnumbered
from functions.domain.frames.feed_frames import Message
from functions.operations.feeds.posting import Poster

Threads = Callable[[], Executor]
"""Makes what posts to several subscribers at a time."""


def threads() -> Executor:
    """Return as many threads as a client makes calls at a time."""
    return ThreadPoolExecutor(MOST_CALLS)


class Told(msgspec.Struct, frozen=True):
    """The number of an event, and how many subscribers it was posted to."""

    seq: int
    posted: int


class Delivery(msgspec.Struct, frozen=True):
    """Numbers what the log holds, and posts it. To deliver an event again gives it no other number."""

    pointers: Pointers
    subscribers: Subscribers
    poster: Poster
    now: Callable[[], int]
    threads: Threads

    def deliver(self, arrived: Arrived, client_id: str | None = None) -> int | None:
        """Deliver an event as `tell` does; return the number, None if it has no feed."""
        told = self.tell(arrived, client_id)
        return None if told is None else told.seq

    def tell(self, arrived: Arrived, client_id: str | None = None) -> Told | None:
        """Number an event and post it to its feed's subscribers; return None if it has no feed.

        Parameters
        ----------
        arrived
            The event, as the log holds it.
        client_id
            The client's own id of the frame that made it, for the connection that sent the frame.

        Raises
        ------
        Unavailable
            If it cannot be numbered in time, or nobody can tell who is subscribed. What cannot be posted, its
            subscribers ask for.
        """
        event = arrived.event
        feed = feed_of(event)
        if feed is None:
            return None
        unnumbered = Unnumbered(event.connection_id, event.event_id, arrived.arrived_at, event.expires_at)
        seq = self.pointers.number(feed, unnumbered)
        now = self.now()
        pointer = Pointer(seq, event.connection_id, event.event_id, now, event.expires_at)

        name, shown = name_of(feed), None if is_over(event, now) else event

        def post(to: Subscriber) -> bool:
            own = client_id if to.connection_id == event.connection_id else None
            messages = messages_of(name, pointer, shown, to.user_id)
            return self.poster.post(to, (Message(id=own, data=message) for message in messages))

        # after it was numbered: whoever subscribes later finds it by its resume
        listening = self.subscribers.of(feed, now)
        with self.threads() as pool:
            posted = sum(pool.map(post, listening))
        return Told(seq, posted)
