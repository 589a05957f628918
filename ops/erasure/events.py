"""Rewrites the events of a connection in place, so that they name nobody; deletes what has expired."""

from functools import partial
from typing import Any, Final

from functions.aws.attributes import Item
from functions.aws.log.event_items import encode
from functions.domain.log.events import Event
from functions.domain.log.redaction import is_pseudonym, redacted
from functions.domain.texts.messages import rows_of
from functions.names import EVENTS_KEY
from functions.operations.projection.log_pages import is_expired
from ops.deployment import Deployment
from ops.erasure.problems import UnreadableError
from ops.erasure.reading import event_of
from ops.erasure.traces import Trace
from ops.erasure.writing import written

_REWRITTEN: Final = {"user_id": "#user", "session_id": "#session", "version": "#version", "data": "#data"}
"""The attributes that a redaction may change; an older version is written as this release writes it."""


def redact(deployment: Deployment, connection: str, trace: Trace, pseudonym: str, now: int) -> int:
    """Redact the events of a connection, and return how many were.

    What came since the connection was surveyed and makes a message is left for the next round, which moves
    that message first.

    Parameters
    ----------
    trace
        What the survey found, before the connection's messages were moved.
    pseudonym
        What the person is called.
    now
        Epoch milliseconds: what has expired by then is deleted.
    """
    count = 0
    for item in deployment.log.items(connection):
        try:
            event = event_of(item)
        except UnreadableError:  # it came since the survey, and the next one reports it
            continue
        if is_pseudonym(event.user_id) or (rows_of(event) and event.event_id not in trace.texts):
            continue
        if is_expired(event, now):
            key = {name: item[name] for name in EVENTS_KEY}
            deployment.client.delete_item(TableName=deployment.outputs.events_table, Key=key)
            continue
        count += rewrite(deployment.client, deployment.outputs.events_table, event, pseudonym)
    return count


def rewrite(client: Any, table: str, event: Event, pseudonym: str) -> bool:
    """Write what is left of an event over its item; tell whether it was there: what expired stays away."""
    left = encode(redacted(event, pseudonym))
    values: Item = {placeholder: left[name] for name, placeholder in _REWRITTEN.items() if name in left}
    update = {
        "TableName": table,
        "Key": {name: left[name] for name in EVENTS_KEY},
        "UpdateExpression": "SET " + ", ".join(f"{name} = :{name[1:]}" for name in values),
        "ConditionExpression": "attribute_exists(event_id)",
        "ExpressionAttributeNames": {
            placeholder: name for name, placeholder in _REWRITTEN.items() if name in left
        },
        "ExpressionAttributeValues": {f":{name[1:]}": value for name, value in values.items()},
    }
    return written(partial(client.update_item, **update))


def delete_row_of_nothing(deployment: Deployment, connection: str) -> None:
    """Delete the row of a connection of which the log has nothing more, as its expiry or a rebuild would."""
    if next(deployment.log.items(connection), None) is None:
        key = {"connectionId": {"S": connection}}
        deployment.client.delete_item(TableName=deployment.outputs.connections_table, Key=key)
