"""The tables: keys and indexes as the functions know them, on demand, expiring, encrypted."""

from typing import Any

import pytest

from functions import names
from tests.infra.program import STACKS, evaluate, evaluated, stack_config

KEYS = {
    "event-store-events": names.EVENTS_KEY,
    "event-store-claims": names.CLAIMS_KEY,
    "feed-store-feeds": names.FEEDS_KEY,
    "read-model-connections": names.CONNECTIONS_KEY,
    "read-model-metrics": names.METRICS_KEY,
    "read-model-messages": names.MESSAGES_KEY,
    "read-model-sessions": names.SESSIONS_KEY,
}


def inputs(table: str, stack: str = "prod") -> dict[str, Any]:
    return evaluated(stack).named(table).inputs


def indexes(table: str) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in inputs(table)["globalSecondaryIndexes"]}


def key_of(index: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["attributeName"], each["keyType"]) for each in index["keySchemas"]]


@pytest.mark.parametrize("table", KEYS)
def test_a_table_has_the_key_that_the_functions_use(table: str) -> None:
    found = inputs(table)

    assert tuple(found[key] for key in ("hashKey", "rangeKey") if key in found) == KEYS[table]


@pytest.mark.parametrize("stack", STACKS)
def test_every_table_is_on_demand(stack: str) -> None:
    tables = evaluated(stack).of_type(":Table")

    assert {each.inputs["billingMode"] for each in tables} == {"PAY_PER_REQUEST"}


@pytest.mark.parametrize("stack", STACKS)
def test_every_table_expires_its_items(stack: str) -> None:
    tables = evaluated(stack).of_type(":Table")

    assert [each.inputs["ttl"] for each in tables] == [{"attributeName": "expires_at", "enabled": True}] * 7


@pytest.mark.parametrize("table", KEYS)
def test_attributes_are_the_keys_and_no_others(table: str) -> None:
    found = inputs(table)

    declared = {each["name"]: each["type"] for each in found["attributes"]}
    index_keys = {
        key["attributeName"]
        for index in found.get("globalSecondaryIndexes", [])
        for key in index["keySchemas"]
    }
    assert set(declared) == {*KEYS[table], *index_keys}
    assert {name for name, kind in declared.items() if kind == "N"} == names.NUMERIC_KEYS & set(declared)


def test_the_log_is_queried_by_user_and_by_arrival_with_all_attributes() -> None:
    found = indexes("event-store-events")

    assert key_of(found["by-user"]) == [("user_id", "HASH"), ("event_id", "RANGE")]
    assert key_of(found["by-arrival"]) == [("arrival_day", "HASH"), ("arrived_at", "RANGE")]
    assert {each["projectionType"] for each in found.values()} == {"ALL"}


def test_the_connections_are_listed_by_user_and_by_activity() -> None:
    found = indexes("read-model-connections")

    assert key_of(found["userId-index"]) == [("userId", "HASH"), ("createdAt", "RANGE")]
    assert key_of(found["active-index"]) == [("activeShard", "HASH"), ("activeSince", "RANGE")]


@pytest.mark.parametrize("index", ["userId-index", "active-index"])
def test_an_index_of_connections_holds_what_a_list_shows_and_no_more(index: str) -> None:
    found = indexes("read-model-connections")[index]

    keys = {"connectionId", *(attribute for attribute, _ in key_of(found))}
    assert found["projectionType"] == "INCLUDE"
    assert set(found["nonKeyAttributes"]) | keys == {*names.CONNECTION_INDEXED, *keys}
    assert set(found["nonKeyAttributes"]) & keys == set()


def test_the_sessions_are_listed_by_activity_with_keys_only() -> None:
    found = indexes("read-model-sessions")["by-activity"]

    assert key_of(found) == [("user_id", "HASH"), ("last_activity", "RANGE")]
    assert found["projectionType"] == "KEYS_ONLY"


def test_only_the_log_has_a_stream() -> None:
    streams = {
        each.name: each.inputs.get("streamViewType")
        for each in evaluated("prod").of_type(":Table")
        if each.inputs.get("streamEnabled")
    }

    assert streams == {"event-store-events": "NEW_IMAGE"}


def test_prod_can_restore_the_log_with_claims_and_feeds_and_nothing_that_is_rebuilt() -> None:
    tables = evaluated("prod").of_type(":Table")

    restorable = {each.name for each in tables if each.inputs["pointInTimeRecovery"]["enabled"]}
    assert restorable == {"event-store-events", "event-store-claims", "feed-store-feeds"}


def test_recovery_is_a_setting() -> None:
    config = stack_config("prod", log={"pointInTimeRecovery": "false"})

    tables = evaluate("prod", config).of_type(":Table")

    assert {each.inputs["pointInTimeRecovery"]["enabled"] for each in tables} == {False}


def test_tables_are_encrypted_with_the_key_that_has_no_price() -> None:
    tables = evaluated("prod").of_type(":Table")

    # without the argument DynamoDB encrypts with a key of its own; with it, a key in KMS is paid
    assert [each.name for each in tables if "serverSideEncryption" in each.inputs] == []
