"""Delivers an event of the log by its feed: numbers it, and posts it to every screen."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

import msgspec

from functions.aws.clients import MOST_CALLS
from functions.aws.feeds.pointers import Pointers
from functions.aws.feeds.subscribers import Subscribers
from functions.aws.gateway.callbacks import Posted
from functions.aws.log.event_reads import Arrived
from functions.domain.feeds.contents import is_over, messages_of
from functions.domain.feeds.feeds import Pointer, Subscriber, feed_of, name_of
from functions.domain.feeds.numbering import Unnumbered
from functions.domain.frames.feed_frames import Message
from functions.domain.log.events import Event
from functions.operations.feeds.deferring import NOTHING_LATER, Deferring
from functions.operations.feeds.posting import Poster

Threads = Callable[[], Executor]
"""Makes what posts to several subscribers at a time."""


def threads() -> Executor:
    """Return as many threads as a client makes calls at a time."""
    return ThreadPoolExecutor(MOST_CALLS)


class Told(msgspec.Struct, frozen=True):
    """The number of an event, to how many subscribers it was posted, and how many get it by the queue."""

    seq: int
    posted: int
    queued: int = 0


class Numbered(msgspec.Struct, frozen=True):
    """An event that has a number, and in which feed."""

    feed: str
    pointer: Pointer
    event: Event


class Delivery(msgspec.Struct, frozen=True):
    """Numbers what the log holds, and posts it. To deliver an event again gives it no other number."""

    pointers: Pointers
    subscribers: Subscribers
    poster: Poster
    now: Callable[[], int]
    threads: Threads
    deferring: Deferring = NOTHING_LATER

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
        numbered = self.number(arrived)
        if numbered is None:
            return None
        return self.post(numbered, self.subscribers.of(numbered.feed, self.now()), client_id)

    def number(self, arrived: Arrived, known: int | None = None, above: int = 0) -> Numbered | None:
        """Number an event, None if it has no feed; raises `Unavailable` if it cannot be done in time.

        ``known`` is its number where somebody has kept it, which saves the look. ``above`` is a number of
        its feed from before it arrived, which makes the look short.
        """
        event = arrived.event
        feed = feed_of(event)
        if feed is None:
            return None
        unnumbered = Unnumbered(
            event.connection_id, event.event_id, arrived.arrived_at, event.expires_at, above
        )
        seq = self.pointers.number(feed, unnumbered) if known is None else known
        pointer = Pointer(seq, event.connection_id, event.event_id, self.now(), event.expires_at)
        return Numbered(feed, pointer, event)

    def post(self, numbered: Numbered, listening: Sequence[Subscriber], client_id: str | None = None) -> Told:
        """Post what has a number to subscribers of its feed, and return how many got it, or will later.

        They are read after it got the number: whoever subscribes later finds it by a resume.
        """
        event, name = numbered.event, name_of(numbered.feed)
        shown = None if is_over(event, self.now()) else event

        def post(to: Subscriber) -> Posted | None:
            own = client_id if to.connection_id == event.connection_id else None
            messages = messages_of(name, numbered.pointer, shown, to.user_id)
            return self.poster.try_post(to, (Message(id=own, data=message) for message in messages))

        with self.threads() as pool:
            outcomes = list(pool.map(post, listening))
        busy = [to for to, posted in zip(listening, outcomes, strict=True) if posted is Posted.BUSY]
        queued = self.deferring.tell(numbered.feed, numbered.pointer, busy) if busy else 0
        return Told(numbered.pointer.seq, outcomes.count(Posted.DELIVERED), queued)
