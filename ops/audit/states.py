"""The state of connections at a moment, folded from the log: what their rows would have said then."""

from collections.abc import Iterable, Iterator
from typing import Final

from functions.aws.attributes import Item
from functions.aws.log.event_items import MalformedEventError, decode
from functions.domain.connections.connection import Connection, join
from functions.domain.connections.idleness import ASK_AFTER_SECONDS
from functions.domain.limits import LOST_AFTER_SECONDS
from functions.domain.log.events import Event
from functions.domain.log.unconnected import is_connection
from ops.audit.arrivals import by_arrival
from ops.audit.meter import Meter, MeteredReader
from ops.audit.selection import Selection
from ops.audit.sources import select
from ops.deployment import Deployment

_LIFE: Final = LOST_AFTER_SECONDS * 1_000
"""No connection lives longer, milliseconds: one that was opened earlier had ended."""
LATE_SECONDS: Final = ASK_AFTER_SECONDS + 900
"""How long after it happened something may arrive: the sweeper asks about pings once a connection was idle
for an hour, and comes every five minutes, if nothing was changed."""


def states(deployment: Deployment, selection: Selection, meter: Meter, at: int) -> Iterator[Connection]:
    """Yield the connections that were open at a moment, as what had happened by then adds up.

    Equal to the fold of each connection's whole history up to then.

    Parameters
    ----------
    deployment
        The tables.
    selection
        Whose connections; its times are not read.
    meter
        Counts what it costs.
    at
        The moment, epoch milliseconds.
    """
    events = _events(deployment, selection, meter, at)
    rows: dict[str, Connection] = {}
    for event in events:
        if is_connection(event.connection_id) and event.at <= at and event.connected_at >= at - _LIFE:
            row = rows.get(event.connection_id) or Connection(event.connection_id)
            rows[event.connection_id] = join(row, (event,))
    for connection in sorted(rows.values(), key=lambda row: (row.created_at, row.connection_id)):
        if connection.created_at <= at and connection.ended_at is None:
            yield connection


def state(deployment: Deployment, connection_id: str, meter: Meter, at: int) -> Connection | None:
    """Return one connection at a moment, ended or not; None if the log does not know it by then."""
    all_events = Selection(0, 2**53, connection_id=connection_id, newest_first=False)
    items = select(deployment, all_events, meter, wanted=None, go_on=lambda _: True)
    events = [event for event in _readable(items) if event.at <= at and is_connection(event.connection_id)]
    return join(Connection(connection_id), events) if events else None


def _events(deployment: Deployment, selection: Selection, meter: Meter, at: int) -> Iterator[Event]:
    first, last = at - _LIFE, at + LATE_SECONDS * 1_000
    if selection.filters:
        whose = Selection(
            first,
            last,
            connection_id=selection.connection_id,
            user_id=selection.user_id,
            session_id=selection.session_id,
            newest_first=False,
        )
        return _readable(select(deployment, whose, meter, wanted=None, go_on=lambda _: True))
    reader = MeteredReader(deployment.client, deployment.outputs.events_table, meter)
    return _readable(by_arrival(reader, first, last, newest_first=False))


def _readable(items: Iterable[Item]) -> Iterator[Event]:
    for item in items:
        try:
            yield decode(item)
        except MalformedEventError:  # it says nothing of any state, and an audit shows it
            continue
