"""Tables that are generated while they are read, so that there can be more in them than memory holds.

They stand in for a DynamoDB client where an operation walks over everything: the log is read in pages, and
the read models are what the log says, so that nothing differs. Writes are counted and forgotten.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from benchmarks.generating import RETENTION_DAYS, USERS, Generated
from functions.aws.attributes import Item, to_item
from functions.aws.log.event_items import encode
from ops.deployment import Deployment, Outputs

_SMALL: Final = 400
"""Bytes of an event without a text, about."""

OUTPUTS: Final = Outputs(
    events_table="events",
    connections_table="connections",
    messages_table="messages",
    sessions_table="sessions",
    metrics_table="metrics",
    projector_failure_queue="https://sqs.us-east-1.amazonaws.com/000000000000/failures",
    region="us-east-1",
    retention_days=RETENTION_DAYS,
    projector_timeout_seconds=60,
)


@dataclass
class GeneratedTables(Generated):
    """A stand-in for a DynamoDB client.

    Attributes
    ----------
    page_bytes
        About how much is read at once.
    control
        The control item; None before the first rebuild.
    requests
        How often each operation was asked for.
    """

    page_bytes: int = 1_000_000
    control: Item | None = None
    requests: Counter[str] = field(default_factory=Counter)

    # --- how it is read -----------------------------------------------------------------------------

    def get_item(self, **_: Any) -> dict[str, Any]:
        """Answer as the client does; only the control item is read so."""
        self.requests["get_item"] += 1
        return {"Item": self.control} if self.control else {}

    def query(self, **query: Any) -> dict[str, Any]:
        """Give a page of a connection's log."""
        self.requests["query"] += 1
        connection_id = query["ExpressionAttributeValues"][":connection_id"]["S"]
        connection = int(connection_id[1:-1])
        start = query.get("ExclusiveStartKey")
        first = int(start["event_id"]["N"]) + 1 if start else 0
        count = query.get("Limit") or max(1, self.page_bytes // (_SMALL + self.text_bytes))
        page: dict[str, Any] = {"Items": [encode(each) for each in self.events(connection, first, count)]}
        if first + count < self.texts + 2:
            page["LastEvaluatedKey"] = {"event_id": {"N": str(first + count - 1)}}
        return page

    def scan(self, **query: Any) -> dict[str, Any]:
        """Give a page of a segment: of the log the connections, of the other tables the keys."""
        self.requests["scan"] += 1
        if "FilterExpression" in query:  # what a rebuild deletes
            return {"Items": []}
        table, each = query["TableName"], self.texts + 2
        first, last = (
            self.connections * (query["Segment"] + more) // query["TotalSegments"] * each for more in (0, 1)
        )
        start = query.get("ExclusiveStartKey")
        if start:
            first = int(start["event_id"]["S"]) + 1
        end = min(last, first + max(1, self.page_bytes // (_SMALL + self.text_bytes)))
        items = [item for position in range(first, end) for item in self._scanned(table, position)]
        page: dict[str, Any] = {"Items": items}
        if end < last:
            key = {"connection_id": f"c{(end - 1) // each:011d}=", "event_id": str(end - 1)}
            page["LastEvaluatedKey"] = to_item(key)
        return page

    def _scanned(self, table: str, position: int) -> Iterator[Item]:
        connection, number = divmod(position, self.texts + 2)
        if table == OUTPUTS.events_table:
            yield {"connection_id": {"S": f"c{connection:011d}="}}
        elif table == OUTPUTS.connections_table and number == 0:
            row = self.row(connection)
            yield {name: row[name] for name in ("connectionId", "expires_at", "generation")}
        elif table == OUTPUTS.sessions_table and number == 0:
            yield {"user_id": {"S": f"user-{connection % USERS}"}}
        elif table == OUTPUTS.messages_table:
            for item in self.messages(connection, number, 1):
                yield {**item, "text": {"S": ""}}

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - botocore's name
        """Give rows and messages."""
        self.requests["batch_get_item"] += 1
        answers: dict[str, list[Item]] = {}
        for table, asked in RequestItems.items():
            if table == OUTPUTS.metrics_table:
                answers[table] = [self.control] if self.control else []
            elif table == OUTPUTS.connections_table:
                answers[table] = [self.row(int(key["connectionId"]["S"][1:-1])) for key in asked["Keys"]]
            elif table == OUTPUTS.sessions_table:  # that they are there, and of which generation
                counted = {"revision": {"N": "1"}, "generation": {"N": "0"}}
                answers[table] = [{**key, **counted} for key in asked["Keys"]]
            else:
                answers[table] = [item for key in asked["Keys"] for item in self._message(key)]
        return {"Responses": answers}

    def _message(self, key: Item) -> Iterator[Item]:
        connection = int(key["conversation"]["S"].removeprefix("session-"))
        number = self.numbers(connection)[key["event_id"]["S"]]
        yield from self.messages(connection, number, 1)

    def get_paginator(self, _operation: str) -> "GeneratedTables":
        """Give what pages through the counters, and through what there is of a user."""
        return self

    def paginate(self, **query: Any) -> Iterator[dict[str, Any]]:
        """Yield the counters of a name, each in one shard, minutes before days; or what a user has."""
        if ":user" in query["ExpressionAttributeValues"]:
            yield from self._of_user(query)
            return
        name = query["ExpressionAttributeValues"][":metric"]["S"]
        if "FilterExpression" in query:  # what a rebuild forgets
            return
        for key, count in self.counters(name):
            yield {"Items": [to_item({"bucket": key.shard(0), "count": count})]}

    def _of_user(self, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
        user = int(query["ExpressionAttributeValues"][":user"]["S"].removeprefix("user-"))
        for connection in range(user, self.connections, USERS):
            if query["TableName"] == OUTPUTS.sessions_table:
                yield {"Items": [self.session(connection)]}
            else:
                yield from ({"Items": [encode(each)]} for each in self.events(connection))

    # --- how it is written --------------------------------------------------------------------------

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        """Take what is written, as text as it would travel."""
        self.requests["transact_write_items"] += 1
        json.dumps(request)
        return {}

    def put_item(self, **put: Any) -> dict[str, Any]:
        """Take the control item."""
        self.control = put["Item"]
        return {}

    def update_item(self, **_: Any) -> dict[str, Any]:
        """Take how far a rebuild has come."""
        self.requests["update_item"] += 1
        return {}


@dataclass(frozen=True)
class GeneratedDeployment(Deployment):
    """Generated tables, as the operators' commands work on them."""

    tables: GeneratedTables = field(default_factory=lambda: GeneratedTables(0))

    @cached_property
    def client(self) -> Any:
        """The stand-in."""
        return self.tables


def deployment(tables: GeneratedTables) -> GeneratedDeployment:
    """Return generated tables as a deployment."""
    return GeneratedDeployment(OUTPUTS, tables)
