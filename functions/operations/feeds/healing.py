"""Delivers what was appended and not numbered: its writer died, or could not have it delivered."""

from collections import defaultdict
from typing import Final

import msgspec

from functions.aws.log.event_reads import EventKey, EventReads
from functions.aws.log.recent_events import RecentEvents
from functions.aws.logs import warn
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

        Each feed is read once. What time does not allow, the next run does.

        Raises
        ------
        Unavailable
            If the log cannot be read in time.
        """
        by_feed: dict[str, list[Unnumbered]] = defaultdict(list)
        texts: dict[EventKey, Unanswered] = {}
        outcomes: set[EventKey] = set()
        for arrived in self.recent.of_types(_TYPES, during.first, during.last):
            event = arrived.event
            if feed := feed_of(event):
                one = Unnumbered(event.connection_id, event.event_id, arrived.arrived_at, event.expires_at)
                by_feed[feed].append(one)
            key = (event.connection_id, event.event_id)
            if question := question_of(event):
                texts[key] = Unanswered(key, question.outcome_key, arrived.arrived_at)
            else:
                outcomes.add(key)
        delivered = 0
        for feed, events in by_feed.items():
            if not invocation.has_time:
                break
            try:
                delivered += self._heal(feed, events, invocation)
            except Unavailable as unavailable:
                warn("not_healed", unavailable, correlation_id=invocation.id, feed=feed)
        unanswered = tuple(each for each in texts.values() if each.outcome_key not in outcomes)
        return Healed(sum(map(len, by_feed.values())), delivered, unanswered)

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
