"""The projector's failure queue: takes its messages, and gives back or deletes them."""

import contextlib
from collections.abc import Collection
from typing import Any, Final

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

VISIBILITY_SECONDS: Final = 900
"""How long a message is hidden from others: ten of them, each of a thousand connections, take less."""
TOGETHER: Final = 10
"""The most messages of one request."""
_WAIT_SECONDS: Final = 1
"""Waiting at all makes SQS ask every one of its servers: without it an empty answer does not mean empty."""


class Delivery(msgspec.Struct, frozen=True):
    """A message as it was received once: ``id`` is the message's, the receipt of this delivery alone."""

    id: str
    receipt: str
    body: str


class FailureQueue:
    """A queue of what Lambda gave up.

    Parameters
    ----------
    client
        An SQS client.
    url
        The queue's URL.
    """

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def receive(self) -> list[Delivery]:
        """Return some messages, none if the queue has no more, and hide them for a quarter of an hour."""
        answer = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=TOGETHER,
            VisibilityTimeout=VISIBILITY_SECONDS,
            WaitTimeSeconds=_WAIT_SECONDS,
        )
        return [
            Delivery(each["MessageId"], each["ReceiptHandle"], each["Body"])
            for each in answer.get("Messages", [])
        ]

    def delete(self, delivery: Delivery) -> None:
        """Delete the message, for good."""
        self._client.delete_message(QueueUrl=self._url, ReceiptHandle=delivery.receipt)

    def give_back(self, deliveries: Collection[Delivery]) -> None:
        """Show messages to others again at once; those that cannot be shown will be, by themselves."""
        waiting = list(deliveries)
        for start in range(0, len(waiting), TOGETHER):
            entries = [
                {"Id": str(number), "ReceiptHandle": delivery.receipt, "VisibilityTimeout": 0}
                for number, delivery in enumerate(waiting[start : start + TOGETHER])
            ]
            with contextlib.suppress(BotoCoreError, ClientError):
                self._client.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)

    def hidden(self) -> int:
        """Return about how many messages somebody has received and not yet deleted or given back."""
        name = "ApproximateNumberOfMessagesNotVisible"
        answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=[name])
        return int(answer["Attributes"][name])
