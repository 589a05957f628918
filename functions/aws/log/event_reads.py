"""Reads events that somebody can name: by their keys, consistently, or of a user, as the index has them."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from functions.aws import batch_reads
from functions.aws.attributes import Item, to_item
from functions.aws.faults import unavailable
from functions.aws.log.event_items import MalformedEventError, decode
from functions.domain.feeds.contents import is_over
from functions.domain.feeds.feeds import Pointer
from functions.domain.log.events import Event
from functions.names import EVENTS_BY_USER, EVENTS_KEY

EventKey = tuple[str, str]
"""A connection's id and an event's."""


class Arrived(msgspec.Struct, frozen=True):
    """An event, and when it arrived in the log: epoch milliseconds."""

    event: Event
    arrived_at: int


class EventReads:
    """The ``events`` table, as far as somebody names what they want of it.

    Parameters
    ----------
    client
        A DynamoDB client.
    table
        The table's name.
    """

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, keys: Sequence[EventKey], now: int) -> dict[EventKey, Arrived]:
        """Return the events that are there and have not expired, ``now`` in epoch milliseconds.

        What cannot be read as an event counts as absent. Raises `Unavailable` if the table cannot be read in
        time.
        """
        asked = [
            (self._table, to_item(dict(zip(EVENTS_KEY, key, strict=True)))) for key in dict.fromkeys(keys)
        ]
        arrived = (_readable(item) for _, item in batch_reads.read(self._client, asked))
        return {
            (each.event.connection_id, each.event.event_id): each
            for each in arrived
            if each is not None and each.event.expires_at > now // 1000
        }

    def of(self, pointers: Iterable[Pointer], now: int) -> dict[EventKey, Event]:
        """Return the events that numbers of a feed point to, as `get` does, but for those that are over."""
        keys = [(pointer.connection_id, pointer.event_id) for pointer in pointers]
        return {
            key: arrived.event
            for key, arrived in self.get(keys, now).items()
            if not is_over(arrived.event, now)
        }

    def of_user(self, user_id: str, event_id: str, now: int) -> Event | None:
        """Return a user's event, on whichever connection it happened; None also where the index lags.

        Otherwise as `get` does.
        """
        query = {
            "TableName": self._table,
            "IndexName": EVENTS_BY_USER,
            "KeyConditionExpression": "user_id = :user AND event_id = :event",
            "ExpressionAttributeValues": to_item({":user": user_id, ":event": event_id}),
            "Limit": 1,
        }
        with unavailable():
            items = self._client.query(**query)["Items"]
        found = next(filter(None, map(_readable, items)), None)
        return found.event if found is not None and found.event.expires_at > now // 1000 else None


_STAMP: Final = "arrived_at"


def _readable(item: Item) -> Arrived | None:
    try:
        return arrived_of(item)
    except MalformedEventError:
        return None


def arrived_of(item: Item) -> Arrived:
    """Return the event of an item, with its stamp; raises `MalformedEventError` as `decode`."""
    event = decode(item)
    # an earlier release stamped nothing: its cause was no later than its arrival
    return Arrived(event, int(item[_STAMP]["N"]) if _STAMP in item else event.at)
