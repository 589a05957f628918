"""Reads a conversation from the chat storage: what a model is told of it."""

from collections.abc import Iterator
from typing import Any

from functions.aws.attributes import Item, to_item
from functions.aws.faults import unavailable
from functions.domain.replies.prompt import Role, Utterance


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

    def newest(self, conversation: str, most: int) -> list[Utterance]:
        """Return the newest texts and replies of a conversation, the newest first.

        Parameters
        ----------
        conversation
            What its messages have in common: see `Event.conversation`.
        most
            How many.

        Raises
        ------
        Unavailable
            If the table cannot be read in time.
        """
        if most < 1:
            return []
        utterances: list[Utterance] = []
        for items in self._pages(conversation, most):
            # a text whose own event is not projected yet has no words
            utterances += [_utterance(item) for item in items if "role" in item and "text" in item]
            if len(utterances) >= most:
                break
        return utterances[:most]

    def _pages(self, conversation: str, size: int) -> Iterator[list[Item]]:
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "conversation = :conversation",
            "ExpressionAttributeValues": to_item({":conversation": conversation}),
            "ProjectionExpression": "message_id, #role, #text, stop_reason, outcome",
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
