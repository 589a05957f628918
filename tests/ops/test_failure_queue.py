"""What the failure queue is asked for: an emulator has one server, and shows nothing of what several need."""

from typing import Any

from ops.failures.failure_queue import Delivery, FailureQueue

URL = "https://sqs.us-east-1.amazonaws.com/123456789012/failures"


class Client:
    """An SQS client that remembers what it was asked, and answers what it was told."""

    def __init__(self, **answer: Any) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._answer = answer

    def __getattr__(self, operation: str) -> Any:
        def ask(**arguments: Any) -> dict[str, Any]:
            self.asked.append((operation, arguments))
            return self._answer

        return ask


def deliveries(count: int) -> list[Delivery]:
    return [Delivery(f"m{number}", f"receipt {number}", "{}") for number in range(count)]


def test_every_server_of_the_queue_is_asked_and_what_it_gives_is_hidden_for_a_quarter_of_an_hour() -> None:
    client = Client()

    assert FailureQueue(client, URL).receive() == []

    wanted = {"QueueUrl": URL, "MaxNumberOfMessages": 10, "VisibilityTimeout": 900, "WaitTimeSeconds": 1}
    assert client.asked == [("receive_message", wanted)]


def test_messages_are_given_back_ten_at_a_time_to_be_shown_at_once() -> None:
    client = Client()

    FailureQueue(client, URL).give_back(deliveries(11))

    assert [operation for operation, _ in client.asked] == ["change_message_visibility_batch"] * 2
    first, second = (arguments["Entries"] for _, arguments in client.asked)
    assert [entry["Id"] for entry in first] == [str(number) for number in range(10)]
    assert second == [{"Id": "0", "ReceiptHandle": "receipt 10", "VisibilityTimeout": 0}]


def test_a_message_is_deleted_by_the_receipt_of_its_delivery() -> None:
    client = Client()

    FailureQueue(client, URL).delete(deliveries(1)[0])

    assert client.asked == [("delete_message", {"QueueUrl": URL, "ReceiptHandle": "receipt 0"})]


def test_what_others_have_received_is_what_is_not_visible() -> None:
    name = "ApproximateNumberOfMessagesNotVisible"
    client = Client(Attributes={name: "3"})

    assert FailureQueue(client, URL).hidden() == 3

    assert client.asked == [("get_queue_attributes", {"QueueUrl": URL, "AttributeNames": [name]})]
