"""Reads a conversation from the chat storage: what a model is told of it."""

from collections.abc import Iterator
from typing import Any, Final

from functions.aws.attributes import Item, to_item
from functions.aws.faults import unavailable
from functions.domain.feeds.feeds import has_expired
from functions.domain.replies.prompt import Role, Utterance
from functions.names import TTL_ATTRIBUTE

_TOLD: Final = f"message_id, #role, #text, stop_reason, outcome, user_id, {TTL_ATTRIBUTE}"


class Conversations:
    """The messages table, read only: the projector alone writes it, so it lags behind the log.

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

    def newest(self, conversation: str, user_id: str, most: int, now: int) -> list[Utterance]:
        """Return the newest texts and replies of one user in a conversation, the newest first.

        A conversation may hold another user's: who takes a session whose claim has expired, or was lost,
        finds their rows there. Where a whole page has nothing that is told, what is older is left unread.

        Parameters
        ----------
        conversation
            What its messages have in common: see `Event.conversation`.
        user_id
            Whose.
        most
            How many.
        now
            Epoch milliseconds: what has expired is told to nobody, though DynamoDB deletes it days later.

        Raises
        ------
        Unavailable
            If the table cannot be read in time.
        """
        if most < 1:
            return []
        utterances: list[Utterance] = []
        for items in self._pages(conversation, most):
            theirs = [item for item in items if _is_of(item, user_id, now)]
            # a text whose own event is not projected yet has no words
            utterances += [_utterance(item) for item in theirs if "role" in item and "text" in item]
            if len(utterances) >= most or not theirs:
                break
        return utterances[:most]

    def _pages(self, conversation: str, size: int) -> Iterator[list[Item]]:
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "conversation = :conversation",
            "ExpressionAttributeValues": to_item({":conversation": conversation}),
            "ProjectionExpression": _TOLD,
            "ExpressionAttributeNames": {"#role": "role", "#text": "text"},
            "ScanIndexForward": False,
            "Limit": size,
            "ConsistentRead": True,
        }
        while True:
            with unavailable():
                answer = self._client.query(**query)
            yield answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _is_of(item: Item, user_id: str, now: int) -> bool:
    return item["user_id"]["S"] == user_id and not has_expired(int(item[TTL_ATTRIBUTE]["N"]), now)


def _utterance(item: Item) -> Utterance:
    outcome = item.get("outcome", {"M": {}})["M"]
    # a text says why it got no more than it did, too: its reply may be beyond what was read, or there is none
    stop_reason = item.get("stop_reason") or outcome.get("reason")
    return Utterance(
        item["message_id"]["S"],
        Role(item["role"]["S"]),
        item["text"]["S"],
        None if stop_reason is None else stop_reason["S"],
    )
