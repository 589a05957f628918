"""The tables that are listed, in memory: rows of two users, read as the indexes would give them."""

from collections.abc import Iterator
from typing import Final

from functions.aws.read_models.connection_items import ConnectionInfo, Stored, active_shard, encode, info
from functions.aws.read_models.connections import Connections
from functions.aws.read_models.index_pages import Page, Row
from functions.aws.read_models.sessions import SessionLists
from functions.domain.connections.connection import Connection, Status
from functions.domain.connections.cursors import Position
from functions.domain.identity.identity import has_expired
from functions.domain.texts.listing import Listed, Place
from functions.domain.texts.sessions import Session
from tests.unit.operations.connections.connection_rows import CLOSED, HOUR, MINUTE, NOW, TOLD_TO_GO, idle, row

ROWS: Final[tuple[Connection, ...]] = (
    row("c-1"),
    row("c-2", created_at=NOW - 20 * MINUTE),
    row("c-3", created_at=NOW - 10 * MINUTE, closed=CLOSED),
    row("c-4", created_at=NOW - 5 * MINUTE, operator=TOLD_TO_GO),
    row("of-bob", user_id="bob"),
    row("expired", token_expires_at=NOW // 1000 - 1),
    idle(3_700, "idle"),
    idle(4 * HOUR // 1000, "over"),
)


class MemoryConnections(Connections):
    """Reads what stands in `ROWS`."""

    def __init__(self) -> None:
        super().__init__(None, "connections")
        self._rows = {found.connection_id: info(encode(Stored(found, 1, 1))) for found in ROWS}

    def get(self, connection_id: str) -> ConnectionInfo | None:
        """Return a connection."""
        return self._rows.get(connection_id)

    def of_user(
        self,
        user_id: str,
        *,
        status: Status | None = None,
        since: int = 0,
        after: Position | None = None,
        page_size: int | None = None,
    ) -> Iterator[Page]:
        """Yield a user's connections, newest first."""
        found = [
            Row(Position(each.connection_id, each.created_at), each)
            for each in sorted(self._rows.values(), key=lambda each: -each.created_at)
            if each.user_id == user_id and each.created_at >= since
        ]
        left = [each for each in found if after is None or each.position.sort < after.sort]
        yield Page(tuple(each for each in left if status in {None, each.info.status})[:page_size], None)

    def active(self, *, after: Position | None = None, page_size: int | None = None) -> Iterator[Page]:
        """Yield the active connections, shard by shard."""
        found = [
            Row(Position(each.connection_id, each.last_activity), each)
            for each in self._rows.values()
            if each.status == "CONNECTED"
        ]
        found.sort(key=_place)
        left = [
            each
            for each in found
            if after is None or _place(each) > (active_shard(after.connection_id), after.sort)
        ]
        yield Page(tuple(left[:page_size]), None)

    def stale(self, idle_seconds: int, now: int) -> Iterator[tuple[ConnectionInfo, ...]]:
        """Yield the connections that were idle for so long or whose identity has expired."""
        since = now - idle_seconds * 1000
        active = (each for each in self._rows.values() if each.disconnected_at is None)
        yield tuple(
            each
            for each in active
            if each.last_activity <= since or has_expired(each.token_expires_at, now=now)
        )


def _place(found: Row) -> tuple[str, int]:
    return active_shard(found.position.connection_id), found.position.sort


class MemorySessions(SessionLists):
    """Reads some sessions of each user, whose ids begin as the users' do."""

    def __init__(self) -> None:
        super().__init__(None, "sessions")

    def page(self, user_id: str, limit: int, after: Place | None, now: int) -> Listed:
        """Return a page."""
        last = after.last_activity if after else NOW
        found = [
            Session(
                user_id, f"{user_id[0]}-{hours}", NOW - 9 * HOUR, NOW - hours * HOUR, texts=1, expires_at=now
            )
            for hours in range(1, 6)
            if NOW - hours * HOUR < last
        ]
        shown = found[:limit]
        more = Place(shown[-1].session_id, shown[-1].last_activity) if len(found) > limit else None
        return Listed(tuple(shown), more)
