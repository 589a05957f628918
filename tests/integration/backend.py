"""The deployed backend, seen from outside: its log, its tables, its functions."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec

from functions.aws.attributes import Item, from_item
from functions.aws.clients import management
from functions.aws.log.event_items import decode
from functions.aws.read_models.connection_items import decode as decode_row
from functions.domain.connections.connection import Connection
from functions.domain.connections.counters import NOW, Contribution
from functions.domain.log.events import Event
from functions.domain.log.facts import ConnectionOpened
from functions.names import EVENTS_BY_USER
from local.cloud import Cloud
from local.outputs import Outputs
from ops.deployment import Deployment
from ops.deployment import Outputs as OpsOutputs
from ops.read_models import counts
from ops.read_models.control import ControlItem
from ops.read_models.differences import Difference
from ops.read_models.verify import verify


@dataclass(frozen=True)
class Backend:
    """One deployment.

    Attributes
    ----------
    opened
        The connections that tests have opened through the gateway so far.
    """

    outputs: Outputs
    opened: list[str] = field(default_factory=list)

    @cached_property
    def cloud(self) -> Cloud:
        """The emulated account, with the rights of its root."""
        return Cloud(self.outputs.aws_endpoint_url, self.outputs.region)

    @cached_property
    def deployment(self) -> Deployment:
        """What the operators' command line works on."""
        return Deployment(msgspec.convert(self.outputs.everything, OpsOutputs))

    @cached_property
    def callbacks(self) -> Any:
        """A client of the gateway's callbacks, with the rights of the root."""
        return management(
            self.outputs.management_endpoint,
            emulated=True,
            region_name=self.outputs.region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    # --- The log -----------------------------------------------------------------------------
    def events(self, connection_id: str) -> list[Event]:
        """Return the events of a connection in the order in which they happened."""
        events = [decode(item) for item in self.deployment.log.items(connection_id)]
        return sorted(events, key=lambda event: (event.at, event.event_id))

    def facts(self, connection_id: str) -> list[Any]:
        """Return what happened to a connection, in that order."""
        return [event.fact for event in self.events(connection_id)]

    def types(self, connection_id: str) -> list[str]:
        """Return the types of a connection's events, in that order."""
        return [event.type for event in self.events(connection_id)]

    def events_of_user(self, user_id: str) -> list[Event]:
        """Return the events of a user in the order of their ids."""
        pages = (
            self.cloud.client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=self.outputs.events_table,
                IndexName=EVENTS_BY_USER,
                KeyConditionExpression="user_id = :user",
                ExpressionAttributeValues={":user": {"S": user_id}},
            )
        )
        return [decode(item) for page in pages for item in page["Items"]]

    def opened_by(self, user_agent: str) -> list[str]:
        """Return the connections that a user agent opened, whoever the user was."""
        pages = (
            self.cloud.client("dynamodb")
            .get_paginator("scan")
            .paginate(TableName=self.outputs.events_table, ConsistentRead=True)
        )
        opened = [decode(item) for page in pages for item in page["Items"]]
        return [
            event.connection_id
            for event in opened
            if isinstance(event.fact, ConnectionOpened) and event.fact.user_agent == user_agent
        ]

    # --- The read models ---------------------------------------------------------------------
    def item(self, connection_id: str) -> dict[str, Any] | None:
        """Return the row of a connection as the table holds it, None if it has none."""
        found = self._item(connection_id)
        return from_item(found) if found else None

    def row(self, connection_id: str) -> Connection | None:
        """Return the row of a connection as the join that it holds, None if it has none."""
        found = self._item(connection_id)
        return decode_row(found).row if found else None

    def status(self, connection_id: str) -> str | None:
        """Return the status that a connection shows, None if it has no row."""
        row = self.row(connection_id)
        return row.status if row else None

    def _item(self, connection_id: str) -> Item | None:
        answer = self.cloud.client("dynamodb").get_item(
            TableName=self.outputs.connections_table,
            Key={"connectionId": {"S": connection_id}},
            ConsistentRead=True,
        )
        item: Item | None = answer.get("Item")
        return item

    def index(self, name: str, key: str, value: str) -> list[dict[str, Any]]:
        """Return the connections in one partition of an index, in its order."""
        answer = self.cloud.client("dynamodb").query(
            TableName=self.outputs.connections_table,
            IndexName=name,
            KeyConditionExpression="#key = :value",
            ExpressionAttributeNames={"#key": key},
            ExpressionAttributeValues={":value": {"S": value}},
        )
        return [from_item(item) for item in answer["Items"]]

    def messages(self, conversation: str) -> list[dict[str, Any]]:
        """Return the chat storage of a conversation, in the order of the ids."""
        answer = self.cloud.client("dynamodb").query(
            TableName=self.outputs.messages_table,
            KeyConditionExpression="conversation = :conversation",
            ExpressionAttributeValues={":conversation": {"S": conversation}},
            ConsistentRead=True,
        )
        return [from_item(item) for item in answer["Items"]]

    def feed(self, name: str) -> dict[str, dict[str, Any]]:
        """Return the items of a feed, by their keys."""
        answer = self.cloud.client("dynamodb").query(
            TableName=self.outputs.feeds_table,
            KeyConditionExpression="feed = :feed",
            ExpressionAttributeValues={":feed": {"S": name}},
            ConsistentRead=True,
        )
        return {item["key"]["S"]: from_item(item) for item in answer["Items"]}

    def counters(self) -> Contribution:
        """Return the counters that are served, over all time: by `NOW` or 0, and by name."""
        control = ControlItem(self.deployment.client, self.outputs.metrics_table)
        sums: dict[tuple[int, str], int] = {}
        for key, count in counts.counted(self.deployment, control.read().serving).items():
            if key.resolution != "minute":
                at = NOW if key.resolution == "now" else 0
                sums[at, key.name] = sums.get((at, key.name), 0) + count
        return sums

    def differences(self) -> tuple[Difference, ...]:
        """Return how the read models differ from the log, at this moment."""
        return verify(self.deployment, at_rest=True).differences

    def is_quiet(self) -> bool:
        """Tell whether everything is projected, the end of every connection of earlier tests too.

        Raises
        ------
        AssertionError
            Naming what is not.
        """
        rows = {connection: self.row(connection) for connection in self.opened}
        lively = [connection for connection, row in rows.items() if row is None or row.ended_at is None]
        assert lively == []
        assert list(self.differences()) == []
        return True

    # --- The functions -----------------------------------------------------------------------
    def invoke(self, function: str, payload: object) -> Any:
        """Invoke a function and return its answer; it must not fail."""
        answer = self.cloud.client("lambda").invoke(FunctionName=function, Payload=json.dumps(payload))
        answered = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, answered
        return answered

    def manage(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """Ask the connection manager."""
        request = {"operation": operation, **arguments}
        answered: dict[str, Any] = self.invoke(self.outputs.connection_manager_function, request)
        return answered

    def named(self, name: str) -> str:
        """Return the full name of the function that the program calls so."""
        return self.outputs.connection_manager_function.replace("connection-manager", name)


def moved(before: Contribution, after: Contribution) -> Contribution:
    """Return by how much each counter differs, but for seconds, which pass as they like."""
    changes = {key: after.get(key, 0) - before.get(key, 0) for key in {*before, *after}}
    return {key: change for key, change in changes.items() if change and key[1] != "voice_seconds"}
