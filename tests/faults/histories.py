"""A history: what people, operators and faults do to a world, by a seed, and what it leaves behind."""

from collections.abc import Callable
from hashlib import sha256
from random import Random
from typing import Final

import msgspec

from functions.domain.log.ids import MINUTE, event_id
from functions.names import CLAIMS_KEY, CONNECTIONS_KEY, EVENTS_KEY, FEEDS_KEY, MESSAGES_KEY, METRICS_KEY
from tests.faults.checks import problems
from tests.faults.ground import RETENTION_DAYS
from tests.faults.kinds import Fault, Faults
from tests.faults.people import Operator, Person, report_ends
from tests.faults.problems import Problem
from tests.faults.rebuilding import Rebuilding
from tests.faults.services import Service
from tests.faults.settling import settle
from tests.faults.speaking import Speech
from tests.faults.stream import Stream
from tests.faults.world import World

_ROUNDS: Final = (2, 3)
_ACTS: Final = 4
_DAY: Final = 1440 * MINUTE
_USERS: Final = (("ada", "talk"), ("ada", None), ("bob", None), ("bob", "talk"))
_SHARES: Final = (5, 2, 2, 1)
"""The last names a session that is another's, or makes it another's."""


class Outcome(msgspec.Struct, frozen=True):
    """What a history came to.

    Attributes
    ----------
    injected
        How often each fault was, by its name.
    acknowledged
        How many events somebody was told of.
    verifications
        How often everything was compared.
    requests
        How many requests were made.
    devices, compared, told
        How many devices there were, how often one was compared with the log, and how many frames they took.
    trace
        A hash of them, in order, and of what each met: the same for the same seed.
    """

    seed: int
    problems: tuple[Problem, ...]
    injected: dict[str, int]
    acknowledged: int
    died: int
    verifications: int
    requests: int
    devices: int
    compared: int
    told: int
    trace: str


def play(seed: int, kinds: frozenset[Fault] | None = None) -> Outcome:
    """Play the history of a seed, of some kinds of faults only if they are given."""
    random = Random(seed)  # noqa: S311 - no secret, and it must repeat
    return _History(World(seed, Faults(random, kinds), random)).play()


