"""What the session left in the tables, read until it is there or the time is up."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from functions import names
from functions.aws.attributes import from_item
from ops.deployment import Deployment
from ops.read_models.control import ControlItem
from ops.read_models.counts import counted

DEADLINE_SECONDS = 15.0
_POLL_SECONDS = 0.1

T = TypeVar("T")


@dataclass(frozen=True)
class Event:
    """One event of the log."""

    id: str
    type: str
    at: int
    """Epoch milliseconds."""
    connection_id: str
    data: str
    """What it carries, for people."""


@dataclass(frozen=True)
class Row:
    """A connection as the read model shows it."""

    shown: tuple[tuple[str, str], ...]
    """The public attributes that it has, for people."""
    status: str
    disconnected: bool
    frames: int
    """Voice frames over all voice sessions."""


def eventually(read: Callable[[], T], enough: Callable[[T], bool]) -> T:
    """Read until it is enough; the last that was read if it never is."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not enough(evidence := read()) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    return evidence


class Tables:
    """The tables, asked about one user."""

    def __init__(self, deployment: Deployment, user: str) -> None:
        self._deployment = deployment
        self._client = deployment.client
        self._user = user

    def events(self) -> list[Event]:
        """The user's events, in the order of their ids."""
        items = self._query(
            self._deployment.outputs.events_table, names.EVENTS_BY_USER, names.EVENTS_BY_USER_KEY[0]
        )
        return [
            Event(
                id=item["event_id"],
                type=item["type"],
                at=item["at"],
                connection_id=item["connection_id"],
                data=", ".join(f"{key} {value}" for key, value in item.get("data", {}).items()),
            )
            for item in items
        ]

    def row(self) -> Row | None:
        """The user's newest connection."""
        items = self._query(
            self._deployment.outputs.connections_table,
            names.CONNECTIONS_BY_USER,
            names.CONNECTIONS_BY_USER_KEY[0],
        )
        if not items:
            return None
        answer = self._client.get_item(
            TableName=self._deployment.outputs.connections_table,
            Key={"connectionId": {"S": items[-1]["connectionId"]}},
            ConsistentRead=True,
        )
        item = from_item(answer["Item"])
        return Row(
            shown=tuple((name, str(item[name])) for name in names.CONNECTION_INFO if name in item),
            status=item["status"],
            disconnected="disconnectedAt" in item,
            frames=sum(voice["frames"] for voice in item.get("voice", {}).values()),
        )

    def metrics(self) -> Counter[str]:
        """The counters of all days, and what is active now, of the generation that is being served."""
        serving = ControlItem(self._client, self._deployment.outputs.metrics_table).read().serving
        totals: Counter[str] = Counter()
        for key, count in counted(self._deployment, serving).items():
            if key.resolution in {"day", "now"}:
                totals[key.name] += count
        return totals

    def _query(self, table: str, index: str, key: str) -> list[dict[str, Any]]:
        answer = self._client.query(
            TableName=table,
            IndexName=index,
            KeyConditionExpression="#key = :user",
            ExpressionAttributeNames={"#key": key},
            ExpressionAttributeValues={":user": {"S": self._user}},
        )
        return [from_item(item) for item in answer["Items"]]
