"""Moves a person's messages out of their sessions, blank and under a pseudonym; counters do not move."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum, auto
from functools import partial
from typing import Any, Final

from botocore.exceptions import ClientError

from functions.aws.attributes import Item, to_item
from functions.aws.faults import is_contended
from functions.aws.read_models.message_items import decode, encode, message_of, to_key
from functions.domain.texts.messages import join
from functions.names import TTL_ATTRIBUTE
from ops.deployment import Deployment
from ops.erasure.problems import StuckError
from ops.erasure.writing import written

_ROUNDS: Final = 5


class Outcome(Enum):
    """What became of a message: moved, left for another round or gone, or twice there and now once."""

    MOVED = auto()
    LEFT = auto()
    TWICE = auto()


def move_all(
    deployment: Deployment,
    user_id: str,
    conversations: Iterable[str],
    called: Mapping[str, str],
    now: int,
) -> int:
    """Move the messages that name a user out of some conversations, and return how many were.

    Parameters
    ----------
    deployment
        The tables.
    user_id
        The person.
    conversations
        Where to look.
    called
        What the person is called, by connection. Messages of other connections stay where they are, as their
        events do: the person has opened them since. Only what has expired is deleted of these too.
    now
        Epoch milliseconds.

    Raises
    ------
    StuckError
        If some are still there after five rounds, or some were in both of their conversations.
    """
    outcomes: Counter[Outcome] = Counter()
    looked_at = sorted(conversations)
    for _ in range(_ROUNDS):
        found = False
        for message in of_person(deployment, user_id, looked_at):
            connection = message["connection_id"]["S"]
            if connection not in called and not _is_expired(message, now):
                continue
            found = True
            outcomes[move(deployment, message, called.get(connection, ""), now)] += 1
        if found:
            continue
        if outcomes[Outcome.TWICE]:
            raise StuckError(
                f"{outcomes[Outcome.TWICE]} messages were in two conversations: "
                "run `ops rebuild`, once more if one was under way, and then this again"
            )
        return outcomes[Outcome.MOVED]
    raise StuckError(
        "messages are counted anew all the time: wait for the end of a rebuild, and run it again"
    )


def of_person(deployment: Deployment, user_id: str, conversations: Iterable[str]) -> Iterator[Item]:
    """Yield the messages in some conversations that name a user, read consistently."""
    for conversation in conversations:
        query: dict[str, Any] = {
            "TableName": deployment.outputs.messages_table,
            "KeyConditionExpression": "conversation = :conversation",
            "FilterExpression": "user_id = :user",
            "ExpressionAttributeValues": to_item({":conversation": conversation, ":user": user_id}),
            "ConsistentRead": True,
        }
        for page in deployment.client.get_paginator("query").paginate(**query):
            yield from page["Items"]


def move(deployment: Deployment, message: Item, pseudonym: str, now: int) -> Outcome:
    """Move a message to the conversation that its event makes once it is redacted; tell what became of it.

    One that has expired is deleted, as DynamoDB would; one that has gone meanwhile is not brought back, and
    one that was counted anew is left for another round. One that is there already, blank, was written again
    by a rebuild beside it: what names the person is deleted all the same, since once its event is redacted
    nothing leads to it any more.

    Parameters
    ----------
    message
        As it was read.
    pseudonym
        What its person is called.
    now
        Epoch milliseconds.
    """
    client, table = deployment.client, deployment.outputs.messages_table
    old, event_id = message["conversation"]["S"], message["event_id"]["S"]
    # a conversation of a connection alone names nobody
    new = old if old.startswith("connection#") else pseudonym
    delete = {"TableName": table, "Key": to_key((old, event_id)), **_unchanged(message)}
    if _is_expired(message, now):
        _done(partial(client.delete_item, **delete))
        return Outcome.LEFT
    blank = _blank(message, new, pseudonym)
    put = {"TableName": table, "Item": blank}
    if new == old:
        return (
            Outcome.MOVED if _done(partial(client.put_item, **put, **_unchanged(message))) else Outcome.LEFT
        )
    put["ConditionExpression"] = "attribute_not_exists(event_id)"
    if _done(partial(client.transact_write_items, TransactItems=[{"Put": put}, {"Delete": delete}])):
        return Outcome.MOVED
    there = client.get_item(TableName=table, Key=to_key((new, event_id)), ConsistentRead=True).get("Item")
    if there is None:
        return Outcome.LEFT
    if "text" in there and "text" in message:
        return Outcome.TWICE if _done(partial(client.delete_item, **delete)) else Outcome.LEFT
    # a text was moved, and then its outcome came, or the other way round
    joined = join(message_of(there), message_of(blank))
    known = decode(there)
    item = encode(joined, known.revision + 1, known.generation)
    put = {"TableName": table, "Item": item, **_unchanged(there)}
    moved = _done(partial(client.transact_write_items, TransactItems=[{"Put": put}, {"Delete": delete}]))
    return Outcome.MOVED if moved else Outcome.LEFT


def _unchanged(message: Item) -> dict[str, Any]:
    """Return the condition that nobody has written or deleted a message since it was read."""
    names = [name for name in ("generation", "revision") if name in message]
    return {
        "ConditionExpression": " AND ".join(f"#{name} = :{name}" for name in names),
        "ExpressionAttributeNames": {f"#{name}": name for name in names},
        "ExpressionAttributeValues": {f":{name}": message[name] for name in names},
    }


def _blank(message: Item, conversation: str, pseudonym: str) -> Item:
    """Return a message as its events make it once they are redacted."""
    blank = {**message, "conversation": {"S": conversation}, "user_id": {"S": pseudonym}}
    if "text" in message:
        blank["text"] = {"S": ""}
    outcome = message.get("outcome", {"M": {}})["M"]
    if outcome.get("status") == {"S": "failed"}:
        blank["outcome"] = {"M": {**outcome, "reason": {"S": ""}}}
    return blank


def _is_expired(message: Item, now: int) -> bool:
    return int(message[TTL_ATTRIBUTE]["N"]) * 1000 <= now


def _done(write: Callable[[], object]) -> bool:
    """Write, and tell whether it was written; what others are in the way of is left for another round."""
    try:
        return written(write)
    except ClientError as error:
        if is_contended(error):
            return False
        raise
