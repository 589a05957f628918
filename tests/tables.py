"""The project's tables for tests: the keys, indexes and stream that the program gives them.

Nothing in them is deleted when it expires: a test has a clock of its own, whose present is a day of 2026, and
an emulator would delete by the machine's what the test still needs. What expires, a test deletes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from functions import names


@dataclass(frozen=True)
class Tables:
    """The physical names of the tables."""

    events: str
    claims: str
    connections: str
    metrics: str
    messages: str
    sessions: str
    feeds: str


@dataclass(frozen=True)
class Index:
    """A global secondary index; ``shows`` are the attributes it holds besides keys, all when None."""

    name: str
    key: Sequence[str]
    shows: Sequence[str] | None = None


def create_tables(client: Any, prefix: str) -> Tables:
    """Create all tables and return their names.

    Parameters
    ----------
    client
        A DynamoDB client.
    prefix
        What the names begin with, so that several sets fit in one emulator.
    """
    tables = Tables(*(f"{prefix}-{name}" for name in Tables.__dataclass_fields__))
    _create(
        client,
        tables.events,
        names.EVENTS_KEY,
        Index(names.EVENTS_BY_USER, names.EVENTS_BY_USER_KEY),
        Index(names.EVENTS_BY_ARRIVAL, names.EVENTS_BY_ARRIVAL_KEY),
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    _create(client, tables.claims, names.CLAIMS_KEY)
    _create(
        client,
        tables.connections,
        names.CONNECTIONS_KEY,
        Index(names.CONNECTIONS_BY_USER, names.CONNECTIONS_BY_USER_KEY, names.CONNECTION_INDEXED),
        Index(names.CONNECTIONS_ACTIVE, names.CONNECTIONS_ACTIVE_KEY, names.CONNECTION_INDEXED),
    )
    _create(client, tables.metrics, names.METRICS_KEY)
    _create(client, tables.messages, names.MESSAGES_KEY)
    _create(
        client,
        tables.sessions,
        names.SESSIONS_KEY,
        Index(names.SESSIONS_BY_ACTIVITY, names.SESSIONS_BY_ACTIVITY_KEY, ()),
    )
    _create(client, tables.feeds, names.FEEDS_KEY)
    return tables


def _create(client: Any, name: str, key: Sequence[str], *indexes: Index, **options: Any) -> None:
    attributes = dict.fromkeys([*key, *(attribute for index in indexes for attribute in index.key)])
    if indexes:
        options["GlobalSecondaryIndexes"] = [_index(key, index) for index in indexes]
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "N" if attribute in names.NUMERIC_KEYS else "S"}
            for attribute in attributes
        ],
        KeySchema=_key(key),
        **options,
    )
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})


def _key(key: Sequence[str]) -> list[dict[str, str]]:
    return [
        {"AttributeName": attribute, "KeyType": kind}
        for attribute, kind in zip(key, ("HASH", "RANGE"), strict=False)
    ]


def _index(table_key: Sequence[str], index: Index) -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": "ALL"}
    if index.shows == ():
        projection = {"ProjectionType": "KEYS_ONLY"}
    elif index.shows is not None:
        kept = {*table_key, *index.key}  # AWS refuses to be told of attributes that are always there
        projection = {
            "ProjectionType": "INCLUDE",
            "NonKeyAttributes": [attribute for attribute in index.shows if attribute not in kept],
        }
    return {"IndexName": index.name, "KeySchema": _key(index.key), "Projection": projection}
