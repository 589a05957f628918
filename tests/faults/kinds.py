"""What can go wrong: the names of the faults, how often each is drawn, and how often each was."""

from collections import Counter, deque
from enum import StrEnum
from random import Random
from typing import Final

WRITES: Final = frozenset({"PutItem", "TransactWriteItems", "UpdateItem", "DeleteItem", "BatchWriteItem"})


class Fault(StrEnum):
    """One kind of fault; its value is what the table calls it."""

    # DynamoDB, at one request
    THROTTLED = "DynamoDB throttles"
    BROKEN = "DynamoDB answers 5xx, and did nothing"
    BROKEN_AFTER = "DynamoDB answers 5xx, and did it"
    LATE = "a request never arrives (timeout)"
    ANSWER_LOST = "an answer never arrives (timeout)"
    CONFLICT = "TransactionConflict"
    UNPROCESSED = "keys are left unprocessed"
    # the function, at one request
    CRASH_BEFORE = "a crash before a write"
    CRASH_AFTER = "a crash after a write"
    SLOW = "a function is slow, and others overtake it"
    # callbacks
    GONE = "a callback finds nobody, falsely (410)"
    LIMIT = "a callback meets LimitExceededException"
    CALLBACK_LATE = "a callback times out"
    CRASH_BEFORE_POST = "a crash before a post"
    CRASH_AFTER_POST = "a crash after a post"
    BUSY = "the gateway is busy with a connection for some posts"
    # the delivery queue
    NOT_QUEUED = "the delivery queue takes nothing"
    QUEUED_AGAIN = "a job of the delivery queue is given out again"
    # what is on its way to a client
    POST_LOST = "a post is lost"
    POST_LATE = "a post comes late"
    POST_DOUBLED = "a post comes twice"
    POSTS_REORDERED = "posts overtake each other"
    CUT = "a connection is cut at a post"
    # the stream and its mapping
    DUPLICATED = "a delivery is repeated"
    REORDERED = "records are delivered out of order"
    DELAYED = "a record is delivered late"
    DROPPED = "a delivery is given up, then redriven"
    POISON = "a record in a batch cannot be read"
    UNWRITABLE = "a row cannot be written, for a while"
    POISON_IN_LOG = "an item of the log cannot be read"
    UNFILTERED = "records of other kinds pass the filter"
    SPLIT = "a shard is split"
    RIVALS = "two projectors at once"
    # invocations
    REPEATED = "an invocation is repeated"
    UNANNOUNCED = "an asynchronous invocation is not taken"
    INVOKED_LATE = "an asynchronous invocation is late"
    INVOKED_AGAIN = "an asynchronous invocation comes again, later"
    # clients and the gateway
    VANISHED = "a client vanishes"
    DISCONNECT_LOST = "a $disconnect is lost"
    DISCONNECT_LATE = "a client reconnects before its old $disconnect"
    DISCONNECT_AGAIN = "a $disconnect is reported twice"
    OTHER_DEVICE = "a person goes on with another device"
    DAY = "nobody is there for more than a day"
    CLAIM_LOST = "the claim on a session is lost"
    # operators
    OPERATOR = "an operator closes or sets a status"
    SWEEP = "the sweeper reports"
    NOTIFIED = "a service sends something"
    REBUILD = "a rebuild beside live traffic"
    REBUILD_CRASHED = "a rebuild crashes and is resumed"
    ORPHAN = "rows that the log does not name, then rebuilt"
    EXPIRED = "what has expired is delivered again"


