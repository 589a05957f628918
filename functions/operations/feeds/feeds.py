"""Puts together what works on feeds: answers a client, delivers an event, heals what was forgotten."""

import time
from collections.abc import Callable
from typing import Any

import msgspec

from functions.aws.feeds.stores import FeedStores
from functions.aws.gateway.callbacks import Callbacks
from functions.aws.log.counts import Counts
from functions.aws.log.event_log import EventLog
from functions.aws.log.owners import Owners
from functions.aws.logs import warn, write_line
from functions.aws.read_models.sessions import SessionLists
from functions.domain.feeds.deliveries import Deliver
from functions.domain.feeds.limits import FeedLimits
from functions.domain.refusals import Unavailable
from functions.operations.feeds.acknowledging import Acknowledging
from functions.operations.feeds.answering import Answering
from functions.operations.feeds.cancelling import Cancelling
from functions.operations.feeds.deferring import NOTHING_LATER, Deferring
from functions.operations.feeds.delivering import Delivery, Threads
from functions.operations.feeds.healing import Healing
from functions.operations.feeds.history import Histories
from functions.operations.feeds.notifying import Notifying
from functions.operations.feeds.pending import Pending
from functions.operations.feeds.posting import Poster
from functions.operations.feeds.resuming import Resuming
from functions.operations.feeds.sessions import SessionPages
from functions.operations.frames.serving import Act


class Feeds(msgspec.Struct, frozen=True):
    """What works on feeds in one invocation, and with what."""

    stores: FeedStores
    log: EventLog
    callbacks: Callbacks
    now: Callable[[], int]
    threads: Threads
    pause: Callable[[float], None] = time.sleep
    deferring: Deferring = NOTHING_LATER

    @property
    def poster(self) -> Poster:
        """What posts to subscribers."""
        return Poster(self.callbacks, self.stores.subscribers, self.log, self.now, self.pause)

    @property
    def delivery(self) -> Delivery:
        """What delivers an event."""
        pointers, subscribers = self.stores.pointers, self.stores.subscribers
        return Delivery(pointers, subscribers, self.poster, self.now, self.threads, self.deferring)

    @property
    def healing(self) -> Healing:
        """What delivers the events that nobody has numbered."""
        return Healing(self.stores.recent, self.stores.events, self.delivery)

    def notifying(self, owners: Owners) -> Notifying:
        """Return what sends notifications; it is told whose each session is."""
        return Notifying(self.log, owners, self.stores, self.delivery, self.now)

    def answering(
        self,
        counts: Counts,
        limits: FeedLimits,
        lists: SessionLists,
        remaining_milliseconds: Callable[[], int],
    ) -> Act:
        """Return what answers a client's frame, within the time that the invocation has."""
        pending = Pending(self.stores, limits.pending_seconds, self.now)
        resuming = Resuming(
            self.stores, counts, self.poster, limits, pending, self.now, remaining_milliseconds
        )
        histories = Histories(self.stores, counts, limits, self.now)
        cancelling = Cancelling(self.stores, counts, limits, self.now)
        sessions = SessionPages(lists, counts, limits, self.now)
        return Answering(resuming, histories, Acknowledging(self.stores), cancelling, sessions).act

    def deliver(self, asked: Deliver, invocation_id: str) -> dict[str, Any]:
        """Deliver an event that is in the log, and tell its number.

        Raises
        ------
        Unavailable
            If it cannot be delivered in time: Lambda tries again, and then the sweeper does.
        """
        of_event = {"connection_id": asked.connection_id, "message_id": asked.event_id}
        ids: dict[str, Any] = {**of_event, "correlation_id": invocation_id}
        try:
            key = (asked.connection_id, asked.event_id)
            arrived = self.stores.events.get([key], self.now()).get(key)
            seq = self.delivery.deliver(arrived, asked.client_id) if arrived else None
        except Unavailable as unavailable:
            warn("not_delivered", unavailable, **ids)
            raise
        write_line("deliver", **ids, seq=seq)
        return {"seq": seq}
