"""Works through pages of connections, many at a time, until they or the invocation's time are at an end."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TypeVar

from functions.aws.clients import MOST_CALLS
from functions.aws.read_models.connection_items import ConnectionInfo
from functions.aws.read_models.index_pages import Page, Row
from functions.domain.connections.cursors import Position
from functions.operations.connections.invocation import Invocation

Threads = Callable[[], Executor]
"""Makes what works on several connections at a time."""

_Outcome = TypeVar("_Outcome")


def threads() -> Executor:
    """Return as many threads as a client makes calls at a time."""
    return ThreadPoolExecutor(MOST_CALLS)


def work_through(
    pages: Iterator[Page],
    do: Callable[[ConnectionInfo], _Outcome],
    invocation: Invocation,
    *,
    threads: Threads = threads,
) -> tuple[Counter[_Outcome], Position | None]:
    """Do something about each connection of the pages, once, and count what became of it.

    Returns
    -------
    tuple
        How often each outcome was; and where to go on, None if the pages are at their end. Some are done
        however little time there is, so that whoever goes on by the position comes to an end.
    """
    outcomes: Counter[_Outcome] = Counter()
    reached: set[str] = set()
    with threads() as pool:
        for wave in _waves(pages):
            # a connection that becomes active moves in its index, and comes again
            due = [row.info for row in wave if row.info.connection_id not in reached]
            reached.update(connection.connection_id for connection in due)
            outcomes.update(pool.map(do, due))
            if not invocation.has_time:
                return outcomes, wave[-1].position
    return outcomes, None


def _waves(pages: Iterator[Page]) -> Iterator[tuple[Row, ...]]:
    """Yield the rows that are worked on at once: each wave ends before the next, so a position can hold."""
    for page in pages:
        for start in range(0, len(page.rows), MOST_CALLS):
            yield page.rows[start : start + MOST_CALLS]
