"""Who a feed is posted to: written before a connection opens, and read consistently before each post."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from functions.aws import batch_reads
from functions.aws.attributes import Item, from_item, to_item
from functions.aws.faults import DENIED, INDEX_AWAY, unavailable
from functions.aws.feeds.keys import SUBSCRIBERS, cancellation_key, subscriber_key
from functions.domain.feeds.feeds import Subscriber, has_expired, user_feed
from functions.domain.refusals import Unavailable
from functions.names import TTL_ATTRIBUTE

_ATTEMPTS: Final = 3


class Watched(msgspec.Struct, frozen=True):
    """Who listens to a feed, and whether somebody has cancelled the reply that grows there."""

    subscribers: list[Subscriber]
    is_cancelled: bool


class Subscribers:
    """The items ``s#`` of the feeds.

    Every method raises `Unavailable` if the table cannot be read or written in time.

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

    def subscribe(self, subscriber: Subscriber) -> None:
        """Let a connection be posted to from now on, by the feeds of its conversation and of its user."""
        self._write({"PutRequest": {"Item": _item(feed, subscriber)}} for feed in subscriber.feeds.values())

    def ensure(self, subscriber: Subscriber) -> None:
        """Subscribe a connection again, where a feed does not know it any more."""
        key = subscriber_key(subscriber.connection_id)
        asked = [(self._table, to_item({"feed": feed, "key": key})) for feed in subscriber.feeds.values()]
        if len(list(batch_reads.read(self._client, asked))) < len(asked):
            self.subscribe(subscriber)

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Let a connection not be posted to any more; its own items go, whoever else is subscribed."""
        key = subscriber_key(subscriber.connection_id)
        self._write(
            {"DeleteRequest": {"Key": to_item({"feed": feed, "key": key})}}
            for feed in subscriber.feeds.values()
        )

    def of(self, feed: str, now: int) -> list[Subscriber]:
        """Return the subscribers of a feed that have not expired, ``now`` in epoch milliseconds."""
        return [_subscriber(item) for item in self._items(feed, SUBSCRIBERS, f"{SUBSCRIBERS}~", now)]

    def watch(self, feed: str, message_id: str, now: int) -> Watched:
        """Return who listens to a feed, as `of` does, and whether the reply to a text is cancelled.

        Two queries: what else was cancelled in the feed, and is not deleted yet, is not read.
        """
        key = cancellation_key(message_id)
        return Watched(self.of(feed, now), bool(self._items(feed, key, key, now)))

    def _items(self, feed: str, first: str, last: str, now: int) -> list[Item]:
        query = {
            "TableName": self._table,
            "KeyConditionExpression": "feed = :feed AND #key BETWEEN :first AND :last",
            "ExpressionAttributeNames": {"#key": "key"},
            "ExpressionAttributeValues": to_item({":feed": feed, ":first": first, ":last": last}),
            "ConsistentRead": True,
        }
        items: list[Item] = []
        with unavailable():
            while True:
                answer = self._client.query(**query)
                items.extend(answer["Items"])
                if "LastEvaluatedKey" not in answer:
                    break
                query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        return [item for item in items if not has_expired(int(item[TTL_ATTRIBUTE]["N"]), now)]

    def of_user(self, user_id: str, now: int) -> list[Subscriber]:
        """Return a user's open connections, ``now`` in epoch milliseconds.

        Raises `Unavailable` also where the table is not there, or IAM does not allow to ask: nobody should be
        kept out for that.
        """
        with unavailable(also=INDEX_AWAY | DENIED):
            return self.of(user_feed(user_id), now)

    def _write(self, requests: Iterable[dict[str, Any]]) -> None:
        """Write both items in one request; it is no transaction, and to write one of them again is safe."""
        unprocessed: dict[str, Any] = {self._table: list(requests)}
        for _ in range(_ATTEMPTS):
            with unavailable():
                answer = self._client.batch_write_item(RequestItems=unprocessed)
            unprocessed = answer.get("UnprocessedItems") or {}
            if not unprocessed:
                return
        problem = "UnprocessedItems of BatchWriteItem"
        raise Unavailable(problem)


def _item(feed: str, subscriber: Subscriber) -> Item:
    return to_item(
        {
            "feed": feed,
            "key": subscriber_key(subscriber.connection_id),
            "user_id": subscriber.user_id,
            "session_id": subscriber.session_id,
            "connected_at": subscriber.connected_at,
            "events_expire_at": subscriber.events_expire_at,
            TTL_ATTRIBUTE: subscriber.expires_at,
        }
    )


def _subscriber(item: Item) -> Subscriber:
    values = from_item(item)
    return Subscriber(
        values["key"].removeprefix(SUBSCRIBERS),
        values["user_id"],
        values.get("session_id"),
        values["connected_at"],
        values["events_expire_at"],
    )
