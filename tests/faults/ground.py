"""Below the functions: real adapters over fresh tables, a gateway, a clock, requests that meet faults."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from random import Random, randrange
from typing import Any, Final

import msgspec

from functions.aws import environment
from functions.aws.feeds.pointers import Pointers
from functions.aws.feeds.stores import feed_stores
from functions.aws.gateway.callbacks import Callbacks
from functions.aws.log.counts import Counts
from functions.aws.log.event_log import EventLog
from functions.aws.log.owners import Owners
from functions.aws.read_models.connections import Connections
from functions.aws.read_models.read_model import ReadModel
from functions.domain.feeds.limits import FeedLimits
from functions.domain.limits import Allowance, Limits, Speaking
from functions.domain.log.ids import MINUTE
from functions.operations.feeds.deferring import NOTHING_LATER, Deferring
from ops.deployment import Deployment, Outputs
from tests.fakes import Waiting
from tests.faults import engine
from tests.faults.gateway import Gateway, Management
from tests.faults.heard import Heard
from tests.faults.jobs import Jobs
from tests.faults.kinds import Fault, Faults
from tests.faults.ledger import Ledger
from tests.standin.turns import Turns
from tests.tables import Tables, create_tables

BEGINNING: Final = 1_900_000_000_000
"""In 2030: the engine deletes what has expired by the machine's own clock."""
RETENTION_DAYS: Final = 90
_ALLOWANCE: Final = Allowance(50, 10**9, environment.tokens_beside_question())
"""More than a history says: what is reserved and settled is counted, and nobody is refused for it."""
_LIMITS: Final = Limits(5, 2, 200, _ALLOWANCE, Speaking())
"""Tight enough to be reached."""
_LONG_TEXTS: Final = 60_000
"""Bytes a minute where some texts are longer than a frame of the server's may be."""
_FEED_LIMITS: Final = FeedLimits(resumes=6, histories=8, pending_seconds=900)
_SKEWS: Final = (0, 4_500, -4_500)
"""By how many milliseconds the clocks of functions are wrong."""
_PAGES: Final = (1, 3, 20)
"""How many numbers of a feed are read at a time: few, so that there are several pages."""
_SLOW: Final = 40
"""Turns that pass while a slow function makes one request."""


@dataclass(frozen=True)
class GivenTables(Deployment):
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
        sessions=outputs.sessions_table,
        metrics=outputs.metrics_table,
        draw=draw,
        sleep=lambda _seconds: None,
    )