class _History:
    def __init__(self, world: World) -> None:
        self._world = world
        self._streams = [Stream(world)]
        if world.faults.happens(Fault.RIVALS):
            self._streams.append(Stream(world))
        random = world.random
        self._people = [
            Person(world, *random.choices(_USERS, _SHARES)[0]) for _ in range(random.choice((2, 3)))
        ]
        self._operator = Operator(world)
        self._service = Service(world)
        self._speech = Speech(world)
        self._problems: list[Problem] = []
        self._verifications = 0

    def play(self) -> Outcome:
        world, faults = self._world, self._world.faults
        self._live()
        self._verify()
        if faults.happens(Fault.REBUILD):
            if faults.happens(Fault.ORPHAN):
                self._orphan()
            self._live(Rebuilding(world))
            self._verify()
            for person in self._people:
                person.begin_anew()  # rows that no older generation has counted
            self._live(rounds=1)
            self._verify()
        if faults.happens(Fault.EXPIRED):
            self._expire()
        return Outcome(
            world.seed,
            tuple(self._problems),
            {str(fault): count for fault, count in faults.injected.items()},
            len(world.ledger.entries),
            world.died,
            self._verifications,
            len(world.requests),
            sum(len(person.screens) for person in self._people),
            world.compared,
            world.taken,
            sha256("\n".join(world.requests).encode()).hexdigest(),
        )

    def _live(self, rebuilding: Rebuilding | None = None, rounds: int = 0) -> None:
        """Let some rounds pass; what is written is delivered meanwhile, and all of it in the end."""
        world = self._world
        beside = [rebuilding.run] if rebuilding else []
        for _ in range(rounds or world.random.choice(_ROUNDS)):
            if world.faults.happens(Fault.POISON_IN_LOG):
                self._poison()
            if world.gateway.lines and world.faults.happens(Fault.UNWRITABLE):
                lines = sorted(world.gateway.lines)
                times = world.random.choice((2, 4, 8, 1000))
                world.unwritable = dict.fromkeys(world.random.sample(lines, min(3, len(lines))), times)
            self._change()
            people = [self._acting(person) for person in self._people]
            others = [self._operating, self._speaking, lambda: report_ends(world), self._delivering_late]
            self._together(*people, *others, *beside)
        world.unwritable.clear()
        if rebuilding and not rebuilding.done:
            self._together(rebuilding.run)
            world.faults.calm = True
            self._together(rebuilding.run)
            world.faults.calm = False
        report_ends(world)
        self._drain()

    def _together(self, *actions: Callable[[], None]) -> None:
        """Do things in turns, with the projectors beside them."""
        busy = set(range(len(actions)))

        def until_done(number: int) -> Callable[[], None]:
            def act() -> None:
                try:
                    actions[number]()
                finally:
                    busy.remove(number)

            return act

        projectors = [stream.follow(lambda: bool(busy)) for stream in self._streams]
        self._world.turns.run(*map(until_done, range(len(actions))), *projectors)

    def _change(self) -> None:
        """Let people change their devices, be away for long, or lose what their session is held by."""
        world = self._world
        for person in self._people:
            if world.faults.happens(Fault.OTHER_DEVICE):
                person.change()
        if world.faults.happens(Fault.CLAIM_LOST):
            key = {"claim": {"S": "session#talk"}}
            world.calm.delete_item(TableName=world.tables.claims, Key=key)
            self._people.append(Person(world, "bob", "talk"))
        if world.faults.happens(Fault.DAY):
            world.heal()
            for line in world.gateway.lines.values():
                world.gateway.end(line)
            report_ends(world)
            world.now += world.random.choice((23 * 60, 25 * 60, 70 * 60)) * MINUTE

    def _drain(self, *, settles: bool = True) -> None:
        """Deliver everything; then, since what failed comes last, redrive what was given up."""
        self._world.heal()
        if settles:
            self._problems += settle(self._world, self._people)
        report_ends(self._world)
        pollers = [poller for stream in self._streams for poller in stream.pollers(last=True)]
        self._world.turns.run(*pollers)
        for stream in self._streams:
            stream.redrive()

    def _acting(self, person: Person) -> Callable[[], None]:
        def act() -> None:
            for _ in range(_ACTS):
                person.act()
                self._world.turns.pause()

        return act

    def _operating(self) -> None:
        for _ in range(_ACTS):
            self._operator.act()
            self._service.act()
            self._world.turns.pause()

    def _speaking(self) -> None:
        for _ in range(_ACTS):
            self._speech.act()
            self._world.turns.pause()

    def _delivering_late(self) -> None:
        for _ in range(_ACTS):
            self._world.deliver_late()
            self._world.work_off()
            self._world.turns.pause()

    def _verify(self) -> None:
        self._verifications += 1
        self._problems += problems(self._world)
        for stream in self._streams:
            self._problems += [Problem("read model", f"not projected: {each}") for each in stream.unexplained]
            stream.unexplained.clear()
        self._problems += [Problem("untrue", each) for each in self._world.untrue]
        self._world.untrue.clear()

    def _poison(self) -> None:
        """Write an item to the log that is no event, as no release does."""
        world = self._world
        connection = world.random.choice(sorted(world.gateway.lines) or ["nobody="])
        item = {
            "connection_id": {"S": connection},
            "event_id": {"S": event_id(world.now, f"poison {world.number()}")},
            "type": {"S": "TextMessageReceived"},
            "expires_at": {"N": str(world.now // 1000 + RETENTION_DAYS * 86_400)},
        }
        world.calm.put_item(TableName=world.tables.events, Item=item)

    def _orphan(self) -> None:
        """Write rows that no event of the log explains, as after a restore: a rebuild deletes them."""
        world, tables = self._world, self._world.tables
        for table, name in ((tables.connections, "connectionId"), (tables.messages, "event_id")):
            for item in world.calm.scan(TableName=table, ConsistentRead=True, Limit=1)["Items"]:
                world.calm.put_item(TableName=table, Item={**item, name: {"S": "orphan"}})

    def _expire(self) -> None:
        """Let everything end and expire, be deleted in part, and be delivered again beside new traffic."""
        world = self._world
        world.faults.calm = True
        for line in world.gateway.lines.values():
            line.open = False
        world.now += 3 * 60 * MINUTE
        world.sweep(0)
        self._drain(settles=False)
        self._verify()
        world.ledger.taken.clear()
        world.expired |= {entry.connection for entry in world.ledger.entries}
        world.now += (RETENTION_DAYS + 1) * _DAY
        world.began = world.now
        self._delete_expired()
        world.faults.calm = False
        for stream in self._streams:
            stream.deliver_again()
        self._live()
        self._verify()

    def _delete_expired(self) -> None:
        """Delete most of what has expired, as DynamoDB does in its own time."""
        world, tables = self._world, self._world.tables
        keys = {
            tables.events: EVENTS_KEY,
            tables.claims: CLAIMS_KEY,
            tables.connections: CONNECTIONS_KEY,
            tables.messages: MESSAGES_KEY,
            tables.metrics: METRICS_KEY,
            tables.feeds: FEEDS_KEY,
        }
        for table, key in keys.items():
            for item in world.calm.scan(TableName=table, ConsistentRead=True)["Items"]:
                expires_at = int(item.get("expires_at", {"N": str(2**53)})["N"])
                if expires_at * 1000 <= world.now and world.random.random() < 0.8:
                    world.calm.delete_item(TableName=table, Key={name: item[name] for name in key})
