"""One seed's world: the real handlers on real adapters over fresh tables, a gateway, a clock, and faults."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from random import Random, randrange
from types import SimpleNamespace
from typing import Any, Final

from functions.aws.callbacks import Callbacks
from functions.aws.connections import Connections
from functions.aws.event_log import EventLog
from functions.aws.read_model import ReadModel
from functions.domain.times import iso
from functions.handlers import connection_manager, lifecycle, message, projector, sweeper
from functions.names import ROUTE_DEFAULT
from ops.deployment import Deployment, Outputs
from tests import gateway_events
from tests.faults import engine
from tests.faults.engine import CrashError
from tests.faults.gateway import Gateway, Line, Management
from tests.faults.kinds import Fault, Faults
from tests.faults.ledger import Ledger
from tests.standin.turns import Turns
from tests.tables import Tables, create_tables

BEGINNING: Final = 1_900_000_000_000
"""In 2030: the engine deletes what has expired by the machine's own clock."""
RETENTION_DAYS: Final = 90
_REMAINING_MILLISECONDS: Final = 60_000


class DiedError(Exception):
    """An invocation ended without an answer: the function crashed."""


@dataclass(frozen=True)
class Held(Deployment):
    """The tables of a world, as the operators' commands see them."""

    made: Any = None
    draw: Callable[[int], int] = randrange

    @cached_property
    def client(self) -> Any:
        """The client that was given."""
        return self.made

    @cached_property
    def model(self) -> ReadModel:
        """The read models, whose counters' shards are drawn by the seed."""
        return read_model(self.made, self.outputs, self.draw)


def read_model(client: Any, outputs: Outputs, draw: Callable[[int], int]) -> ReadModel:
    """Return the read models of a deployment, which never sleep."""
    return ReadModel(
        client,
        connections=outputs.connections_table,
        messages=outputs.messages_table,
        metrics=outputs.metrics_table,
        retention_seconds=RETENTION_DAYS * 86_400,
        draw=draw,
        sleep=lambda _seconds: None,
    )


@dataclass
class World:
    """Everything that a history works on.

    Attributes
    ----------
    seed
        Decides everything.
    faults
        What goes wrong.
    now
        The time in epoch milliseconds.
    requests
        The operations that were asked for, in order, with what each met: the same for the same seed.
    died
        How many invocations did.
    untrue
        What somebody was told that cannot be.
    crash_at
        Which request of the operators' commands, from now on, is their last; 0 for none.
    unwritable
        The connections whose rows no engine takes, as those that are too large.
    expired
        The connections of which the log may have forgotten everything.
    """

    seed: int
    faults: Faults
    random: Random
    now: int = BEGINNING
    ledger: Ledger = field(default_factory=Ledger)
    requests: list[str] = field(default_factory=list)
    died: int = 0
    untrue: list[str] = field(default_factory=list)
    crash_at: int = 0
    unwritable: frozenset[str] = frozenset()
    expired: set[str] = field(default_factory=set)
    _numbers: int = 0
    _projecting: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        engine.forget()
        self.turns = Turns(self.seed)
        self.calm: Any = engine.client()
        """A client whose requests meet nothing, and end no turn."""
        self.tables: Tables = create_tables(self.calm, "t")
        self._client = engine.client(self._meddle, self.turns.pause, self._refuses)
        self._operators = engine.client(self._meddle_with_operators, self.turns.pause, self._refuses)
        self.gateway = Gateway(self.faults, self.turns.pause)
        self.log = EventLog(self._client, self.tables.events, self.tables.claims)
        self.model = read_model(self._client, self._outputs, self.random.randrange)
        self._connections = Connections(self._client, self.tables.connections)
        self._callbacks = Callbacks(lambda: Management(self.gateway))

    @property
    def _outputs(self) -> Outputs:
        return Outputs(
            events_table=self.tables.events,
            connections_table=self.tables.connections,
            messages_table=self.tables.messages,
            metrics_table=self.tables.metrics,
            region="us-east-1",
            retention_days=RETENTION_DAYS,
            projector_timeout_seconds=60,
        )

    def deployment(self, *, calm: bool = True) -> Deployment:
        """Return the tables for the operators' commands, whose requests meet faults or not."""
        return Held(self._outputs, self.calm if calm else self._operators, self.random.randrange)

    def pass_time(self, most_milliseconds: int = 4_000) -> int:
        """Let some time pass, and return what it is then."""
        self.now += self.random.randrange(1, most_milliseconds)
        return self.now

    def number(self) -> int:
        """Return a number that no other thing of this world has."""
        self._numbers += 1
        return self._numbers

    def _meddle(self, operation: str) -> tuple[Fault | None, int]:
        self.turns.pause()
        fault, times = self.faults.at_request(operation)
        self.requests.append(f"{operation} {fault or ''}{times or ''}")
        return fault, times

    def _refuses(self, body: bytes) -> bool:
        if not self.unwritable or not body.startswith(b'{"TransactItems"'):
            return False
        return any(f'"connectionId": {{"S": "{each}"}}'.encode() in body for each in self.unwritable)

    def _meddle_with_operators(self, operation: str) -> tuple[Fault | None, int]:
        fault, times = self._meddle(operation)
        if self.crash_at:
            self.crash_at -= 1
            if not self.crash_at:
                return self.random.choice((Fault.CRASH_BEFORE, Fault.CRASH_AFTER)), 1
        return fault, times

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
                lambda: lifecycle.handler(event, None, log=self.log, callbacks=self._callbacks)
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
                lambda: lifecycle.handler(event, None, log=self.log, callbacks=self._callbacks)
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
                lambda: message.handler(event, None, log=self.log, callbacks=self._callbacks)
            )
        except DiedError:
            return None
        if "body" not in answer:
            return None
        told: dict[str, Any] = json.loads(answer["body"])
        self.ledger.answered(line.id, told, text)
        if told["type"] == "error" and injected == self.faults.injected.total():
            self.ledger.refused(line.id, told["data"]["code"], at)
        return told

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
                    connections=self._connections,
                    log=self.log,
                    callbacks=self._callbacks,
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
                        connections=self._connections,
                        log=self.log,
                        callbacks=self._callbacks,
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
        self._projecting.add(invocation)
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
            self._projecting.discard(invocation)
        return answer

    def outlast_projectors(self, _seconds: float) -> None:
        """Wait until every invocation of the projector that has begun is over, as a rebuild does."""
        begun = set(self._projecting)
        while begun & self._projecting:
            self.turns.pause()


def _timeless(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer of a route without the time at which it was sent."""
    if "body" not in answer:
        return answer
    return {**answer, "body": {**json.loads(answer["body"]), "timestamp": None}}
