"""Asks the log for a few rows whether it explains them, by now."""

from collections.abc import Callable, Iterator, Sequence

from functions.aws import batch_reads
from functions.aws.attributes import Item, to_item
from functions.aws.faults import unavailable
from functions.aws.log.event_items import MalformedEventError, decode
from functions.aws.read_models.message_items import MessageKey
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
    """Yield the messages whose event is not in the log, or is of another conversation.

    A message that names no connection is one of them.
    """
    table = deployment.outputs.events_table
    # two rows may name one event, of which one is in the wrong conversation
    naming = {tuple(row[name]["S"] for name in EVENTS_KEY): row for row in rows if "connection_id" in row}
    keys = [(table, {name: row[name] for name in EVENTS_KEY}) for row in naming.values()]
    explained = {_key_of(event) for _, event in batch_reads.read(deployment.client, keys)}
    for row in rows:
        if (row["conversation"]["S"], row["event_id"]["S"]) not in explained:
            yield row


def _key_of(item: Item) -> MessageKey | None:
    """Return the key of the message that an event makes, if it makes one: a newer release may know better."""
    try:
        event = decode(item)
    except MalformedEventError:
        return None
    return event.conversation, event.event_id
