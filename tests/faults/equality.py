"""Whether the read models of a world equal its log: by `ops verify`, and by another reckoning."""

from collections.abc import Iterator

from functions.domain.log.ids import MINUTE
from ops.read_models.verify import verify
from tests.faults import recount
from tests.faults.ground import RETENTION_DAYS
from tests.faults.problems import Item, Kind, Problem
from tests.faults.world import World

_DAY = 1440 * MINUTE


def differences(world: World, items: list[Item]) -> Iterator[Problem]:
    """Yield what differs. The items are those of the log that can be read and have not expired."""
    yield from _reckoned(world, items)
    yield from _verified(world)


def _reckoned(world: World, items: list[Item]) -> Iterator[Problem]:
    due = recount.reckon(items)
    rows = {
        item["connectionId"]["S"]: item
        for item in scan(world, world.tables.connections)
        if int(item["expires_at"]["N"]) * 1000 > world.now
    }
    for connection in sorted({*rows, *due.ended_at}):
        if connection not in rows or connection not in due.ended_at:
            yield Problem(
                "read model",
                f"{connection} is only in {'the log' if connection in due.ended_at else 'the rows'}",
            )
            continue
        shown = rows[connection].get("disconnectedAt", {"N": None})["N"]
        ended_at = due.ended_at[connection]
        if (None if shown is None else int(shown)) != ended_at:
            yield Problem("read model", f"{connection} ended at {ended_at}, and the row says {shown}")
    messages = {
        item["event_id"]["S"]
        for item in scan(world, world.tables.messages)
        if int(item["expires_at"]["N"]) * 1000 > world.now
    }
    yield from (Problem("read model", f"message {each}") for each in sorted(messages ^ due.messages))
    counted = recount.counts_in(scan(world, world.tables.metrics))
    first = recount.day_of(world.now - (RETENTION_DAYS - 5) * _DAY)
    for key in sorted({*counted, *due.counted}):
        if key[1] >= first and counted[key] != due.counted[key]:  # "now" sorts after all days
            yield Problem("counter", f"{' '.join(key)} is {counted[key]} and not {due.counted[key]}")


def _verified(world: World) -> Iterator[Problem]:
    verified = verify(world.deployment(), at_rest=True, now=lambda: world.now / 1000)
    for difference in verified.differences:
        kind: Kind = "counter" if difference.what.startswith("counter") else "read model"
        said = f"{difference.what}: the log says {difference.log}, `ops verify` finds {difference.read_model}"
        yield Problem(kind, said)


def scan(world: World, table: str) -> Iterator[Item]:
    """Yield all items of a table, read consistently."""
    for page in world.calm.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]
