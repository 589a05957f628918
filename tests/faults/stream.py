"""The log's stream on its way to the projector: what is delivered when, in which order, how often."""

from collections.abc import Callable
from typing import Any, Final

from tests.faults import engine
from tests.faults.kinds import Fault
from tests.faults.redriving import redrive
from tests.faults.world import World
from tests.standin.mapping import Mapping, Settings
from tests.standin.records import FIRST_NUMBER, Record, Shard, number_of, records_of, split

_RETRIES: Final = 3
_ALL_KINDS: Final = frozenset({"INSERT", "MODIFY", "REMOVE"})


class GivenUpError(Exception):
    """Stands for whatever makes every invocation with a record fail, until the mapping gives it up."""


class Stream:
    """What was written to the log, and how far the projector has come with it.

    Attributes
    ----------
    unexplained
        Invocations that failed although nothing was injected.
    """

    def __init__(self, world: World) -> None:
        self.unexplained: list[str] = []
        self._world = world
        self._read = 0
        self._waiting: list[Record] = []
        self._delivered: list[Record] = []
        self._given_up: set[str] = set()

    def pollers(self, *, last: bool = False) -> list[Callable[[], None]]:
        """Return what delivers the records that were written until now, but for those that are late.

        Parameters
        ----------
        last
            Nothing is late any more.
        """
        records = self._due(last=last)
        if not records:
            return []
        world, faults, random = self._world, self._world.faults, self._world.random
        numbers = range(len(records))
        doomed = {FIRST_NUMBER + n for n in numbers if faults.happens(Fault.DROPPED)}
        poison = {FIRST_NUMBER + n for n in numbers if faults.happens(Fault.POISON)}
        numbered = [_numbered(record, FIRST_NUMBER + n) for n, record in enumerate(records)]
        poison |= {number_of(record) for record in numbered if _is_unreadable(record)}
        delivered = tuple(_unreadable(r) if number_of(r) in poison else r for r in numbered)
        shards = [Shard("shard", delivered)]
        if len(records) > 1 and faults.happens(Fault.SPLIT):
            shards = list(split(shards[0], random.randrange(1, len(records))))
        settings = Settings(
            batch_size=random.choice((1, 3, 10, 100)),
            maximum_retry_attempts=_RETRIES,
            event_names=_ALL_KINDS if faults.happens(Fault.UNFILTERED) else Settings().event_names,
            redelivery=0.3 if faults.happens(Fault.DUPLICATED) else 0.0,
        )

        def deliver(event: dict[str, Any]) -> dict[str, Any]:
            batch = {number_of(record) for record in event["Records"]}
            if batch & doomed:
                world.turns.pause()
                raise GivenUpError
            injected = faults.injected.total()
            excused = bool(batch & poison or world.unwritable)
            try:
                answer = world.project(event)
            except Exception as problem:
                if injected == faults.injected.total() and not excused:
                    self.unexplained.append(f"{problem!r}")
                raise
            if answer["batchItemFailures"] and injected == faults.injected.total() and not excused:
                self.unexplained.append(f"{answer}")
            return answer

        def give_up(discarded: dict[str, Any]) -> None:
            info = discarded["DDBStreamBatchInfo"]
            shard = next(each for each in shards if each.id == info["shardId"])
            first, last = int(info["startSequenceNumber"]), int(info["endSequenceNumber"])
            self._given_up |= {
                record["dynamodb"]["Keys"]["connection_id"]["S"]
                for record in shard.records
                if first <= number_of(record) <= last
            }

        mapping = Mapping(deliver, give_up, settings, turns=world.turns, seed=random.randrange(2**32))
        return mapping.pollers(shards)

    def _due(self, *, last: bool) -> list[Record]:
        faults, random = self._world.faults, self._world.random
        fresh = engine.written(self._world.tables.events)[self._read :]
        self._read += len(fresh)
        due = [*self._waiting, *fresh]
        self._waiting = []
        if not last:
            self._waiting = [record for record in due if faults.happens(Fault.DELAYED)]
            due = [record for record in due if record not in self._waiting]
        again = []
        if self._delivered and faults.happens(Fault.DUPLICATED):
            again = random.sample(self._delivered, min(len(self._delivered), 3))
        self._delivered += due
        due = [*due, *again]
        if len(due) > 1 and faults.happens(Fault.REORDERED):
            random.shuffle(due)
        return due

    def follow(self, busy: Callable[[], bool]) -> Callable[[], None]:
        """Return what delivers, piece by piece, what is written for as long as others are busy."""

        def deliver() -> None:
            while busy():
                for poll in self.pollers():
                    poll()
                self._world.turns.pause()

        return deliver

    def redrive(self) -> None:
        """Bring back what was given up."""
        redrive(self._world.deployment(), sorted(self._given_up), self._world.now)
        self._given_up.clear()

    def deliver_again(self) -> None:
        """Let everything that was ever delivered be delivered once more."""
        self._waiting += self._delivered


def _numbered(record: Record, number: int) -> Record:
    change = record["dynamodb"]
    item = change.get("NewImage", change["Keys"])
    return records_of([item], record["eventName"], first_number=number)[0]


def _is_unreadable(record: Record) -> bool:
    return record["eventName"] == "INSERT" and "user_id" not in record["dynamodb"]["NewImage"]


def _unreadable(record: Record) -> Record:
    change = record["dynamodb"]
    image = {name: value for name, value in change.get("NewImage", {}).items() if name != "user_id"}
    return {**record, "dynamodb": {**change, "NewImage": image}}
