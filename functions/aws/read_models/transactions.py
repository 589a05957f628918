"""How many writes of the read models go into one transaction."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from functions.aws.read_models.counter_items import CounterKey
from functions.domain.connections.connection import Connection
from functions.domain.texts.sessions import Session, SessionKey
from functions.names import CONNECTIONS_KEY, MESSAGES_KEY

_ACTIONS: Final = 100
_BYTES: Final = 3_000_000
"""Below the 4 MB of DynamoDB: the sizes are estimates."""


MOST_CHANGES: Final = (_ACTIONS - 2) // 2
"""Of one row: each is a counter of a minute and one of its day, beside the row itself and its session."""


class Write(msgspec.Struct, frozen=True):
    """One item to write, for a connection, and what it changes of the counters.

    ``put`` holds the item and the condition that nobody wrote it since it was read. ``is_row`` tells a
    connection's own row from its messages. ``moved`` sums the moves by counter; it is empty where a new
    generation counts again what an older one has counted. ``share`` is what must be added to its session.
    """

    connection_id: str
    put: dict[str, Any]
    moves: dict[CounterKey, int]
    is_row: bool = False
    moved: Mapping[str, int] = {}
    share: Session | None = None
    turn: tuple[Connection, Connection] | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """The key of the item: of a connection's row, or of a message."""
        item = self.put["Item"]
        names = CONNECTIONS_KEY if "connectionId" in item else MESSAGES_KEY
        return tuple(item[name]["S"] for name in names)


Watch = Callable[[Sequence[Write], Sequence[Session]], None]
"""Is told of each transaction that was made: its writes, and its sessions as they are now."""


def chunks(writes: Iterable[Write]) -> Iterator[list[Write]]:
    """Yield the writes, in order, in groups that one transaction holds with what they move and share.

    Each group is taken from the writes when it is asked for. A transaction takes no item twice, so two
    versions of one row are in two groups.
    """
    chunk: list[Write] = []
    moved: set[CounterKey] = set()
    items: set[tuple[str, ...]] = set()
    sessions: set[SessionKey] = set()
    size = 0
    for write in writes:
        bytes_ = len(msgspec.json.encode(write.put["Item"]))
        own = {write.share.key} if write.share else set[SessionKey]()
        together, shared = moved.union(write.moves), sessions | own
        full = len(chunk) + 1 + len(together) + len(shared) > _ACTIONS or size + bytes_ > _BYTES
        if chunk and (full or write.key in items):
            yield chunk
            chunk, together, shared, items, size = [], set(write.moves), own, set(), 0
        chunk.append(write)
        moved, sessions = together, shared
        size += bytes_
        items.add(write.key)
    if chunk:
        yield chunk
