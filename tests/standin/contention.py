"""Transactions that meet: a client which cancels those that overlap, as DynamoDB does and no engine here."""

from collections.abc import Callable
from random import Random
from typing import Any, Final

from botocore.exceptions import ClientError

from functions.aws.log.event_log import EventLog
from functions.aws.log.patience import USUAL, Patience
from functions.domain.frames.decisions import decide
from functions.domain.frames.protocol import TextMessage, TextMessageData
from functions.domain.refusals import Unavailable
from functions.names import CLAIMS_KEY, EVENTS_KEY
from tests.gateway_events import cause
from tests.standin.virtual_time import VirtualTime

SHORTEST_SECONDS: Final = 0.005
LONGEST_SECONDS: Final = 0.020
"""How long a transaction lasts, from its first item to its answer."""

Place = tuple[str, ...]
"""A table's name and the values of an item's key."""


class ContendedTable:
    """A DynamoDB client that writes transactions, each of which takes its time.

    The first that comes holds its items until it ends. Whoever comes for one of them meanwhile is cancelled,
    and learns of it as late as if it had been written.

    Attributes
    ----------
    written
        The actions of the transactions that were written, in order.
    cancelled
        How many transactions were not.
    """

    def __init__(self, time: VirtualTime, random: Random) -> None:
        self.written: list[list[dict[str, Any]]] = []
        self.cancelled = 0
        self._time = time
        self._random = random
        self._held: set[Place] = set()

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - AWS's own
        """Write all or nothing."""
        places = [_place(action) for action in TransactItems]
        met = [place in self._held for place in places]
        if not any(met):
            self._held.update(places)
        self._time.sleep(self._random.uniform(SHORTEST_SECONDS, LONGEST_SECONDS))
        if any(met):
            self.cancelled += 1
            raise _cancellation(met)
        self._held.difference_update(places)
        self.written.append(TransactItems)
        return {}


def _place(action: dict[str, Any]) -> Place:
    ((_, what),) = action.items()
    given = what.get("Key") or what["Item"]
    key = CLAIMS_KEY if CLAIMS_KEY[0] in given else EVENTS_KEY
    return what["TableName"], *(given[name]["S"] for name in key)


def _cancellation(met: list[bool]) -> ClientError:
    reasons = [{"Code": "TransactionConflict" if each else "None"} for each in met]
    answer: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": ""},
        "CancellationReasons": reasons,
    }
    return ClientError(answer, "TransactWriteItems")


class Crowd:
    """So many texts that one user sends at the same instant, each taken by an instance of its own.

    Parameters
    ----------
    texts
        How many.
    seed
        Decides how long each transaction lasts and each pause is.
    seconds
        For how long each is tried again.

    Attributes
    ----------
    table
        What they meet in.
    acknowledged, unavailable
        How many were, in the end.
    seconds
        How long the last of them took.
    """

    def __init__(self, texts: int, seed: int, seconds: float = USUAL.seconds) -> None:
        self._seconds = seconds
        self._time = VirtualTime()
        self._random = Random(seed)  # noqa: S311 - it must repeat
        self.table = ContendedTable(self._time, self._random)
        self.acknowledged = self.unavailable = 0
        self._time.run(*(self._sender(number) for number in range(texts)))
        self.seconds = self._time.clock()

    def _now(self) -> int:
        return int(self._time.clock() * 1000)

    def _sender(self, number: int) -> Callable[[], None]:
        def send() -> None:
            patience = Patience(self._seconds, self._time.clock, self._time.sleep, self._random.uniform)
            log = EventLog(
                self.table, "events", "claims", lambda: int(self._time.clock() * 1000), patience=patience
            )
            frame = TextMessage(id=f"m-{number}", data=TextMessageData("hello"))
            decision = decide(frame, cause(request_id=f"request-{number}"))
            assert decision.event is not None
            try:
                log.append(decision.event, decision.claims)
            except Unavailable:
                self.unavailable += 1
            else:
                self.acknowledged += 1

        return send
