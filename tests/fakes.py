"""Stand-ins for the log and the callbacks, with the same conditions and none of the AWS."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from threading import Lock
from typing import Any, ParamSpec, TypeVar

import msgspec

from functions.aws.attributes import Item
from functions.aws.feeds.subscribers import Subscribers
from functions.aws.gateway.callbacks import Callbacks, Posted
from functions.aws.log.claim_items import action
from functions.aws.log.claim_reads import Held as ClaimHeld
from functions.aws.log.event_items import decode, encode
from functions.aws.log.event_log import ClaimRefusedError, EventLog
from functions.aws.log.event_reads import Arrived, EventKey, EventReads
from functions.aws.log.lone_claims import LoneClaims
from functions.aws.log.patience import USUAL, Patience
from functions.domain.feeds.feeds import Subscriber
from functions.domain.log.claims import Claim, Count, Release, Reserve, Settle, Take
from functions.domain.log.events import Event
from functions.domain.refusals import Unavailable
from functions.operations.identity.room import Room

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")

Held = dict[str, tuple[str, int]]
"""What the claims table holds: the value of each key, and when it expires (epoch seconds)."""


class MemoryLog(EventLog):
    """A log in memory: items as the table would hold them, claims decided as its conditions decide.

    Attributes
    ----------
    held
        The claims.
    counts
        What was counted, by key.
    sizes
        How many bytes were, by key.
    reserved
        What is set aside, by key.
    calls
        How often an append was asked for, duplicates and refusals too.
    before, after
        Faults to raise, one for each append, first first: ``before`` it is written, or ``after`` it was, as
        when the answer is lost. None raises nothing.
    """

    def __init__(self, patience: Patience = USUAL) -> None:
        super().__init__(None, "events", "claims", patience=patience)
        self.held: Held = {}
        self.counts: dict[str, int] = {}
        self.sizes: dict[str, int] = {}
        self.reserved: dict[str, int] = {}
        self.calls = 0
        self.before: list[BaseException | None] = []
        self.after: list[BaseException] = []
        self._items: dict[tuple[str, str], Item] = {}
        self._lock = Lock()

    def append(self, event: Event, claims: tuple[Claim, ...] = (), *, deadline: float | None = None) -> bool:
        """Append as `EventLog.append` does, one event at a time, whoever asks."""
        if deadline is not None and self._patience.is_over(deadline):
            raise Unavailable("no time to begin")
        with self._lock:
            return self._append(event, claims)

    def _append(self, event: Event, claims: tuple[Claim, ...]) -> bool:
        self.calls += 1
        if self.before and (fault := self.before.pop(0)):
            raise fault
        key = (event.connection_id, event.event_id)
        if key in self._items:
            return False
        self.grant(claims)
        self._items[key] = encode(event)
        if self.after:
            raise self.after.pop(0)
        return True

    def grant(self, claims: Sequence[Claim]) -> None:
        """Grant claims, all or none, as a transaction does."""
        for claim in claims:
            action(claim, "claims")  # raises on what no item can hold
        standing = {claim: self._value(claim) for claim in claims if not self._is_granted(claim)}
        if standing:
            raise ClaimRefusedError(standing)
        for claim in claims:
            self._grant(claim)

    def append_exclusive(self, event: Event) -> str:
        """Append as `EventLog.append_exclusive` does."""
        self.append(event)
        return decode(self._items[event.connection_id, event.event_id]).type

    def _is_granted(self, claim: Claim) -> bool:
        if isinstance(claim, Count):
            most = claim.byte_limit
            is_long = most is not None and self.sizes.get(claim.key, 0) + claim.bytes > most
            return self.counts.get(claim.key, 0) < claim.limit and not is_long
        if isinstance(claim, Reserve):
            return self.reserved.get(claim.key, 0) + claim.amount <= claim.limit
        if isinstance(claim, Settle):
            return True
        if claim.key not in self.held:
            return isinstance(claim, Take)
        value, expires_at = self.held[claim.key]
        if isinstance(claim, Release):
            return value == claim.value
        own = value == claim.value and expires_at <= claim.expires_at
        return own or expires_at <= claim.now or value < claim.overrides_below

    def _value(self, claim: Claim) -> str | None:
        return self.held[claim.key][0] if claim.key in self.held else None

    def _grant(self, claim: Claim) -> None:
        match claim:
            case Take():
                self.held[claim.key] = (claim.value, claim.expires_at)
            case Release():
                del self.held[claim.key]
            case Count():
                self.counts[claim.key] = self.counts.get(claim.key, 0) + 1
                self.sizes[claim.key] = self.sizes.get(claim.key, 0) + claim.bytes
            case Reserve() | Settle():
                self.reserved[claim.key] = self.reserved.get(claim.key, 0) + claim.amount

    def pages(self, connection_id: str) -> Iterator[list[Item]]:
        """Yield one page with the items of a connection in the order of their ids."""
        yield [item for (owner, _), item in sorted(self._items.items()) if owner == connection_id]

    @property
    def events(self) -> list[Event]:
        """All that was appended, in the order of it."""
        return [decode(item) for item in self._items.values()]

    @property
    def facts(self) -> list[Any]:
        """What happened, in the order of the appends."""
        return [event.fact for event in self.events]


class MemoryEvents(EventReads):
    """The events of a log in memory, as they are read by their keys; each arrived when it happened."""

    def __init__(self, log: MemoryLog) -> None:
        super().__init__(None, "events")
        self._log = log

    def get(self, keys: Sequence[EventKey], now: int) -> dict[EventKey, Arrived]:
        """Return events as `EventReads.get` does."""
        kept = {(each.connection_id, each.event_id): each for each in self._log.events}
        return {
            key: Arrived(kept[key], kept[key].at)
            for key in keys
            if key in kept and kept[key].expires_at > now // 1000
        }


class MemoryLoneClaims(LoneClaims):
    """The claims of a log in memory, for who appends nothing with them.

    Attributes
    ----------
    before, after
        Faults to raise, one for each grant, first first: ``before`` it is granted, or ``after`` it was. None
        raises nothing.
    """

    def __init__(self, log: MemoryLog) -> None:
        super().__init__(None, "claims")
        self._log = log
        self._tokens: set[str] = set()
        self.before: list[BaseException | None] = []
        self.after: list[BaseException | None] = []

    def grant(self, claims: Sequence[Claim], token: str) -> None:
        """Grant claims as `LoneClaims.grant` does."""
        if self.before and (fault := self.before.pop(0)):
            raise fault
        if token not in self._tokens:
            self._log.grant(claims)
            self._tokens.add(token)
        if self.after and (fault := self.after.pop(0)):
            raise fault

    def held(self, key: str) -> ClaimHeld | None:
        """Return what a key holds."""
        held = self._log.held.get(key)
        return None if held is None else ClaimHeld(*held)


class MemorySubscribers(Subscribers):
    """The subscribers of feeds in memory.

    Attributes
    ----------
    feeds
        Who is subscribed, by feed and connection.
    faults, read_faults
        Faults to raise, one for each write or read, first first.
    """

    def __init__(self) -> None:
        super().__init__(None, "feeds")
        self.read_faults: list[BaseException] = []
        self.feeds: dict[str, dict[str, Subscriber]] = {}
        self.faults: list[BaseException] = []

    def subscribe(self, subscriber: Subscriber) -> None:
        """Subscribe as `Subscribers.subscribe` does."""
        if self.faults:
            raise self.faults.pop(0)
        for feed in subscriber.feeds.values():
            self.feeds.setdefault(feed, {})[subscriber.connection_id] = subscriber

    def of(self, feed: str, now: int) -> list[Subscriber]:
        """Return the subscribers as `Subscribers.of` does, in the order in which they came."""
        if self.read_faults:
            raise self.read_faults.pop(0)
        return [each for each in self.feeds.get(feed, {}).values() if each.expires_at > now // 1000]

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Unsubscribe as `Subscribers.unsubscribe` does."""
        if self.faults:
            raise self.faults.pop(0)
        for feed in subscriber.feeds.values():
            self.feeds.get(feed, {}).pop(subscriber.connection_id, None)


