"""Histories that are made when they are asked for: connections that open, send texts, and close."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from functions.aws.attributes import Item
from functions.aws.read_models import connection_items, message_items, session_items
from functions.aws.read_models.connection_items import Stored
from functions.aws.read_models.counter_items import DAY, CounterKey
from functions.domain.connections.connection import Connection, join
from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import ConnectionClosed, ConnectionOpened, TextMessageReceived
from functions.domain.log.ids import MINUTE
from functions.domain.texts.messages import rows_of
from ops.read_models.sessions import sessions_of

RETENTION_DAYS: Final = 90
USERS: Final = 1_000
NOW: Final = 1_795_410_720_000
_BEGAN: Final = NOW - 80 * 1440 * MINUTE
_MINUTES: Final = 79 * 1440
"""In which connections are opened, the last of them long enough ago for nothing to move any more."""


@dataclass
class Generated:
    """What there is in generated tables.

    Attributes
    ----------
    connections
        How many there are, each opened in one minute and closed in it.
    texts, text_bytes
        How many texts each sent, and how long they are.
    minutes
        In how many minutes they are opened, in turn.
    kept
        Of how many connections the events are kept, since they are asked for several times.
    """

    connections: int
    texts: int = 1
    text_bytes: int = 100
    minutes: int = _MINUTES
    kept: int = 0
    _recent: dict[int, list[Event]] = field(default_factory=dict)
    _numbers: tuple[int, dict[str, int]] = (-1, {})

    def events(self, connection: int, first: int = 0, count: int | None = None) -> Iterator[Event]:
        """Yield the events of a connection: it is opened, sends texts, and is closed."""
        last = self.texts + 2 if count is None else min(first + count, self.texts + 2)
        if not self.kept:
            yield from self._made(connection, first, last)
            return
        made = self._recent.get(connection)
        if made is None:
            made = list(self._made(connection, 0, self.texts + 2))
            if len(self._recent) >= self.kept:
                self._recent.clear()
            self._recent[connection] = made
        yield from made[first:last]

    def _made(self, connection: int, first: int, last: int) -> Iterator[Event]:
        opened_at = _BEGAN + connection % self.minutes * MINUTE
        for number in range(first, last):
            cause = Cause(
                connection_id=f"c{connection:011d}=",
                user_id=f"user-{connection % USERS}",
                session_id=f"session-{connection}",
                connected_at=opened_at,
                expires_at=opened_at // 1000 + RETENTION_DAYS * 86_400,
                at=opened_at + number,
                id=str(number),
            )
            if number == 0:
                yield event(cause, ConnectionOpened("203.0.113.17", "a browser"))
            elif number <= self.texts:
                yield event(cause, TextMessageReceived(f"{number:08d}".ljust(self.text_bytes, "x")))
            else:
                yield event(cause, ConnectionClosed(1001))

    def row(self, connection: int) -> Item:
        """Return the row of a connection."""
        events = list(self.events(connection, 0, 1)) + list(self.events(connection, self.texts + 1, 1))
        last_text = self.events(connection, self.texts, 1) if self.texts else ()
        row = join(Connection(events[0].connection_id), [*events, *last_text])
        return connection_items.encode(Stored(row, 1, 1))

    def messages(self, connection: int, first: int, count: int | None = None) -> Iterator[Item]:
        """Yield the messages among some events of a connection."""
        for each in self.events(connection, first, count):
            for message in rows_of(each):
                yield message_items.encode(message, 1, 1)

    def session(self, connection: int) -> Item:
        """Return the session of a connection, of which it is the only one."""
        (session,) = sessions_of(self.events(connection)).values()
        return session_items.encode(session, 1, 1)

    def numbers(self, connection: int) -> dict[str, int]:
        """Return which event of a connection has which id; kept for the connection at hand."""
        at_hand, numbers = self._numbers
        if at_hand != connection:
            short = replace(self, text_bytes=8, kept=0)
            numbers = {each.event_id: number for number, each in enumerate(short.events(connection))}
            self._numbers = (connection, numbers)
        return numbers

    def counters(self, name: str) -> Iterator[tuple[CounterKey, int]]:
        """Yield the counters of a name, by minutes and then by days."""
        each = {"opened": 1, "closed": 1, "texts": self.texts}.get(name, 0)
        days: Counter[int] = Counter()
        for minute in range(min(self.minutes, self.connections) if each else 0):
            at = _BEGAN + minute * MINUTE
            count = each * len(range(minute, self.connections, self.minutes))
            days[at - at % DAY] += count
            yield CounterKey(1, name, "minute", at, RETENTION_DAYS), count
        for at, count in days.items():
            yield CounterKey(1, name, "day", at, RETENTION_DAYS), count