@dataclass
class Ground:
    """What a history works on, without the functions.

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
        The connections whose rows the engine does not take, as those too large, and how often it will not.
    expired
        The connections of which the log may have forgotten everything.
    announced, late
        What the function of the feeds is still to be invoked with: now, and some time.
    heard
        What devices were told of feeds since everything was last compared.
    ends
        Until when notifications are shown, epoch milliseconds, by what they say.
    cancelled
        When which texts were cancelled that had no outcome then, by their ids.
    healed_at
        When somebody looked after what was not delivered and not answered, and nothing went wrong.
    judged
        How many of the frames that were posted have been judged.
    compared, taken
        How often a device was compared with the log, and how many frames devices took.
    limits, feed_limits
        How much a user may do in a minute.
    began
        When what nobody has numbered may have arrived at the earliest.
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
    unwritable: dict[str, int] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)
    announced: list[dict[str, Any]] = field(default_factory=list)
    late: list[dict[str, Any]] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    ends: dict[str, int] = field(default_factory=dict)
    cancelled: dict[str, int] = field(default_factory=dict)
    healed_at: list[int] = field(default_factory=list)
    judged: int = 0
    compared: int = 0
    taken: int = 0
    began: int = BEGINNING
    limits: Limits = _LIMITS
    feed_limits: FeedLimits = _FEED_LIMITS
    _numbers: int = 0
    projecting: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        engine.forget()
        self.turns = Turns(self.seed)
        self.calm: Any = engine.client()
        """A client whose requests meet nothing, and end no turn."""
        self.tables: Tables = create_tables(self.calm, "t")
        self._client = engine.client(self._meddle, self.turns.pause, self._refuses)
        self._operators = engine.client(self._meddle_with_operators, self.turns.pause, self._refuses)
        self.jobs = Jobs(self.faults, self.random, self.number)
        is_relieved = self.random.random() < 0.5
        self.deferring = Deferring(self.jobs) if is_relieved else NOTHING_LATER
        self.gateway = Gateway(
            self.faults, self.turns.pause, self.random, is_relieved=is_relieved, posted=self._posted
        )
        appending, feeding = self.random.choice(_SKEWS), self.random.choice(_SKEWS)
        self.feeds_clock: Callable[[], int] = lambda: self.now + feeding
        if self.random.random() < 0.25:
            self.limits = msgspec.structs.replace(_LIMITS, text_bytes=_LONG_TEXTS)
        self.log = EventLog(
            self._client,
            self.tables.events,
            self.tables.claims,
            lambda: self.now + appending,
            patience=Waiting().patience,
        )
        self.model = read_model(self._client, self._outputs, self.random.randrange)
        self.connections = Connections(self._client, self.tables.connections)
        pointers = Pointers(
            self._client, self.tables.feeds, self.feeds_clock, page=self.random.choice(_PAGES)
        )
        stores = feed_stores(
            self._client, feeds=self.tables.feeds, events=self.tables.events, now=self.feeds_clock
        )
        self.stores = msgspec.structs.replace(stores, pointers=pointers)
        self.counts = Counts(self._client, self.tables.claims)
        self.owners = Owners(self._client, self.tables.claims)
        self.callbacks = Callbacks(lambda: Management(self.gateway))

    @property
    def _outputs(self) -> Outputs:
        return Outputs(
            events_table=self.tables.events,
            connections_table=self.tables.connections,
            messages_table=self.tables.messages,
            sessions_table=self.tables.sessions,
            metrics_table=self.tables.metrics,
            region="us-east-1",
            retention_days=RETENTION_DAYS,
            projector_timeout_seconds=60,
            projector_failure_queue="",
        )

    def _posted(self, frame: bytes) -> None:
        """Look at what is posted: nothing that is over, where nothing holds the post up."""
        data = msgspec.json.decode(frame).get("data", {})
        if self.faults.calm and data.get("kind") == "notification":
            words = msgspec.json.encode(data["data"]).decode()
            if self.ends.get(words, self.now) < self.now - MINUTE:
                self.untrue.append(f"{words} is posted, and was over a minute before")

    def deployment(self, *, calm: bool = True) -> Deployment:
        """Return the tables for the operators' commands, whose requests meet faults or not."""
        return GivenTables(self._outputs, self.calm if calm else self._operators, self.random.randrange)

    def pass_time(self, most_milliseconds: int = 4_000) -> int:
        """Let some time pass, and return what it is then."""
        self.now += self.random.randrange(1, most_milliseconds)
        return self.now

    def number(self) -> int:
        """Return a number that no other thing of this world has."""
        self._numbers += 1
        return self._numbers

    def _meddle(self, operation: str) -> tuple[Fault | None, int]:
        for _ in range(_SLOW if self.faults.happens(Fault.SLOW) else 1):
            self.turns.pause()
        fault, times = self.faults.at_request(operation)
        self.requests.append(f"{operation} {fault or ''}{times or ''}")
        return fault, times

    def _refuses(self, body: bytes) -> bool:
        if not body.startswith(b'{"TransactItems"'):
            return False
        for connection, times in self.unwritable.items():
            if times and f'"connectionId": {{"S": "{connection}"}}'.encode() in body:
                self.unwritable[connection] -= 1
                return True
        return False

    def _meddle_with_operators(self, operation: str) -> tuple[Fault | None, int]:
        fault, times = self._meddle(operation)
        if self.crash_at:
            self.crash_at -= 1
            if not self.crash_at:
                return self.random.choice((Fault.CRASH_BEFORE, Fault.CRASH_AFTER)), 1
        return fault, times
