"""Asks the log for a few rows whether it explains them, by now."""

from collections.abc import Callable, Iterator, Sequence

from functions.aws import batch_reads
from functions.aws.attributes import Item, to_item
from functions.aws.faults import unavailable
from functions.aws.log.event_items import MalformedEventError, decode
from functions.domain.texts.messages import MessageKey, rows_of
from functions.names import EVENTS_KEY
from ops.deployment import Deployment

Unexplained = Callable[[Deployment, Sequence[Item]], Iterator[Item]]
"""Yields those of some rows that the log does not explain."""


def unexplained_connections(deployment: Deployment, rows: Sequence[Item]) -> Iterator[Item]:
    """Yield the rows of connections of which the log has nothing."""
    for row in rows:
        with unavailable():
            answer = deployment.client.query(
                TableName=deployment.outputs.events_table,
                KeyConditionExpression="connection_id = :connection_id",
                ExpressionAttributeValues=to_item({":connection_id": row["connectionId"]["S"]}),
                ProjectionExpression="connection_id",
                Limit=1,
                ConsistentRead=True,
            )
        if not answer["Items"]:
            yield row


def unexplained_messages(deployment: Deployment, rows: Sequence[Item]) -> Iterator[Item]:
    """Yield the messages of which no event in the log speaks, or only events of another conversation.

    A message that names no connection is one of them.
    """
    table = deployment.outputs.events_table
    # two rows may name one event, of which one is in the wrong conversation
    naming = {
        (row["connection_id"]["S"], event_id)
        for row in rows
        if "connection_id" in row
        for event_id in _speaking(row)
    }
    keys = [(table, to_item(dict(zip(EVENTS_KEY, key, strict=True)))) for key in sorted(naming)]
    explained = {key for _, item in batch_reads.read(deployment.client, keys) for key in _explained(item)}
    for row in rows:
        if (row["conversation"]["S"], row["event_id"]["S"]) not in explained:
            yield row


def _speaking(row: Item) -> Iterator[str]:
    """Yield the ids of the events that make a message: its own, and its outcome's."""
    yield row["event_id"]["S"]
    if "outcome" in row:
        yield row["outcome"]["M"]["event_id"]["S"]


def _explained(item: Item) -> Iterator[MessageKey]:
    """Yield the keys of the messages that an event speaks of: a newer release may know better."""
    try:
        event = decode(item)
    except MalformedEventError:
        return
    yield from (row.key for row in rows_of(event))