_AT_REQUESTS: Final = (
    Fault.THROTTLED,
    Fault.BROKEN,
    Fault.LATE,
    Fault.ANSWER_LOST,
    Fault.BROKEN_AFTER,
    Fault.CRASH_BEFORE,
    Fault.CRASH_AFTER,
    Fault.CONFLICT,
    Fault.UNPROCESSED,
)
_ONLY_AT: Final = {
    Fault.CRASH_BEFORE: WRITES,
    Fault.CRASH_AFTER: WRITES,
    Fault.BROKEN_AFTER: WRITES,
    Fault.ANSWER_LOST: WRITES,
    Fault.CONFLICT: frozenset({"TransactWriteItems"}),
    Fault.UNPROCESSED: frozenset({"BatchGetItem", "BatchWriteItem"}),
}
CHANCES: Final = {
    Fault.SLOW: 0.02,
    Fault.GONE: 0.2,
    Fault.LIMIT: 0.1,
    Fault.CALLBACK_LATE: 0.2,
    Fault.BUSY: 0.05,
    Fault.NOT_QUEUED: 0.1,
    Fault.QUEUED_AGAIN: 0.3,
    Fault.CRASH_BEFORE_POST: 0.03,
    Fault.CRASH_AFTER_POST: 0.03,
    Fault.POST_LOST: 0.1,
    Fault.POST_LATE: 0.2,
    Fault.POST_DOUBLED: 0.15,
    Fault.POSTS_REORDERED: 0.3,
    Fault.CUT: 0.03,
    Fault.DUPLICATED: 0.3,
    Fault.REORDERED: 0.7,
    Fault.DELAYED: 0.25,
    Fault.DROPPED: 0.15,
    Fault.POISON: 0.05,
    Fault.POISON_IN_LOG: 0.5,
    Fault.UNWRITABLE: 0.3,
    Fault.UNFILTERED: 0.5,
    Fault.SPLIT: 0.5,
    Fault.RIVALS: 0.6,
    Fault.REPEATED: 0.15,
    Fault.UNANNOUNCED: 0.2,
    Fault.INVOKED_LATE: 0.2,
    Fault.INVOKED_AGAIN: 0.2,
    Fault.OTHER_DEVICE: 0.1,
    Fault.DAY: 0.4,
    Fault.CLAIM_LOST: 0.15,
    Fault.VANISHED: 0.5,
    Fault.DISCONNECT_LOST: 0.2,
    Fault.DISCONNECT_LATE: 0.5,
    Fault.DISCONNECT_AGAIN: 0.2,
    Fault.OPERATOR: 0.4,
    Fault.SWEEP: 0.25,
    Fault.NOTIFIED: 0.3,
    Fault.REBUILD: 0.7,
    Fault.REBUILD_CRASHED: 0.5,
    Fault.ORPHAN: 0.5,
    Fault.EXPIRED: 0.25,
}

LOSING: Final = frozenset(
    {
        *_AT_REQUESTS,
        Fault.CRASH_BEFORE_POST,
        Fault.CRASH_AFTER_POST,
        Fault.POST_LOST,
        Fault.GONE,
        Fault.LIMIT,
        Fault.CALLBACK_LATE,
        Fault.NOT_QUEUED,
    }
)
"""What a screen may miss a message by, so that it has to ask again as a repair. Without any of these, what a
client's other rules make it ask for has to be enough. `Fault.BUSY` is only where posts wait in a queue, which
brings them."""
_GENTLE: Final = 0.3
"""How many of the histories are without them."""


class Faults:
    """Draws faults by a seed; each history has its own mixture of them, some kinds not at all.

    Attributes
    ----------
    injected
        How often each was.
    calm
        While True none is drawn.
    """

    def __init__(self, random: Random, kinds: frozenset[Fault] | None = None) -> None:
        self.injected: Counter[Fault] = Counter()
        self.calm = False
        self._random = random
        if kinds is None:
            kinds = frozenset(fault for fault in Fault if random.random() < 0.7)
            kinds -= LOSING if random.random() < _GENTLE else frozenset()
        self._kinds = kinds
        self._at_requests = random.choice((0.03, 0.08, 0.15))
        self._ordered: deque[tuple[Fault, str]] = deque()
        self._spared = 0

    @property
    def lost_nothing(self) -> bool:
        """Whether every message reached whoever was there, as far as it depends on faults."""
        return not self.injected.keys() & LOSING

    def order(self, fault: Fault, operation: str = "", *, after: int = 0) -> None:
        """Have a fault happen next, or meet the next request of an operation, whatever is drawn.

        So many of its occasions, or of such requests, are spared before.
        """
        self._ordered.append((fault, operation))
        self._spared = after

    def _is_ordered(self, fault: Fault | None, operation: str) -> bool:
        if not self._ordered or self._ordered[0][1] != operation or fault not in {None, self._ordered[0][0]}:
            return False
        self._spared -= 1
        return self._spared < 0

    def happens(self, fault: Fault) -> bool:
        """Draw whether a fault happens now, and count it."""
        if self._is_ordered(fault, ""):
            self._ordered.popleft()
            self.injected[fault] += 1
            return True
        if self.calm or fault not in self._kinds or self._random.random() >= CHANCES[fault]:
            return False
        self.injected[fault] += 1
        return True

    def at_request(self, operation: str) -> tuple[Fault | None, int]:
        """Draw what a request meets, and how many attempts of the client's own meet it."""
        if self._is_ordered(None, operation):
            fault = self._ordered.popleft()[0]
            self.injected[fault] += 1
            return fault, _ALL_ATTEMPTS
        if self.calm or self._random.random() >= self._at_requests:
            return None, 0
        kinds = [
            fault
            for fault in _AT_REQUESTS
            if fault in self._kinds and operation in _ONLY_AT.get(fault, (operation,))
        ]
        if not kinds:
            return None, 0
        fault = self._random.choice(kinds)
        self.injected[fault] += 1
        return fault, self._random.choice((1, _ALL_ATTEMPTS))  # the first is healed by the client itself


_ALL_ATTEMPTS: Final = 3
