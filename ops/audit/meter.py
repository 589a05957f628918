"""Reads of the log whose cost is known: requests, items scanned and returned, read units, dollars."""

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import Any

from functions.aws.attributes import Item
from ops.prices import READ_UNITS


class Meter:
    """What the reads of one command have cost so far; safe to share between threads.

    Attributes
    ----------
    requests
        How many were made.
    scanned, returned
        Items that were read, and those that a request let through.
    units
        Read units: a half for each started 4 KB, twice that where the read was consistent.
    """

    def __init__(self) -> None:
        self.requests = 0
        self.scanned = 0
        self.returned = 0
        self.units = 0.0
        self._lock = Lock()

    @property
    def dollars(self) -> float:
        """What the units cost."""
        return READ_UNITS.times(self.units)

    def count(self, answer: dict[str, Any]) -> None:
        """Count the answer of a query that was asked for its consumed capacity."""
        with self._lock:
            self.requests += 1
            self.scanned += answer["ScannedCount"]
            self.returned += answer["Count"]
            self.units += answer.get("ConsumedCapacity", {}).get("CapacityUnits", 0.0)


class ServiceClock:
    """The service's time, as its answers tell it: the clock of whoever asks may be wrong.

    Parameters
    ----------
    passed
        Seconds that only grow, between two answers.
    """

    def __init__(self, passed: Callable[[], float] = time.monotonic) -> None:
        self._passed = passed
        self._ahead: float | None = None

    def hear(self, answer: dict[str, Any]) -> None:
        """Set the clock by an answer."""
        told = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        if told is not None:
            self._ahead = parsedate_to_datetime(told).timestamp() - self._passed()

    def now(self) -> int:
        """Return the time in epoch milliseconds, exact to a second; one answer must have been heard."""
        if self._ahead is None:
            msg = "no answer has told the time"
            raise RuntimeError(msg)
        return int((self._ahead + self._passed()) * 1000)


class MeteredReader:
    """Reads of one table, counted.

    Parameters
    ----------
    client
        A DynamoDB client.
    table
        The table's name.
    meter
        Where the cost is counted.
    clock
        Set by the answers, where somebody needs it.
    """

    def __init__(self, client: Any, table: str, meter: Meter, clock: ServiceClock | None = None) -> None:
        self._client = client
        self._table = table
        self._meter = meter
        self._clock = clock

    def page(self, start: Item | None = None, **query: Any) -> tuple[list[Item], Item | None]:
        """Return one page of a query, and the key after which it goes on, None at its end."""
        if start is not None:
            query["ExclusiveStartKey"] = start
        return self._read(self._client.query, **query)

    def whole(self, index: str) -> list[Item] | None:
        """Return all items of an index, in no order, if one page of 1 MB holds them; else None."""
        items, after = self._read(self._client.scan, IndexName=index)
        return items if after is None else None

    def _read(self, operation: Callable[..., Any], **request: Any) -> tuple[list[Item], Item | None]:
        answer = operation(TableName=self._table, ReturnConsumedCapacity="TOTAL", **request)
        self._meter.count(answer)
        if self._clock is not None:
            self._clock.hear(answer)
        return answer["Items"], answer.get("LastEvaluatedKey")
