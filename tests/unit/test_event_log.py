"""What the log asks of DynamoDB, and what it makes of the answers."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from functions.aws.event_items import encode
from functions.aws.event_log import ClaimRefusedError, EventLog
from functions.domain.claims import Release, Take
from functions.domain.events import TextMessageReceived, event
from functions.domain.refusals import Unavailable
from tests.gateway_events import cause

TEXT = event(cause(), TextMessageReceived("hello"))
PUT = {
    "TableName": "events",
    "Item": encode(TEXT),
    "ConditionExpression": "attribute_not_exists(event_id)",
}
TAKE = Take("reply#s-1#m-1", "mine", 100, 200, overrides_below="k")
RELEASE = Release("voice#1", "mine")
NOTHING = {"Code": "None"}


class Client:
    """A DynamoDB client that records calls and answers what it was told, one after the other."""

    def __init__(self, *answers: dict[str, Any] | BaseException) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._answers = list(answers)

    def put_item(self, **arguments: Any) -> dict[str, Any]:
        return self._answer("put_item", arguments)

    def transact_write_items(self, **arguments: Any) -> dict[str, Any]:
        return self._answer("transact_write_items", arguments)

    def query(self, **arguments: Any) -> dict[str, Any]:
        return self._answer("query", arguments)

    def _answer(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        self.calls.append((operation, arguments))
        answer = self._answers.pop(0) if self._answers else {}
        if isinstance(answer, BaseException):
            raise answer
        return answer


def failure(code: str, status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "secret"}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]  # the rest of the metadata is never read
        "PutItem",
    )


def cancelled(*reasons: dict[str, Any]) -> ClientError:
    response: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": "secret"},
        "CancellationReasons": list(reasons),
    }
    return ClientError(response, "TransactWriteItems")


def failed(held: str | None = None) -> dict[str, Any]:
    """Return the reason of an action whose condition failed on an item with a value."""
    return {"Code": "ConditionalCheckFailed"} | ({"Item": {"value": {"S": held}}} if held else {})


def log(client: Client) -> EventLog:
    return EventLog(client, "events", "claims")


def test_an_append_is_one_conditional_put() -> None:
    client = Client()

    assert log(client).append(TEXT) is True

    assert client.calls == [("put_item", PUT)]


def test_a_duplicate_is_a_success_that_is_not_new() -> None:
    client = Client(failure("ConditionalCheckFailedException"))

    assert log(client).append(TEXT) is False

    assert len(client.calls) == 1


def test_claims_are_decided_in_the_events_own_transaction() -> None:
    client = Client()

    assert log(client).append(TEXT, (TAKE, RELEASE)) is True

    common = {
        "TableName": "claims",
        "ExpressionAttributeNames": {"#value": "value"},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    take = {
        **common,
        "Item": {"claim": {"S": "reply#s-1#m-1"}, "value": {"S": "mine"}, "expires_at": {"N": "200"}},
        "ConditionExpression": "attribute_not_exists(claim) OR expires_at <= :now"
        " OR #value = :value OR #value < :overrides_below",
        "ExpressionAttributeValues": {
            ":now": {"N": "100"},
            ":value": {"S": "mine"},
            ":overrides_below": {"S": "k"},
        },
    }
    release = {
        **common,
        "Key": {"claim": {"S": "voice#1"}},
        "ConditionExpression": "#value = :value",
        "ExpressionAttributeValues": {":value": {"S": "mine"}},
    }
    actions = [{"Put": PUT}, {"Put": take}, {"Delete": release}]
    assert client.calls == [("transact_write_items", {"TransactItems": actions})]


def test_what_stands_against_a_claim_comes_back_with_the_refusal() -> None:
    client = Client(cancelled(NOTHING, NOTHING, failed("theirs")))

    with pytest.raises(ClaimRefusedError) as caught:
        log(client).append(TEXT, (TAKE, RELEASE))

    assert (caught.value.claim, caught.value.held) == (RELEASE, "theirs")
    assert len(client.calls) == 1


def test_the_first_claim_that_is_refused_counts() -> None:
    client = Client(cancelled(NOTHING, failed("first"), failed("second")))

    with pytest.raises(ClaimRefusedError) as caught:
        log(client).append(TEXT, (TAKE, RELEASE))

    assert (caught.value.claim, caught.value.held) == (TAKE, "first")


def test_nothing_may_stand_against_a_release() -> None:
    with pytest.raises(ClaimRefusedError) as caught:
        log(Client(cancelled(NOTHING, failed()))).append(TEXT, (RELEASE,))

    assert caught.value.held is None


def test_a_retry_whose_first_try_was_written_is_a_success_whatever_became_of_its_claims() -> None:
    client = Client(cancelled(failed(), failed("theirs")))

    assert log(client).append(TEXT, (TAKE,)) is False


def test_a_transaction_conflict_is_tried_again() -> None:
    conflict = cancelled({"Code": "TransactionConflict"}, NOTHING)
    client = Client(conflict, conflict, {})

    assert log(client).append(TEXT, (TAKE,)) is True

    assert len(client.calls) == 3
    assert client.calls[0] == client.calls[2]


def test_a_conflict_that_lasts_is_unavailable() -> None:
    conflict = cancelled(NOTHING, {"Code": "TransactionConflict"})
    client = Client(conflict, conflict, conflict, {})

    with pytest.raises(Unavailable):
        log(client).append(TEXT, (TAKE,))

    assert len(client.calls) == 3


@pytest.mark.parametrize(
    "fault",
    [
        failure("ProvisionedThroughputExceededException"),
        failure("ThrottlingException"),
        failure("RequestLimitExceeded"),
        failure("InternalServerError", 500),
        failure("Whatever", 500),
        failure("ServiceUnavailable", 503),
        failure("TransactionInProgressException"),
        cancelled({"Code": "ThrottlingError"}, NOTHING),
        ConnectTimeoutError(endpoint_url="secret"),
        ReadTimeoutError(endpoint_url="secret"),
    ],
)
@pytest.mark.parametrize("claims", [(), (TAKE,)])
def test_what_passes_is_unavailable_and_tells_nothing(fault: BaseException, claims: tuple[Take, ...]) -> None:
    client = Client(*[fault] * 3)

    with pytest.raises(Unavailable) as caught:
        log(client).append(TEXT, claims)

    assert caught.value.retry_after == 1
    assert "secret" not in f"{caught.value} {caught.value.message} {caught.value.problem}"


@pytest.mark.parametrize(
    "fault",
    [
        failure("ValidationException"),
        failure("ResourceNotFoundException"),
        failure("AccessDeniedException"),
        cancelled({"Code": "ValidationError"}, NOTHING),
        cancelled({"Code": "TransactionConflict"}, {"Code": "ItemCollectionSizeLimitExceeded"}),
    ],
)
@pytest.mark.parametrize("claims", [(), (TAKE,)])
def test_what_does_not_pass_is_raised(fault: ClientError, claims: tuple[Take, ...]) -> None:
    with pytest.raises(ClientError):
        log(Client(*[fault] * 3)).append(TEXT, claims)


def test_a_connections_items_are_read_consistently_page_by_page() -> None:
    item, key = encode(TEXT), {"event_id": {"S": "k"}}
    client = Client({"Items": [item], "LastEvaluatedKey": key}, {"Items": [item]})

    assert list(log(client).items("c-1")) == [item, item]

    first, second = (arguments for _, arguments in client.calls)
    assert first["ConsistentRead"] is True
    assert first["KeyConditionExpression"] == "connection_id = :connection_id"
    assert first["ExpressionAttributeValues"] == {":connection_id": {"S": "c-1"}}
    assert second["ExclusiveStartKey"] == key


def test_a_throttled_read_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        list(log(Client(failure("ThrottlingException"))).items("c-1"))
