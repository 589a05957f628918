"""A log and read models over tables of their own, and what a test does to the requests that reach them."""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.exceptions import ClientError

from functions.aws.log.event_items import encode
from functions.aws.log.event_log import EventLog
from functions.aws.read_models.read_model import ReadModel
from functions.domain.feeds.notifications import event_of
from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import Fact, NotificationSent
from functions.names import METRICS_KEY
from functions.operations.projection.batches import project_batch
from ops.deployment import Deployment, Outputs
from tests import consistency
from tests.gateway_events import CONNECTED_AT, EXPIRES_AT
from tests.standin.records import records_of
from tests.tables import Tables, create_tables

NOW: Final = CONNECTED_AT + 60_000
RETENTION_DAYS: Final = 90
WRITES: Final = ("PutItem", "TransactWriteItems", "UpdateItem", "DeleteItem", "BatchWriteItem")

Hook = Callable[[], object]


def happened(connection: str, fact: Fact, after: int = 0, **changes: Any) -> Event:
    """Return an event of a connection, some milliseconds after it was opened."""
    values: dict[str, Any] = {"user_id": "alice", "session_id": None, "expires_at": EXPIRES_AT}
    values |= {"connected_at": CONNECTED_AT, "at": CONNECTED_AT + after, "id": f"request-{after}", **changes}
    return event(Cause(connection, **values), fact)


def notified(
    session_id: str | None = None,
    user_id: str = "alice",
    after: int = 50,
    fact: NotificationSent | None = None,
) -> Event:
    """Return what a service sent to a user or their session, some milliseconds after `CONNECTED_AT`."""
    at = CONNECTED_AT + after
    return event_of(
        fact or NotificationSent("invoice", '{"number": 7}'),
        user_id=user_id,
        session_id=session_id,
        at=at,
        retention_seconds=EXPIRES_AT - at // 1000,
        cause=f"{session_id} {after}",
        trace_id=None,
    )


def error(code: str, operation: str = "TransactWriteItems", reasons: Iterable[str] = ()) -> ClientError:
    """Return what botocore raises where the service answers so."""
    answer = {
        "Error": {"Code": code, "Message": "on purpose"},
        "ResponseMetadata": {"HTTPStatusCode": 400},
        "CancellationReasons": [{"Code": reason} for reason in reasons],
    }
    return ClientError(answer, operation)  # type: ignore[arg-type]  # the reasons are a service's own member


def raising(problem: BaseException) -> Hook:
    """Return a hook that raises."""

    def hook() -> object:
        raise problem

    return hook


class Requests:
    """The requests of a client: counted, and meddled with.

    Attributes
    ----------
    seen
        The operations, in order.
    sent
        Their parameters as botocore serialised them.
    """

    def __init__(self, client: Any) -> None:
        self.seen: list[str] = []
        self.sent: list[bytes] = []
        self._hooks: dict[tuple[str, str], deque[Hook]] = {}
        client.meta.events.register("before-call", self._before)
        client.meta.events.register("after-call", self._after)

    @property
    def writes(self) -> list[str]:
        """Those that write."""
        return [operation for operation in self.seen if operation in WRITES]

    def forget(self) -> None:
        """Begin to count anew."""
        self.seen.clear()
        self.sent.clear()

    def at_next(self, operation: str, *hooks: Hook) -> None:
        """Do this before the next requests of an operation, one at each."""
        self._hooks.setdefault(("before", operation), deque()).extend(hooks)

    def after_next(self, operation: str, *hooks: Hook) -> None:
        """Do this once the next requests were carried out, but their answers not yet heard."""
        self._hooks.setdefault(("after", operation), deque()).extend(hooks)

    def _before(self, model: Any, params: dict[str, Any], **_: Any) -> None:
        self.seen.append(model.name)
        self.sent.append(params["body"])
        self._meddle("before", model.name)

    def _after(self, model: Any, **_: Any) -> None:
        self._meddle("after", model.name)

    def _meddle(self, when: str, operation: str) -> None:
        hooks = self._hooks.get((when, operation))
        if hooks:
            hooks.popleft()()


@dataclass
class Stage:
    """Everything that the projector and the operators' commands work with, on fresh tables."""

    client: Any
    tables: Tables
    log: EventLog
    model: ReadModel
    requests: Requests
    pauses: list[int] = field(default_factory=list)

    @property
    def deployment(self) -> Deployment:
        """The same tables, as a stack's outputs name them."""
        outputs = Outputs(
            events_table=self.tables.events,
            claims_table=self.tables.claims,
            connections_table=self.tables.connections,
            messages_table=self.tables.messages,
            sessions_table=self.tables.sessions,
            metrics_table=self.tables.metrics,
            projector_failure_queue="https://sqs.us-east-1.amazonaws.com/000000000000/failures",
            region="us-east-1",
            retention_days=RETENTION_DAYS,
            projector_timeout_seconds=60,
            aws_endpoint_url=self.client.meta.endpoint_url,
        )
        made = Deployment(outputs)
        consistency.demanded(made.client)
        return made

    def append(self, *events: Event) -> None:
        """Append events, not yet projected."""
        for each in events:
            self.log.append(each)

    def project(self, *events: Event, now: int = NOW) -> dict[str, Any]:
        """Deliver the stream records of events to the projector, as one batch."""
        return self.deliver(list(records_of(map(encode, events))), now)

    def deliver(self, records: list[dict[str, Any]], now: int = NOW) -> dict[str, Any]:
        """Deliver stream records to the projector, as one batch."""
        return project_batch(records, self.model, self.log, now, self.pauses.append)

    def happen(self, *events: Event) -> None:
        """Append events and project them."""
        self.append(*events)
        self.project(*events)

    def items(self, table: str) -> list[dict[str, Any]]:
        """Return all items of a table."""
        pages = self.client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]

    def row(self, connection: str) -> dict[str, Any]:
        """Return the item of a connection."""
        item: dict[str, Any] = self.client.get_item(
            TableName=self.tables.connections, Key={"connectionId": {"S": connection}}, ConsistentRead=True
        )["Item"]
        return item

    def counts(self) -> dict[str, int]:
        """Return the counters over all shards: ``{"opened 00000001#minute#2026-11-23T05:12": 1}``."""
        sums: Counter[str] = Counter()
        for item in self.items(self.tables.metrics):
            if "count" in item:
                metric, bucket = (item[name]["S"] for name in METRICS_KEY)
                sums[f"{metric} {bucket.rpartition('#')[0]}"] += int(item["count"]["N"])
        return {key: count for key, count in sums.items() if count}

    def begin_generation(self, generation: int, serving: int = 1) -> None:
        """Set the control item as a rebuild does when it begins."""
        values = {"generation": {"N": str(generation)}, "serving": {"N": str(serving)}}
        key = {"metric": {"S": "control"}, "bucket": {"S": "control"}}
        self.client.put_item(TableName=self.tables.metrics, Item=key | values)


def make_stage(client: Any, prefix: str) -> Stage:
    """Return a stage on fresh tables."""
    tables = create_tables(client, prefix)
    model = ReadModel(
        client,
        connections=tables.connections,
        messages=tables.messages,
        sessions=tables.sessions,
        metrics=tables.metrics,
        draw=lambda shards: shards - 1,
    )
    log = EventLog(client, tables.events, tables.claims, lambda: NOW)
    return Stage(client, tables, log, model, Requests(client))
