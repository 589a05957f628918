"""The functions of the feeds in a world: what the gateway, other functions and the schedule ask of them."""

from contextlib import suppress
from functools import partial
from typing import Any

import msgspec

from functions.aws.feeds.stores import feed_stores
from functions.domain.feeds.deliveries import Deliver, payload_of
from functions.domain.feeds.healing import Span
from functions.domain.feeds.numbering import CLOCKS_MILLISECONDS
from functions.domain.log.ids import MINUTE
from functions.domain.refusals import Unavailable
from functions.handlers import feed
from functions.operations.connections.invocation import Invocation
from functions.operations.feeds.feeds import Feeds
from tests import gateway_events
from tests.fakes import OneByOne
from tests.faults.gateway import Line
from tests.faults.invoking import REMAINING_MILLISECONDS, DiedError, Invoking
from tests.faults.kinds import Fault
from tests.faults.resumes import Before, untrue


class Conversing(Invoking):
    """A world in which the feeds are told and asked for."""

    def ask(self, line: Line, frame: dict[str, Any]) -> None:
        """Send a frame of the feeds; what is answered comes to the line, as all that is posted does."""
        if not line.open:
            return
        at = self.pass_time()
        line.last_active_at = at
        line.sent.add(frame["id"])
        event = gateway_events.message(frame, route=frame["type"], **self._context(line, at))
        before = Before(self.calm, self.tables.feeds, line, self.now, len(self.gateway.told))
        try:
            answer = self._invoke(lambda: self._feed(event), repeatable=False)
        except DiedError:
            return  # the gateway says that it is broken, under no id
        told = [data for to, data in self.gateway.told[before.told :] if to == line.id]
        if "body" in answer:
            told.append(answer["body"].encode())
            self.gateway.bring(line, told[-1])
        if frame["type"] == "resume":
            self.untrue += untrue(before, frame, told, self.feed_limits.window_seconds)

    def _announce(self, asked: Deliver) -> None:
        """Take an asynchronous invocation, unless Lambda does not."""
        if self.faults.happens(Fault.UNANNOUNCED):
            problem = "503 of Invoke"
            raise Unavailable(problem)
        payload = msgspec.json.decode(payload_of(asked))
        (self.late if self.faults.happens(Fault.INVOKED_LATE) else self.announced).append(payload)

    def deliver(self) -> None:
        """Invoke the function of the feeds with what was announced; what fails is tried twice more."""
        while self.announced:
            asked = self.announced.pop(0)
            if self.faults.happens(Fault.INVOKED_AGAIN):
                self.late.append(asked)
            for _ in range(3):
                with suppress(Exception):
                    self._invoke(partial(self._feed, asked), repeatable=False)
                    break

    def deliver_late(self) -> None:
        """Invoke it with what was announced some time ago, in another order."""
        late, self.late[:] = list(self.late), []
        self.random.shuffle(late)
        for asked in late:
            self.announced.append(asked)
            self.deliver()

    def heal(self) -> None:
        """Deliver what nobody delivered, however long ago it was appended: as runs of the sweeper would."""
        stores = feed_stores(
            self.calm, feeds=self.tables.feeds, events=self.tables.events, now=lambda: self.now
        )
        feeds = Feeds(stores, self.log, self.callbacks, lambda: self.now, OneByOne)
        invocation = Invocation("heal", self.now, 0, lambda: REMAINING_MILLISECONDS)
        was_calm, self.faults.calm = self.faults.calm, True
        # the clock of whoever appended may be ahead
        feeds.healing.heal(Span(self.began, self.now + CLOCKS_MILLISECONDS), invocation)
        self.faults.calm = was_calm
        self.began = self.now - MINUTE

    def _feed(self, event: dict[str, Any]) -> dict[str, Any]:
        return feed.handler(
            event,
            self._lambda(),
            stores=self.stores,
            log=self.log,
            callbacks=self.callbacks,
            counts=self.counts,
            limits=self.feed_limits,
            now=self.feeds_clock,
            threads=OneByOne,
            pause=lambda _seconds: self.turns.pause(),
        )
