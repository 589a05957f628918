"""Where the events of an audit are read: by the narrowest key that is named, and filtered after that."""

from collections.abc import Callable, Iterator
from heapq import merge
from typing import Any, Final

from functions.aws.attributes import Item, to_item
from functions.domain.limits import LOST_AFTER_SECONDS
from functions.domain.log.claims import session_key
from functions.domain.log.ids import lowest
from functions.domain.log.redaction import is_pseudonym
from functions.domain.log.unconnected import is_connection
from functions.names import CONNECTIONS_BY_USER, EVENTS_BY_USER
from ops.audit.arrivals import by_arrival
from ops.audit.meter import Meter, MeteredReader
from ops.audit.selection import Selection
from ops.deployment import Deployment

MOST_FILTERED: Final = 100_000
"""Items read for a filter until somebody is asked whether to go on."""
_DAY_MILLISECONDS: Final = 86_400_000
_EARLIER_MILLISECONDS: Final = (LOST_AFTER_SECONDS + 3_600) * 1_000
"""How much older than its arrival an event's id may be: the sweeper learns what the gateway last saw, no
longer ago than a connection can live; and an hour for a sweep that came late. That somebody was forgotten is
as old as their connection: of a pseudonym all that is older is read."""
_LATER_MILLISECONDS: Final = 60_000
"""How much younger: clocks differ."""


class TooManyReadError(Exception):
    """A filter has read as much as it may without being told to go on."""


GoOn = Callable[[Meter], bool]
"""Asked, with the cost so far, whether a filter may read as many items again."""


def select(
    deployment: Deployment, selection: Selection, meter: Meter, *, wanted: int | None, go_on: GoOn
) -> Iterator[Item]:
    """Yield the items of the log that a selection wants, as they are read.

    By time the order is that of their arrival; by connection, user or session it is that of their ids, which
    have the time of the cause.

    Parameters
    ----------
    deployment
        The tables.
    selection
        What is wanted.
    meter
        Counts what it costs.
    wanted
        How many at most; None takes all.
    go_on
        Asked each time that a filter has read 100,000 items more.

    Raises
    ------
    TooManyReadError
        If it says no.
    """
    asked = MOST_FILTERED
    taken = 0
    for item in _source(deployment, selection, meter, wanted):
        if selection.wants(item):
            yield item
            taken += 1
            if taken == wanted:
                return
        if selection.filters and meter.scanned >= asked:
            if not go_on(meter):
                raise TooManyReadError
            asked = meter.scanned + MOST_FILTERED


def _source(deployment: Deployment, selection: Selection, meter: Meter, wanted: int | None) -> Iterator[Item]:
    reader = MeteredReader(deployment.client, deployment.outputs.events_table, meter)
    if selection.connection_id is not None:
        return _of_connection(reader, selection.connection_id, selection)
    if selection.session_id is not None:
        owner = _owner_of_session(deployment, selection.session_id, meter)
        connections = [] if owner is None else _connections_of(deployment, owner, selection.session_id, meter)
        if owner is not None and connections:
            streams = [_of_connection(reader, each, selection) for each in connections]
            streams.append(_sent_to_user(reader, owner, selection))
            return merge(*streams, key=_event_id, reverse=selection.newest_first)
    if selection.user_id is not None:
        return _of_user(reader, selection.user_id, selection)
    kept = deployment.outputs.retention_days * _DAY_MILLISECONDS
    return by_arrival(
        reader,
        max(selection.first, selection.last - kept),  # what is older has expired
        selection.last,
        newest_first=selection.newest_first,
        wanted=None if selection.filters else wanted,
    )


def _of_connection(reader: MeteredReader, connection_id: str, selection: Selection) -> Iterator[Item]:
    return _pages(
        reader,
        KeyConditionExpression="connection_id = :connection",
        ExpressionAttributeValues=to_item({":connection": connection_id}),
        ScanIndexForward=not selection.newest_first,
        ConsistentRead=True,
    )


def _of_user(reader: MeteredReader, user_id: str, selection: Selection) -> Iterator[Item]:
    first = lowest(0 if is_pseudonym(user_id) else max(0, selection.first - _EARLIER_MILLISECONDS))
    last = lowest(selection.last + _LATER_MILLISECONDS)
    return _pages(
        reader,
        IndexName=EVENTS_BY_USER,
        KeyConditionExpression="user_id = :user AND event_id BETWEEN :first AND :last",
        ExpressionAttributeValues=to_item({":user": user_id, ":first": first, ":last": last}),
        ScanIndexForward=not selection.newest_first,
    )


def _sent_to_user(reader: MeteredReader, user_id: str, selection: Selection) -> Iterator[Item]:
    """Yield what was sent to a user, which belongs to none of their connections."""
    items = _of_user(reader, user_id, selection)
    return (item for item in items if not is_connection(item["connection_id"]["S"]))


def _owner_of_session(deployment: Deployment, session_id: str, meter: Meter) -> str | None:
    """Return whose a session is, as far as its claim tells."""
    outputs = deployment.outputs
    if outputs.claims_table is None:
        return None
    key = to_item({"claim": session_key(session_id)})
    claim = deployment.client.get_item(
        TableName=outputs.claims_table, Key=key, ConsistentRead=True, ReturnConsumedCapacity="TOTAL"
    )
    meter.count({"ScannedCount": 1, "Count": 1, **claim})
    owner: str | None = claim.get("Item", {}).get("value", {}).get("S")
    return owner


def _connections_of(deployment: Deployment, owner: str, session_id: str, meter: Meter) -> list[str]:
    """Return the connections of a session, as far as the read model knows."""
    rows = _pages(
        MeteredReader(deployment.client, deployment.outputs.connections_table, meter),
        IndexName=CONNECTIONS_BY_USER,
        KeyConditionExpression="userId = :user",
        ExpressionAttributeValues=to_item({":user": owner}),
    )
    return [row["connectionId"]["S"] for row in rows if row.get("sessionId", {}).get("S") == session_id]


def _pages(reader: MeteredReader, **query: Any) -> Iterator[Item]:
    after: Item | None = None
    while True:
        items, after = reader.page(after, **query)
        yield from items
        if after is None:
            return


def _event_id(item: Item) -> str:
    event_id: str = item["event_id"]["S"]
    return event_id
