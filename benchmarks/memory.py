"""How much memory the operations take that walk over everything: a million connections, 230 MB on one.

Each is measured in a process of its own: the most that was resident, with the interpreter and its modules.
The tables are generated, so that it is the operation's memory and that of a few pages.
"""

import logging
import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from benchmarks.generated import GeneratedTables, deployment
from benchmarks.generating import NOW
from benchmarks.table import Figure, at_most
from functions.aws.attributes import Item, to_item
from functions.aws.log.event_items import encode
from functions.aws.read_models.counter_items import CONTROL_KEY
from functions.operations.projection.batches import project_batch
from ops.read_models.rebuild import rebuild
from ops.read_models.verify import verify
from tests.standin.records import records_of

_MOST: Final = 300
"""Megabytes."""
_CONNECTIONS: Final = 1_000_000
_TEXTS: Final = 7_200
"""Two hours of 60 a minute."""
_TEXT_BYTES: Final = 32_000
_BATCH: Final = 1_000
_STATUS: Final = Path("/proc/self/status")
"""Linux gives the parent's ``ru_maxrss`` to a child, but not its ``VmHWM``."""


def figures() -> list[Figure]:
    """Measure the projector, a rebuild and a verification; it takes some twenty minutes."""
    cases = {
        f"{_CONNECTIONS:,} connections": GeneratedTables(_CONNECTIONS, kept=500),
        f"{_TEXTS * _TEXT_BYTES // 1_000_000} MB of texts on one connection": GeneratedTables(
            1, _TEXTS, _TEXT_BYTES
        ),
    }
    return [
        at_most(f"{name}, {case}: MB of memory", _measured(operation, tables), _MOST, "{:.0f}")
        for case, tables in cases.items()
        for name, operation in (("projector", project_all), ("rebuild", rebuild_all), ("verify", verify_all))
    ]


def project_all(tables: GeneratedTables) -> None:
    """Project an event of each connection, whose row an older generation counted, so that it is refolded."""
    tables.control = _control(2, serving=1)
    made = deployment(tables)
    for first in range(0, tables.connections, _BATCH):
        connections = range(first, min(first + _BATCH, tables.connections))
        items = [encode(next(tables.events(connection))) for connection in connections]
        project_batch(list(records_of(items)), made.model, made.log, NOW, lambda _: None)


def rebuild_all(tables: GeneratedTables) -> None:
    """Rebuild everything; it is not the first time."""
    tables.control = _control(1, serving=1)
    rebuild(deployment(tables), wait_seconds=0, now=lambda: NOW / 1000, sleep=lambda _: None)


def verify_all(tables: GeneratedTables) -> None:
    """Verify everything, which must be equal."""
    verified = verify(deployment(tables), now=lambda: NOW / 1000, sleep=lambda _: None)
    if verified.differences:
        msg = f"the generated tables differ: {verified.differences[0]}"
        raise RuntimeError(msg)


def _control(generation: int, serving: int) -> Item:
    return {**CONTROL_KEY, **to_item({"generation": generation, "serving": serving})}


def _measured(operation: Callable[[GeneratedTables], None], tables: GeneratedTables) -> float:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_peak, operation, tables).result()


def _peak(operation: Callable[[GeneratedTables], None], tables: GeneratedTables) -> float:
    logging.disable()
    operation(tables)
    if _STATUS.exists():
        (line,) = (line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1_000_000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000_000  # macOS gives bytes
