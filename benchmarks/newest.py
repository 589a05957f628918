"""Whether the newest events of a long log take longer to read than those of a short one.

On DynamoDB Local, which is AWS's own engine. The index by arrival stands alone: nothing else is read.
"""

import logging
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, Final

from benchmarks.generating import NOW
from benchmarks.table import Figure, at_most
from functions import names
from functions.aws.attributes import Item
from functions.aws.log.arrivals import stamp
from functions.aws.log.event_items import encode
from functions.domain.log.events import Cause, event
from functions.domain.log.facts import TextMessageReceived
from ops.audit.arrivals import by_arrival
from ops.audit.meter import Meter, MeteredReader
from tests.contract import engines
from tests.contract.dynamodb_local import UnavailableError, dynamodb_local

_FEW: Final = 10_000
_MANY: Final = 1_000_000
_DAY: Final = 86_400_000
_DAYS: Final = 7
_LETTERS: Final = 200
"""Of each text."""
_END: Final = NOW - NOW % _DAY
_LOOKS: Final = 9
"""A day, before times that are so far apart that each look finds other events: chance puts them into shards,
and one look may need twice the requests of another."""
_APART: Final = 8_400_000
"""Milliseconds between them; so long after its start, the shortest day has what is asked for."""
_NEWEST: Final = 100
_BATCH: Final = 25
_WRITERS: Final = 8


def figures() -> list[Figure]:
    """Fill both logs, which takes some minutes, and read them in turn."""
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # the relay's connections end with the server
    with tempfile.TemporaryDirectory() as folder:
        try:
            with dynamodb_local(Path(folder)) as url:
                return _measured(engines.client(url))
        except UnavailableError as missing:
            return [Figure(f"the newest {_NEWEST} of a log", f"needs DynamoDB Local: {missing}")]


def _measured(client: Any) -> list[Figure]:
    _fill(client, "few", _FEW)
    _fill(client, "many", _MANY)
    seconds, meters = {"few": 0.0, "many": 0.0}, {"few": Meter(), "many": Meter()}
    times = [_END - day * _DAY - look * _APART - 1 for day in range(_DAYS) for look in range(_LOOKS)]
    for table in meters:
        _read(client, table, Meter(), times[0])  # which also opens the connections
    for until in times:
        for table, meter in meters.items():
            began = time.perf_counter()
            _read(client, table, meter, until)
            seconds[table] += time.perf_counter() - began
    looks = len(times)
    few, many = meters["few"], meters["many"]
    return [
        Figure(f"the newest {_NEWEST} of {_FEW:,} events: ms", f"{seconds['few'] / looks * 1000:.0f}"),
        Figure(f"the newest {_NEWEST} of {_MANY:,} events: ms", f"{seconds['many'] / looks * 1000:.0f}"),
        at_most("… ratio of the times", seconds["many"] / seconds["few"], 1.2, "{:.2f}"),
        at_most("… ratio of the requests", many.requests / few.requests, 1.2, "{:.2f}"),
        Figure("… requests", f"{many.requests / looks:.1f}"),
        at_most("… events read ÷ shown", many.scanned / looks / _NEWEST, 1.25, "{:.2f}"),
    ]


def _read(client: Any, table: str, meter: Meter, until: int) -> None:
    reader = MeteredReader(client, table, meter)
    found = list(by_arrival(reader, _END - _DAYS * _DAY, until, wanted=_NEWEST))
    if len(found) != _NEWEST:
        msg = f"{len(found)} events of {table}"
        raise RuntimeError(msg)


def _items(count: int) -> Iterator[Item]:
    """Yield so many items of the log, texts of ten to a connection, which arrived evenly within days."""
    for number in range(count):
        connection, at = number // 10, _END - 1 - number * _DAYS * _DAY // count
        cause = Cause(
            connection_id=f"c{connection:011d}=",
            user_id=f"user-{connection % 1_000}",
            session_id=f"session-{connection}",
            connected_at=at - 60_000,
            expires_at=at // 1000 + 90 * 86_400,
            at=at,
            id=f"request-{number}",
            trace_id="Root=1-5759e988-bd862e3fe1be46a994272793",
        )
        text = event(cause, TextMessageReceived("x" * _LETTERS))
        yield encode(text) | stamp(text.event_id, at)


def _fill(client: Any, table: str, count: int) -> None:
    key, index = names.EVENTS_KEY, names.EVENTS_BY_ARRIVAL_KEY
    client.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_schema(key),
        AttributeDefinitions=[
            {"AttributeName": each, "AttributeType": "N" if each in names.NUMERIC_KEYS else "S"}
            for each in (*key, *index)
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": names.EVENTS_BY_ARRIVAL,
                "KeySchema": _schema(index),
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )

    def write(batch: list[Item]) -> None:
        puts = {table: [{"PutRequest": {"Item": item}} for item in batch]}
        while puts:
            puts = client.batch_write_item(RequestItems=puts)["UnprocessedItems"]

    items = _items(count)
    with ThreadPoolExecutor(_WRITERS) as writers:
        while batches := [batch for _ in range(_WRITERS * 4) if (batch := list(islice(items, _BATCH)))]:
            list(writers.map(write, batches))


def _schema(key: Sequence[str]) -> list[dict[str, str]]:
    kinds = ("HASH", "RANGE")
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(key, kinds, strict=True)]
