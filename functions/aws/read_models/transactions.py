"""How many writes of the read models go into one transaction."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from functions.aws.read_models.counter_items import CounterKey

_ACTIONS: Final = 100
_BYTES: Final = 3_000_000
"""Below the 4 MB of DynamoDB: the sizes are estimates."""


MOST_CHANGES: Final = 49
"""Of one row: each is a counter of a minute and one of its day, beside the row itself."""


class Write(msgspec.Struct, frozen=True):
    """One row to write, for a connection, and what it changes of the counters.

    ``put`` holds the item and the condition that nobody wrote it since it was read.
    """

    connection_id: str
    put: dict[str, Any]
    moves: dict[CounterKey, int]


def chunks(writes: Sequence[Write]) -> Iterator[list[Write]]:
    """Yield the writes in groups that one transaction holds, together with the counters that they move."""
    chunk: list[Write] = []
    moved: set[CounterKey] = set()
    size = 0
    for write in writes:
        bytes_ = len(msgspec.json.encode(write.put["Item"]))
        together = moved.union(write.moves)
        if chunk and (len(chunk) + 1 + len(together) > _ACTIONS or size + bytes_ > _BYTES):
            yield chunk
            chunk, together, size = [], set(write.moves), 0
        chunk.append(write)
        moved = together
        size += bytes_
    if chunk:
        yield chunk
