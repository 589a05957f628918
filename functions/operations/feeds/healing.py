"""Delivers what was appended and not numbered: its writer died, or could not have it delivered."""

from collections import defaultdict
from typing import Final
from zlib import crc32

import msgspec

from functions.aws.log.event_reads import Arrived, EventKey, EventReads
from functions.aws.log.recent_events import RecentEvents
from functions.aws.logs import warn, write_line
from functions.domain.feeds.feeds import NUMBERED, feed_of
from functions.domain.feeds.healing import Span, forgotten, since
from functions.domain.feeds.numbering import Unnumbered
from functions.domain.refusals import Unavailable
from functions.domain.replies.questions import question_of
from functions.domain.replies.reminding import Unanswered
from functions.operations.connections.invocation import Invocation
from functions.operations.feeds.delivering import Delivery

_TYPES: Final = tuple(fact.__name__ for fact in NUMBERED)


class Healed(msgspec.Struct, frozen=True):
    """How many events were looked at, how many of them were delivered, and the texts without an outcome.

    The outcome of one may be younger than what was looked at.
    """

    looked_at: int
    delivered: int
    unanswered: tuple[Unanswered, ...] = ()


class Healing(msgspec.Struct, frozen=True):
    """What the log and the feeds are compared with."""

    recent: RecentEvents
    events: EventReads
    delivery: Delivery

    def heal(self, during: Span, invocation: Invocation) -> Healed:
        """Deliver the events that arrived in a span and have no number; a feed that fails is logged.

        Each feed is read once, many at a time. What time does not allow, the next run does: each begins with
        other partitions of the log, and so with other feeds.

        Raises
        ------
        Unavailable
            If the log cannot be read in time.
        """
        found = _Found()
        drawn = crc32(invocation.id.encode())
        for arrived in self.recent.of_types(_TYPES, during.first, during.last, drawn):
            found.add(arrived)
            if not invocation.has_time:
                break

        def heal(feed: str) -> int | None:
            return self._try_heal(feed, found.feeds[feed], invocation)

        with self.delivery.threads() as pool:
            delivered = list(pool.map(heal, found.feeds))
        if left := delivered.count(None):
            write_line("healing_stopped", correlation_id=invocation.id, feeds=len(delivered), not_begun=left)
        return Healed(found.looked_at, sum(filter(None, delivered)), found.unanswered)

    def _try_heal(self, feed: str, events: list[Unnumbered], invocation: Invocation) -> int | None:
        """Heal a feed, and tell how many events were delivered; None if there was no time to begin."""
        if not invocation.has_time:
            return None
        try:
            return self._heal(feed, events, invocation)
        except Unavailable as unavailable:
            warn("not_healed", unavailable, correlation_id=invocation.id, feed=feed)
            return 0

    def _heal(self, feed: str, events: list[Unnumbered], invocation: Invocation) -> int:
        pointers = self.delivery.pointers.since(feed, since(events))
        delivered = 0
        for event in forgotten(events, pointers):
            if not invocation.has_time:
                break
            key = (event.connection_id, event.event_id)
            if arrived := self.events.get([key], invocation.at).get(key):
                self.delivery.deliver(arrived)
                delivered += 1
        return delivered


class _Found:
    """What arrived: the events of each feed, and which texts have no outcome among them."""

    def __init__(self) -> None:
        self.feeds: dict[str, list[Unnumbered]] = defaultdict(list)
        self._texts: dict[EventKey, Unanswered] = {}
        self._outcomes: set[EventKey] = set()

    def add(self, arrived: Arrived) -> None:
        event = arrived.event
        if feed := feed_of(event):
            one = Unnumbered(event.connection_id, event.event_id, arrived.arrived_at, event.expires_at)
            self.feeds[feed].append(one)
        key = (event.connection_id, event.event_id)
        if question := question_of(event):
            self._texts[key] = Unanswered(key, question.outcome_key, arrived.arrived_at)
        else:
            self._outcomes.add(key)

    @property
    def looked_at(self) -> int:
        return sum(map(len, self.feeds.values()))

    @property
    def unanswered(self) -> tuple[Unanswered, ...]:
        return tuple(each for each in self._texts.values() if each.outcome_key not in self._outcomes)
