"""What the log makes of DynamoDB's faults."""

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from functions.domain.log.claims import Take
from functions.domain.refusals import Unavailable
from tests.unit.aws.dynamodb import NOTHING, TAKE, TEXT, Client, cancelled, failure, log


def test_a_transaction_conflict_is_tried_again() -> None:
    conflict = cancelled({"Code": "TransactionConflict"}, NOTHING)
    client = Client(conflict, conflict, {})

    assert log(client).append(TEXT, (TAKE,)) is True

    assert len(client.calls) == 3
    assert client.calls[0] == client.calls[2]


def test_a_conflict_that_lasts_is_unavailable() -> None:
    conflict = cancelled(NOTHING, {"Code": "TransactionConflict"})
    client = Client(*[conflict] * 3, {})

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


def test_a_throttled_read_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        list(log(Client(failure("ThrottlingException"))).items("c-1"))
