"""Which partition keys a request names for the emulator's policies: those of the items that it is about."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ministack.services import dynamodb  # type: ignore[import-untyped]  # it has no stubs

from local import ministack_with_keys as keyed

KEY = "dynamodb:LeadingKeys"
PUT = {"TableName": "keyed-claims", "Item": {"value": {"S": "x"}, "claim": {"S": "ticket#1"}}}
DELETE = {"TableName": "keyed-claims", "Key": {"claim": {"S": "voice#1"}}}
APPEND = {"TableName": "keyed-events", "Item": {"event_id": {"S": "01"}, "connection_id": {"S": "c="}}}


@pytest.fixture(autouse=True)
def tables() -> Iterator[None]:
    found = {"keyed-claims": "claim", "keyed-events": "connection_id"}
    for name, key in found.items():
        dynamodb._tables[name] = {"pk_name": key}  # noqa: SLF001 - as the emulator holds them
    yield
    for name in found:
        del dynamodb._tables[name]  # noqa: SLF001 - likewise


def keys(request: Any) -> Any:
    return keyed.service_context(json.dumps(request).encode()).get(KEY)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (PUT, ["ticket#1"]),
        (DELETE, ["voice#1"]),
        ({**DELETE, "TableName": "arn:aws:dynamodb:us-east-1:000000000000:table/keyed-claims"}, ["voice#1"]),
        (APPEND, ["c="]),
    ],
)
def test_a_request_on_one_item_says_its_key(request_: object, expected: list[str]) -> None:
    assert keys(request_) == expected


@pytest.mark.parametrize(
    "request_",
    [
        {"TableName": "keyed-claims"},
        {"TableName": "keyed-claims", "KeyConditionExpression": "claim = :claim"},
        {"RequestItems": {"keyed-claims": [{"PutRequest": {"Item": PUT["Item"]}}]}},
        {"TransactItems": [{"Put": PUT}]},
        {**PUT, "TableName": "not-there"},
        {**PUT, "Item": "no item"},
        {},
        [],
    ],
)
def test_any_other_request_says_none(request_: object) -> None:
    assert keys(request_) is None


def test_what_is_no_json_says_none() -> None:
    assert KEY not in keyed.service_context(b"{")


def test_each_action_of_a_transaction_says_its_own_key() -> None:
    body = json.dumps({"TransactItems": [{"Put": APPEND}, {"Put": PUT}, {"Delete": DELETE}]}).encode()

    checks: Any = keyed.transaction_checks("dynamodb:TransactWriteItems", body, "us-east-1", "000000000000")

    table = "arn:aws:dynamodb:us-east-1:000000000000:table/keyed-"
    assert [(action, str(arn), arn.context) for action, arn in checks] == [
        ("dynamodb:PutItem", f"{table}events", {KEY: ["c="]}),
        ("dynamodb:PutItem", f"{table}claims", {KEY: ["ticket#1"]}),
        ("dynamodb:DeleteItem", f"{table}claims", {KEY: ["voice#1"]}),
    ]


def test_what_is_no_transaction_has_no_such_actions() -> None:
    assert keyed.transaction_checks("dynamodb:PutItem", json.dumps(PUT).encode(), "us-east-1", "0") == []
