"""One seed's world: the real handlers, invoked as the gateway, operators and the stream's mapping do."""

import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import SimpleNamespace
from typing import Any, Final

import msgspec

from functions.aws.feeds.stores import feed_stores
from functions.domain.feeds.deliveries import Deliver, payload_of
from functions.domain.feeds.healing import Span
from functions.domain.limits import Limits
from functions.domain.refusals import Unavailable
from functions.domain.times import iso
from functions.handlers import connection_manager, feed, lifecycle, message, projector, sweeper
from functions.names import ROUTE_DEFAULT
from functions.operations.connections.invocation import Invocation
from functions.operations.feeds.feeds import Feeds
from tests import gateway_events
from tests.fakes import OneByOne
from tests.faults.engine import CrashError
from tests.faults.gateway import Line
from tests.faults.ground import Ground
from tests.faults.kinds import Fault

LIMITS: Final = Limits(texts=5, voice_sessions=2, text_bytes=70)
"""Tight enough to be reached."""
_REMAINING_MILLISECONDS: Final = 60_000


class DiedError(Exception):
    """An invocation ended without an answer: the function crashed."""


class World(Ground):
    """Everything that a history works on."""

    def _invoke(self, function: Callable[[], Any], *, repeatable: bool = True) -> Any:
        """Invoke a function, as Lambda does: what crashes has no answer. Perhaps it is invoked twice.

        One that is repeatable answers the same again, whatever else happens.
        """
        injected = self.faults.injected.total()
        answer: Any = None
        try:
            answer = self._once(function)
            return answer
        finally:
            if self.faults.happens(Fault.REPEATED):
                with suppress(Exception):  # nobody waits for this answer
                    again = self._once(function)
                    undisturbed = self.faults.injected.total() == injected + 1
                    if repeatable and undisturbed and _timeless(again) != _timeless(answer):
                        self.untrue.append(f"the same invocation again: {again} and not {answer}")

    def _once(self, function: Callable[[], Any]) -> Any:
        try:
            return function()
        except CrashError:
            self.died += 1
            raise DiedError from None

    # --- what the gateway invokes ---------------------------------------------------------------

    def connect(self, user: str, session: str | None) -> Line | None:
        """Open a connection; None if it is refused."""
        at = self.pass_time()
        line = Line(f"c{self.number()}=", user, session, at, at)
        event = gateway_events.connect(**self._context(line, at))
        try:
            answer = self._invoke(
                lambda: lifecycle.handler(
                    event,
                    None,
                    log=self.log,
                    callbacks=self.callbacks,
                    subscribers=self.stores.subscribers,
                )
            )
        except DiedError:
            return None
        if answer != {"statusCode": 200}:
            return None
        self.ledger.connected(line.id)
        self.gateway.lines[line.id] = line
        return line

    def disconnect(self, line: Line) -> None:
        """Report the end of a connection; the gateway does so once, whatever becomes of it."""
        event = gateway_events.disconnect(**self._context(line, self.pass_time()))
        try:
            answer = self._invoke(
                lambda: lifecycle.handler(
                    event,
                    None,
                    log=self.log,
                    callbacks=self.callbacks,
                    subscribers=self.stores.subscribers,
                )
            )
        except DiedError:
            return
        if answer == {"statusCode": 200}:
            self.ledger.disconnected(line.id)

    def frame(
        self, line: Line, body: object, *, route: str = ROUTE_DEFAULT, text: str | None = None
    ) -> dict[str, Any] | None:
        """Send a frame; give the answer, None if there is none."""
        if not line.open:
            return None
        at = self.pass_time()
        line.last_active_at = at
        event = gateway_events.message(body, route=route, **self._context(line, at))
        injected = self.faults.injected.total()
        try:
            answer = self._invoke(
                lambda: message.handler(
                    event,
                    None,
                    log=self.log,
                    callbacks=self.callbacks,
                    limits=LIMITS,
                    announce=self._announce,
                )
            )
        except DiedError:
            return None
        finally:
            self._deliver()
        if "body" not in answer:
            return None
        told: dict[str, Any] = json.loads(answer["body"])
        self.ledger.answered(line.id, told, text)
        if told["type"] == "error" and injected == self.faults.injected.total():
            self.ledger.refused(line.id, told["data"]["code"], at)
        return told

    def _announce(self, asked: Deliver) -> None:
        """Take an asynchronous invocation, unless Lambda does not."""
        if self.faults.happens(Fault.UNANNOUNCED):
            problem = "503 of Invoke"
            raise Unavailable(problem)
        self.announced.append(msgspec.json.decode(payload_of(asked)))

    def _deliver(self) -> None:
        """Invoke the function of the feeds with what was announced; what fails is tried twice more."""
        while self.announced:
            asked = self.announced.pop(0)
            for _ in range(3):
                with suppress(Exception):
                    self._invoke(partial(self._feed, asked), repeatable=False)
                    break

    def heal(self) -> None:
        """Deliver what nobody delivered, however long ago it was appended: as runs of the sweeper would."""
        stores = feed_stores(
            self.calm, feeds=self.tables.feeds, events=self.tables.events, now=lambda: self.now
        )
        feeds = Feeds(stores, self.log, self.callbacks, lambda: self.now, OneByOne)
        invocation = Invocation("heal", self.now, 0, lambda: _REMAINING_MILLISECONDS)
        was_calm, self.faults.calm = self.faults.calm, True
        feeds.healing.heal(Span(self.began, self.now), invocation)
        self.faults.calm = was_calm

    def _feed(self, event: dict[str, Any]) -> dict[str, Any]:
        return feed.handler(
            event,
            self._lambda(),
            stores=self.stores,
            log=self.log,
            callbacks=self.callbacks,
            counts=self.counts,
            now=lambda: self.now,
            threads=OneByOne,
        )

    def _context(self, line: Line, at: int) -> dict[str, Any]:
        return {
            "connectionId": line.id,
            "requestId": f"r{self.number()}",
            "requestTimeEpoch": at,
            "authorizer": line.identity,
        }

    # --- what operators and the schedule invoke -------------------------------------------------

    def manage(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """Ask the connection manager; None if it crashed."""
        context = self._lambda()
        self.pass_time()
        try:
            answer: dict[str, Any] = self._invoke(
                lambda: connection_manager.handler(
                    request,
                    context,
                    connections=self.connections,
                    log=self.log,
                    callbacks=self.callbacks,
                    now=lambda: self.now,
                ),
                repeatable=False,  # it reads the rows, which move
            )
        except DiedError:
            return None
        if "eventId" in answer:
            self.ledger.status_set(request["connectionId"], answer["eventId"])
        return answer

    def sweep(self, idle_seconds: int) -> None:
        """Run the sweeper, and again while it fails, three times at most, as asynchronous invocations are."""
        at = self.pass_time() // 1000 * 1000
        run = {"time": iso(at), "idleSeconds": idle_seconds}
        for _ in range(3):
            swept: dict[str, int] = {}
            with suppress(Exception):  # whatever it fails with, it is invoked again
                swept = self._invoke(
                    lambda: sweeper.handler(
                        run,
                        self._lambda(),
                        connections=self.connections,
                        log=self.log,
                        callbacks=self.callbacks,
                        threads=OneByOne,
                        now=lambda: self.now,
                        stores=self.stores,
                    ),
                    repeatable=False,
                )
            if swept:
                self.ledger.swept[at] = swept["lost"]
                return

    def _lambda(self) -> Any:
        return SimpleNamespace(
            aws_request_id=f"i{self.number()}",
            get_remaining_time_in_millis=lambda: _REMAINING_MILLISECONDS,
        )

    # --- what the stream's mapping invokes -------------------------------------------------------

    def project(self, event: dict[str, Any]) -> dict[str, Any]:
        """Deliver a batch to the projector."""
        invocation = self.number()
        self.projecting.add(invocation)
        try:
            answer: dict[str, Any] = self._once(
                lambda: projector.handler(
                    event,
                    None,
                    log=self.log,
                    model=self.model,
                    now=lambda: self.now,
                    pause=self.turns.pause_before,
                )
            )
        finally:
            self.projecting.discard(invocation)
        return answer

    def outlast_projectors(self, _seconds: float) -> None:
        """Wait until every invocation of the projector that has begun is over, as a rebuild does."""
        begun = set(self.projecting)
        while begun & self.projecting:
            self.turns.pause()


def _timeless(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer of a route without the time at which it was sent."""
    if "body" not in answer:
        return answer
    return {**answer, "body": {**json.loads(answer["body"]), "timestamp": None}}
