"""What is asked of the table where subscribers are, and what its faults mean."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from functions.aws.feeds.subscribers import Subscribers
from functions.domain.feeds.feeds import subscriber_of
from functions.domain.refusals import Unavailable
from tests.gateway_events import CONNECTED_AT, cause
from tests.unit.aws.dynamodb import failure

ALICE = subscriber_of(cause())


class Client:
    """Answers what it was told, whatever it is asked, and keeps what that was."""

    def __init__(self, *answers: dict[str, Any] | BaseException) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._answers = list(answers)

    def query(self, **arguments: Any) -> dict[str, Any]:
        return self._answer("query", arguments)

    def batch_write_item(self, **arguments: Any) -> dict[str, Any]:
        return self._answer("batch_write_item", arguments)

    def _answer(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        self.calls.append((operation, arguments))
        answer = self._answers.pop(0) if self._answers else {}
        if isinstance(answer, BaseException):
            raise answer
        return answer


def test_a_connection_subscribes_to_both_its_feeds_in_one_request() -> None:
    client = Client({})

    Subscribers(client, "feeds").subscribe(ALICE)

    [(operation, arguments)] = client.calls
    [first, second] = arguments["RequestItems"]["feeds"]
    assert operation == "batch_write_item"
    assert [each["PutRequest"]["Item"]["feed"]["S"] for each in (first, second)] == [
        "session#s-1",
        "user#alice",
    ]
    assert first["PutRequest"]["Item"] == {
        "feed": {"S": "session#s-1"},
        "key": {"S": f"s#{ALICE.connection_id}"},
        "user_id": {"S": "alice"},
        "session_id": {"S": "s-1"},
        "connected_at": {"N": str(CONNECTED_AT)},
        "events_expire_at": {"N": str(ALICE.events_expire_at)},
        "expires_at": {"N": str(CONNECTED_AT // 1000 + 7_800)},
    }


def test_what_is_left_unprocessed_is_written_again() -> None:
    left = {"feeds": [{"PutRequest": {"Item": {"feed": {"S": "user#alice"}}}}]}
    client = Client({"UnprocessedItems": left}, {})

    Subscribers(client, "feeds").subscribe(ALICE)

    assert [arguments["RequestItems"] for _, arguments in client.calls][1:] == [left]


def test_what_stays_unprocessed_is_unavailable() -> None:
    left: dict[str, Any] = {"UnprocessedItems": {"feeds": [{}]}}

    with pytest.raises(Unavailable):
        Subscribers(Client(left, left, left), "feeds").subscribe(ALICE)


def test_subscribers_are_read_consistently() -> None:
    client = Client({"Items": []})

    Subscribers(client, "feeds").of("user#alice", CONNECTED_AT)

    [(_, arguments)] = client.calls
    assert arguments["ConsistentRead"] is True
    assert arguments["KeyConditionExpression"] == "feed = :feed AND #key BETWEEN :first AND :last"


@pytest.mark.parametrize(
    "fault",
    [
        failure("ThrottlingException"),
        failure("ResourceNotFoundException"),
        failure("AccessDeniedException"),
        failure("InternalServerError", 500),
        ReadTimeoutError(endpoint_url="secret"),
    ],
)
def test_a_users_connections_that_cannot_be_counted_are_unavailable(fault: BaseException) -> None:
    with pytest.raises(Unavailable) as caught:
        Subscribers(Client(fault), "feeds").of_user("alice", CONNECTED_AT)

    assert "secret" not in caught.value.problem


def test_a_delivery_that_is_denied_is_a_fault_and_not_only_late() -> None:
    with pytest.raises(ClientError):
        Subscribers(Client(failure("AccessDeniedException")), "feeds").of("user#alice", CONNECTED_AT)
