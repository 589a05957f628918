"""Sends what a service has for a user or a session: appended once, numbered, and posted to every screen."""

from collections.abc import Callable

import msgspec

from functions.aws.feeds.stores import FeedStores
from functions.aws.log.event_log import ClaimRefusedError, EventLog
from functions.aws.log.event_reads import Arrived
from functions.aws.log.owners import Owners
from functions.aws.logs import warn
from functions.domain.connections.answers import Notified, Receipt, ReceiptsShown
from functions.domain.connections.sends import Receipts, Send
from functions.domain.feeds.feeds import conversation_feed, user_feed
from functions.domain.feeds.notifications import (
    claim_of_id,
    claim_of_session,
    event_of,
    left,
    no_session,
    notification,
    sent_before,
)
from functions.domain.log.claims import Take
from functions.domain.log.events import Event
from functions.domain.log.unconnected import unconnected_key
from functions.domain.refusals import Unavailable
from functions.domain.times import iso
from functions.operations.connections.invocation import Invocation
from functions.operations.feeds.delivering import Delivery


class Notifying(msgspec.Struct, frozen=True):
    """What notifications are sent with."""

    log: EventLog
    owners: Owners
    stores: FeedStores
    delivery: Delivery
    now: Callable[[], int]

    def send(self, request: Send, invocation: Invocation) -> Notified:
        """Append a notification, number it and post it; what was sent under its id before is posted again.

        What cannot be numbered or posted in time is numbered by the sweeper, and asked for by its clients.

        Raises
        ------
        RequestError
            ``invalid_request`` if it is too large or over already, ``not_found`` if nobody has the session,
            ``conflict`` if something else was sent under its id.
        Unavailable
            If the log does not answer in time; under an id it is safe to ask again.
        """
        fact = notification(request, invocation.at)
        user_id = self._addressee(request)
        sent = event_of(
            fact,
            user_id=user_id,
            session_id=request.session_id,
            at=invocation.at,
            retention_seconds=invocation.retention_seconds,
            cause=invocation.id,
            trace_id=invocation.trace_id,
        )
        arrived_at = self.now()
        known = self._append(sent, request, invocation)
        if known is None:
            return self._deliver(Arrived(sent, arrived_at), invocation)
        key = (unconnected_key(known), known)
        before = self.stores.events.get([key], self.now()).get(key)
        return Notified(known, 0) if before is None else self._deliver(before, invocation)

    def _addressee(self, request: Send) -> str:
        if request.session_id is None:
            return request.user_id or ""
        owner = self.owners.of(request.session_id, self.now())
        if owner is None:
            raise no_session()
        return owner

    def _append(self, sent: Event, request: Send, invocation: Invocation) -> str | None:
        """Append an event with its claims; return the id of what was sent under its id before."""
        claims: tuple[Take, ...] = ()
        of_id = None
        if request.session_id is not None:
            claims += (claim_of_session(request.session_id, sent),)
        if request.id is not None:
            of_id = claim_of_id(_feed_of(request), request.id, sent)
            claims += (of_id,)
        while True:
            invocation.spare_time()
            try:
                self.log.append(sent, claims)
            except ClaimRefusedError as refused:
                known = None if of_id is None else sent_before(of_id, refused.standing)
                if known is not None:
                    return known
                claims = left(claims, refused.standing, sent.user_id)
            else:
                return None

    def _deliver(self, arrived: Arrived, invocation: Invocation) -> Notified:
        message_id = arrived.event.event_id
        try:
            told = self.delivery.tell(arrived)
        except Unavailable as unavailable:  # it is in the log, so the sweeper will find it
            warn("not_delivered", unavailable, message_id=message_id, correlation_id=invocation.id)
            told = None
        if told is None:
            return Notified(message_id, 0)
        return Notified(message_id, told.posted, told.seq, told.queued)

    def receipts(self, request: Receipts) -> ReceiptsShown:
        """Return where a feed is, and up to where it was acknowledged.

        Raises
        ------
        Unavailable
            If the feeds do not answer in time.
        """
        feed = _feed_of(request)
        shown = [
            Receipt(each.user_id, each.seq, each.event_id, iso(each.at))
            for each in self.stores.acknowledgements.of(feed, self.now())
        ]
        return ReceiptsShown(self.stores.pointers.top(feed), tuple(shown))


def _feed_of(request: Send | Receipts) -> str:
    if request.session_id is not None:
        return conversation_feed(request.session_id, "")
    return user_feed(request.user_id or "")
