"""Takes a person out of their sessions: of who was forgotten no list shows anything.

What they say in connections that they have opened since is theirs, and stays.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from functions.aws import batch_reads
from functions.aws.attributes import Item, to_item
from functions.aws.read_models import connection_items, message_items
from functions.aws.read_models.session_items import encode, key_of, session_of, to_key
from functions.domain.texts.sessions import Session, SessionKey, added_up, share_of_message, share_of_row
from functions.names import CONNECTIONS_BY_USER
from ops.deployment import Deployment
from ops.erasure.messages import of_person
from ops.erasure.problems import StuckError
from ops.erasure.writing import written

_ROUNDS: Final = 5


def leave(deployment: Deployment, user_id: str) -> int:
    """Make the sessions of a user what their connections and messages still add up to; return how many moved.

    It is done once their messages are moved and their connections' rows forgotten.

    Raises
    ------
    StuckError
        If some of them are written all the time.
    """
    changed = 0
    for _ in range(_ROUNDS):
        # the sessions before what they are sums of: what is added meanwhile moves their revisions
        stored = {key_of(item): item for item in _items(deployment, user_id)}
        left = added_up(_shares(deployment, user_id, stored))
        pending = {key: item for key, item in stored.items() if left.get(key) != session_of(item)}
        if not pending:
            return changed
        changed += sum(_write(deployment, key, item, left.get(key)) for key, item in pending.items())
    raise StuckError("their sessions are written all the time: run it again")


def _write(deployment: Deployment, key: SessionKey, item: Item, left: Session | None) -> bool:
    client, table = deployment.client, deployment.outputs.sessions_table
    unchanged = {
        "ConditionExpression": "#revision = :revision",
        "ExpressionAttributeNames": {"#revision": "revision"},
        "ExpressionAttributeValues": {":revision": item["revision"]},
    }
    if left is None:
        return written(partial(client.delete_item, TableName=table, Key=to_key(key), **unchanged))
    revision, generation = int(item["revision"]["N"]), int(item["generation"]["N"])
    put = encode(left, revision + 1, generation)
    return written(partial(client.put_item, TableName=table, Item=put, **unchanged))


def _shares(
    deployment: Deployment, user_id: str, stored: Mapping[SessionKey, Item]
) -> Iterator[Session | None]:
    for message in of_person(deployment, user_id, [session for _, session in stored]):
        yield share_of_message(message_items.message_of(message))
    table = deployment.outputs.connections_table
    asked = [(table, key) for key in _connections(deployment, user_id)] if stored else []
    for _, row in batch_reads.read(deployment.client, asked):
        yield share_of_row(connection_items.decode(row).row)


def _items(deployment: Deployment, user_id: str) -> Iterator[Item]:
    query = {
        "TableName": deployment.outputs.sessions_table,
        "ConsistentRead": True,
        **_of("user_id", user_id),
    }
    for page in deployment.client.get_paginator("query").paginate(**query):
        yield from page["Items"]


def _connections(deployment: Deployment, user_id: str) -> Iterator[Item]:
    query = {
        "TableName": deployment.outputs.connections_table,
        "IndexName": CONNECTIONS_BY_USER,
        "ProjectionExpression": "connectionId",
        **_of("userId", user_id),
    }
    for page in deployment.client.get_paginator("query").paginate(**query):
        yield from page["Items"]


def _of(name: str, user_id: str) -> dict[str, Any]:
    return {
        "KeyConditionExpression": f"{name} = :user",
        "ExpressionAttributeValues": to_item({":user": user_id}),
    }
