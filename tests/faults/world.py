"""One seed's world: the real handlers, invoked as the gateway, operators and the stream's mapping do."""

import json
from contextlib import suppress
from typing import Any

from functions.domain.times import iso
from functions.handlers import connection_manager, lifecycle, message, projector, sweeper
from functions.names import ROUTE_DEFAULT
from tests import gateway_events
from tests.fakes import OneByOne
from tests.faults.gateway import Line
from tests.faults.invoking import DiedError
from tests.faults.speaking import Speaking


class World(Speaking):
    """Everything that a history works on."""

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
        self.turns.pause()  # others may post to it, and it is not there yet
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
        if isinstance(body, dict):
            line.sent.add(body.get("id"))
        sent = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        event = gateway_events.message(sent, route=route, **self._context(line, at))
        injected = self.faults.injected.total()
        try:
            answer = self._invoke(
                lambda: message.handler(
                    event,
                    None,
                    log=self.log,
                    callbacks=self.callbacks,
                    limits=self.limits,
                    announce=self._announce,
                    repeat=self.repeat,
                    speech=self.speech,
                )
            )
        except DiedError:
            return None
        finally:
            self.end_sessions()
            self.deliver()
        if "body" not in answer:
            return None
        told: dict[str, Any] = json.loads(answer["body"])
        self.ledger.answered(line.id, told, text)
        if told["type"] == "error" and injected == self.faults.injected.total():
            self.ledger.refused(line.id, told["data"]["code"], at)
        return told

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
                    stores=self.stores,
                    owners=self.owners,
                    threads=OneByOne,
                    pause=lambda _seconds: self.turns.pause(),
                    deferring=self.deferring,
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
                        answers=self.answers,
                        pause=lambda _seconds: self.turns.pause(),
                        deferring=self.deferring,
                    ),
                    repeatable=False,
                )
            self.deliver()
            if swept:
                self.ledger.swept[at] = swept["lost"]
                return

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
