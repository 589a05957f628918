"""What the log asks of DynamoDB, and what it makes of the answers."""

import pytest

from functions.aws.log.event_items import encode
from functions.aws.log.event_log import ClaimRefusedError
from tests.unit.aws.dynamodb import NOTHING, PUT, RELEASE, TAKE, TEXT, Client, cancelled, failed, failure, log


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


def test_a_connections_items_are_read_consistently_page_by_page() -> None:
    item, key = encode(TEXT), {"event_id": {"S": "k"}}
    client = Client({"Items": [item], "LastEvaluatedKey": key}, {"Items": [item]})

    assert list(log(client).items("c-1")) == [item, item]

    first, second = (arguments for _, arguments in client.calls)
    assert first["TableName"] == "events"
    assert first["ConsistentRead"] is True
    assert first["KeyConditionExpression"] == "connection_id = :connection_id"
    assert first["ExpressionAttributeValues"] == {":connection_id": {"S": "c-1"}}
    assert second["ExclusiveStartKey"] == key
