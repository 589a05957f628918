"""What the log asks of DynamoDB, and what it makes of the answers."""

from typing import Any

import msgspec
import pytest

from functions.aws.log.event_items import encode
from functions.aws.log.event_log import ClaimRefusedError
from functions.domain.log.claims import Count, Reserve, Settle
from tests.unit.aws.dynamodb import (
    CONFLICT,
    NOTHING,
    PUT,
    RELEASE,
    TAKE,
    TEXT,
    Client,
    cancelled,
    failed,
    failure,
    log,
)


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
        " OR #value < :overrides_below OR (#value = :value AND expires_at <= :expires_at)",
        "ExpressionAttributeValues": {
            ":now": {"N": "100"},
            ":value": {"S": "mine"},
            ":overrides_below": {"S": "k"},
            ":expires_at": {"N": "200"},
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


def test_a_count_goes_up_by_one_below_its_limit() -> None:
    client = Client()

    log(client).append(TEXT, (Count("voices#ada#60", 6, 3_660),))

    ((_, sent),) = client.calls
    assert sent["TransactItems"][1]["Update"] == {
        "TableName": "claims",
        "Key": {"claim": {"S": "voices#ada#60"}},
        "UpdateExpression": "ADD #count :one SET expires_at = :expires_at",
        "ConditionExpression": "attribute_not_exists(claim) OR #count < :limit",
        "ExpressionAttributeNames": {"#count": "count"},
        "ExpressionAttributeValues": {
            ":limit": {"N": "6"},
            ":one": {"N": "1"},
            ":expires_at": {"N": "3660"},
        },
    }


def test_a_count_of_bytes_is_the_same_write() -> None:
    client = Client()

    log(client).append(TEXT, (Count("texts#ada#60", 60, 3_660, 500, 120_000),))

    ((_, sent),) = client.calls
    assert len(sent["TransactItems"]) == 2
    update = sent["TransactItems"][1]["Update"]
    assert update["UpdateExpression"] == "ADD #count :one, #bytes :bytes SET expires_at = :expires_at"
    assert update["ConditionExpression"] == (
        "attribute_not_exists(claim) OR (#count < :limit AND #bytes <= :rest)"
    )
    assert update["ExpressionAttributeNames"] == {"#count": "count", "#bytes": "bytes"}
    values = update["ExpressionAttributeValues"]
    assert (values[":bytes"], values[":rest"]) == ({"N": "500"}, {"N": "119500"})


RESERVED = {
    "TableName": "claims",
    "Key": {"claim": {"S": "tokens#ada#0"}},
    "UpdateExpression": "ADD reserved :amount SET expires_at = :expires_at",
}


@pytest.mark.parametrize(
    ("amount", "condition"),
    [(100, "attribute_not_exists(claim) OR reserved <= :rest"), (101, "reserved <= :rest")],
)
def test_what_is_reserved_fits_beside_what_is_there(amount: int, condition: str) -> None:
    client = Client()

    log(client).append(TEXT, (Reserve("tokens#ada#0", amount, 100, 3_660),))

    ((_, sent),) = client.calls
    assert sent["TransactItems"][1]["Update"] == {
        **RESERVED,
        "ConditionExpression": condition,
        "ExpressionAttributeValues": {
            ":amount": {"N": str(amount)},
            ":rest": {"N": str(100 - amount)},
            ":expires_at": {"N": "3660"},
        },
    }


def test_what_is_settled_is_under_no_condition() -> None:
    client = Client()

    log(client).append(TEXT, (Settle("tokens#ada#0", -40, 3_660),))

    ((_, sent),) = client.calls
    assert sent["TransactItems"][1]["Update"] == {
        **RESERVED,
        "ExpressionAttributeValues": {":amount": {"N": "-40"}, ":expires_at": {"N": "3660"}},
    }


def test_what_stands_against_a_claim_comes_back_with_the_refusal() -> None:
    client = Client(cancelled(NOTHING, NOTHING, failed("theirs")))

    with pytest.raises(ClaimRefusedError) as caught:
        log(client).append(TEXT, (TAKE, RELEASE))

    assert caught.value.standing == {RELEASE.key: "theirs"}
    assert len(client.calls) == 1


def test_what_stands_against_each_of_several_claims_comes_back() -> None:
    client = Client(cancelled(NOTHING, failed("first"), failed("second")))

    with pytest.raises(ClaimRefusedError) as caught:
        log(client).append(TEXT, (TAKE, RELEASE))

    assert caught.value.standing == {TAKE.key: "first", RELEASE.key: "second"}
    assert str(caught.value) == f"{TAKE.key} holds 'first', {RELEASE.key} holds 'second'"


@pytest.mark.parametrize("reasons", [(failed("theirs"), CONFLICT), (CONFLICT, failed("theirs"))])
def test_a_refusal_is_not_told_while_another_claim_is_undecided(reasons: tuple[Any, Any]) -> None:
    client = Client(cancelled(NOTHING, *reasons), cancelled(NOTHING, failed("theirs"), failed("open")))

    with pytest.raises(ClaimRefusedError) as caught:
        log(client).append(TEXT, (TAKE, RELEASE))

    assert caught.value.standing == {TAKE.key: "theirs", RELEASE.key: "open"}


def test_a_count_in_which_others_count_keeps_no_refusal_back() -> None:
    client = Client(cancelled(NOTHING, failed("theirs"), CONFLICT))

    with pytest.raises(ClaimRefusedError) as caught:
        log(client).append(TEXT, (TAKE, Count("texts#alice#1", 60, 200)))

    assert caught.value.standing == {TAKE.key: "theirs"}
    assert len(client.calls) == 1


def test_nothing_may_stand_against_a_release() -> None:
    with pytest.raises(ClaimRefusedError) as caught:
        log(Client(cancelled(NOTHING, failed()))).append(TEXT, (RELEASE,))

    assert caught.value.standing == {RELEASE.key: None}


def test_a_retry_whose_first_try_was_written_is_a_success_whatever_became_of_its_claims() -> None:
    client = Client(cancelled(failed(), failed("theirs")))

    assert log(client).append(TEXT, (TAKE,)) is False


def test_of_events_that_share_an_id_the_one_that_is_there_is_told() -> None:
    refused = failure("ConditionalCheckFailedException")
    refused.response["Item"] = {"type": {"S": "ConnectionOpened"}}  # type: ignore[typeddict-unknown-key]  # of this error
    client = Client(refused, {})

    assert [log(client).append_exclusive(TEXT) for _ in range(2)] == ["ConnectionOpened", TEXT.type]

    asked = {**PUT, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    assert client.calls == [("put_item", asked)] * 2


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


def test_an_instance_knows_the_latest_thousand_events_to_be_there_and_forgets_the_oldest() -> None:
    client = Client()
    events = [msgspec.structs.replace(TEXT, event_id=f"{number:026}") for number in range(1_001)]
    known = log(client)
    for each in events:
        known.append_once(each)

    for each in events[1:]:
        known.append_once(each)
    written_again = len(client.calls) - 1_001
    known.append_once(events[0])

    assert written_again == 0
    assert len(client.calls) == 1_002