class RecordingCallbacks(Callbacks):
    """Callbacks that go nowhere.

    Attributes
    ----------
    posts
        What was posted, to whom, Gone or not.
    closed
        Which connections were closed.
    outcome
        What becomes of each post.
    outcomes
        What becomes of those to some connections instead, or is raised.
    seen
        When the gateway last saw each connection, epoch milliseconds.
    post_faults, close_faults
        Faults to raise, one for each call, first first.
    """

    def __init__(self, outcome: Posted = Posted.DELIVERED) -> None:
        self.posts: list[tuple[str, bytes]] = []
        self.closed: list[str] = []
        self.outcome = outcome
        self.outcomes: dict[str, Posted | BaseException] = {}
        self.seen: dict[str, int] = {}
        self.post_faults: list[BaseException] = []
        self.close_faults: list[BaseException] = []

    def post(self, connection_id: str, frame: bytes) -> Posted:
        """Record a frame."""
        self.posts.append((connection_id, frame))
        if self.post_faults:
            raise self.post_faults.pop(0)
        outcome = self.outcomes.get(connection_id, self.outcome)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def last_active_at(self, connection_id: str) -> int:
        """Return what ``seen`` says."""
        return self.seen[connection_id]

    def close(self, connection_id: str) -> None:
        """Record a close."""
        self.closed.append(connection_id)
        if self.close_faults:
            raise self.close_faults.pop(0)


class Crowd(Room, frozen=True):
    """Room for a user who has so many connections open, all of them alive; or a fault to raise.

    Attributes
    ----------
    asked
        Who was asked about, and when.
    """

    count: int = 0
    fault: Exception | None = None
    asked: list[tuple[str, int]] = msgspec.field(default_factory=list)

    def is_there_for(self, user_id: str, now: int) -> bool:
        """Tell whether there is room."""
        self.asked.append((user_id, now))
        if self.fault:
            raise self.fault
        return self.count < self.most


def crowd(count: int = 0, fault: Exception | None = None, most: int = 10) -> Crowd:
    """Return the room beside so many connections."""
    return Crowd(MemorySubscribers(), RecordingCallbacks(), most, count=count, fault=fault)


class Waiting:
    """Time that passes only where somebody waits, in seconds."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def clock(self) -> float:
        """Return how long was waited in all."""
        return sum(self.pauses)

    @property
    def patience(self) -> Patience:
        """The usual patience in this time, each of whose pauses is as long as it may be."""
        return Patience(clock=self.clock, sleep=self.pauses.append, draw=max)


class OneByOne(Executor):
    """Does each thing at once, in the thread that asks for it: what is drawn from a seed stays in order."""

    def submit(
        self, fn: Callable[_Given, _Result], /, *args: _Given.args, **kwargs: _Given.kwargs
    ) -> Future[_Result]:
        """Do it, and return what it gave; what it raises is raised here."""
        done: Future[_Result] = Future()
        done.set_result(fn(*args, **kwargs))
        return done
