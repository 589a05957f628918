"""Looks at the projection: that it runs and keeps up, and at what was given up."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from functions.aws.attributes import to_item
from functions.aws.log.arrivals import arrived_at
from functions.aws.log.event_items import MalformedEventError, decode
from functions.aws.read_models import connection_items
from functions.aws.read_models.connections import Connections
from functions.domain.connections.connection import Connection, join
from functions.domain.limits import LOST_AFTER_SECONDS
from functions.domain.log.unconnected import is_connection
from ops.audit.arrivals import by_arrival
from ops.audit.meter import Meter, MeteredReader, ServiceClock
from ops.doctor.findings import Finding, Verdict
from ops.doctor.stack import Patient

BEHIND_SECONDS: Final = 60
"""What arrived longer ago should be projected."""
_DAY_MILLISECONDS: Final = 86_400_000
_NEWEST: Final = 10
_CHANGING: Final = frozenset({"Creating", "Enabling", "Updating"})
_STUCK_SECONDS: Final = LOST_AFTER_SECONDS + 3_600
"""Longer than any connection lives, and an hour for the sweeper to notice."""


def mapping(patient: Patient) -> Iterator[Finding]:
    """Look whether the projector's mapping is enabled, and how old what it reads is."""
    outputs = patient.deployment.outputs
    if outputs.projector_mapping is None:
        return
    found = patient.client("lambda").get_event_source_mapping(UUID=outputs.projector_mapping)
    state, result = found["State"], found.get("LastProcessingResult", "")
    if state == "Enabled":
        yield Finding("projector", Verdict.FINE, "its mapping is enabled")
    elif state in _CHANGING:
        yield Finding("projector", Verdict.NOTE, f"its mapping is {state}", "wait a minute, and ask again")
    else:
        fix = '"The projector\'s mapping, switched off" in docs/operations.md; by how long, it loses events'
        yield Finding("projector", Verdict.WRONG, f"its mapping is {state}", fix)
    if result.startswith("PROBLEM"):
        fix = "look at the projector's log"
        yield Finding("projector", Verdict.WRONG, f"the last batch failed: {result}", fix)
    age = _iterator_age(patient)
    if age is not None and age > BEHIND_SECONDS:
        fix = "look at the projector's log: a batch that fails is tried again, and holds up its shard"
        yield Finding("projector", Verdict.WRONG, f"it read events that were {age:,.0f} s old", fix)


def _iterator_age(patient: Patient) -> float | None:
    """Return how old the oldest event was that was read in the last quarter of an hour, in seconds."""
    function = patient.deployment.outputs.projector_function
    if function is None:
        return None
    now = datetime.now(UTC)
    points = patient.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="IteratorAge",
        Dimensions=[{"Name": "FunctionName", "Value": function}],
        StartTime=now - timedelta(minutes=15),
        EndTime=now,
        Period=900,
        Statistics=["Maximum"],
    )["Datapoints"]
    return max((point["Maximum"] / 1000 for point in points), default=None)


def projected(patient: Patient) -> Iterator[Finding]:
    """Look whether the newest events that had the time for it are in the rows of their connections."""
    outputs, client = patient.deployment.outputs, patient.client("dynamodb")
    clock = ServiceClock()
    reader = MeteredReader(client, outputs.events_table, Meter(), clock)
    list(by_arrival(reader, 0, 0, wanted=1))  # any answer tells the service's time
    last = clock.now() - BEHIND_SECONDS * 1_000
    items = by_arrival(reader, last - _DAY_MILLISECONDS, last, wanted=_NEWEST)
    newest = list(islice(items, _NEWEST))
    late = [item for item in newest if not _is_projected(client, outputs.connections_table, item)]
    if not newest:
        yield Finding("read models", Verdict.FINE, "nothing arrived for a day that could be missing")
    elif not late:
        yield Finding("read models", Verdict.FINE, f"the newest {len(newest)} events are projected")
    else:
        age = (clock.now() - min(map(arrived_at, late))) / 1000
        what = f"{len(late)} of the newest {len(newest)} events are not projected, one for {age:,.0f} s"
        fix = "look at the projector's log; then `ops redrive`, and `ops verify`"
        yield Finding("read models", Verdict.WRONG, what, fix)


def _is_projected(client: Any, table: str, item: dict[str, Any]) -> bool:
    """Tell whether an event would change the row of its connection: one that was joined does not."""
    try:
        event = decode(item)
    except MalformedEventError:  # it is in the failure queue
        return True
    if not is_connection(event.connection_id):
        return True
    key = to_item({"connectionId": event.connection_id})
    found = client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    row = connection_items.decode(found).row if found else Connection(event.connection_id)
    return join(row, (event,)) == row


def failures(patient: Patient) -> Iterator[Finding]:
    """Look for what was given up."""
    fixes = {
        "projector": "mend what failed, then `ops redrive`",
        "sweeper": "find the reason in the sweeper's log, and purge the queue: the next run does it",
        "deliverer": "find the reason in the deliverer's log, mend it, then `ops redrive`",
        "responder": "find the reason in the responder's log, and purge the queue: the sweeper goes on",
        "archiver": "find the reason in the archiver's log, and purge the queue: the next run does it",
    }
    for name, url in patient.queues.items():
        wanted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = patient.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=wanted)
        count = sum(int(answer["Attributes"][each]) for each in wanted)
        if count:
            what = f"the {name}'s failure queue has {count} messages"
            yield Finding("failures", Verdict.WRONG, what, fixes[name])
        else:
            yield Finding("failures", Verdict.FINE, f"the {name}'s failure queue is empty")


def swept(patient: Patient, wall: Callable[[], float] = time.time) -> Iterator[Finding]:
    """Look for connections that show CONNECTED and cannot exist any more."""
    table = patient.deployment.outputs.connections_table
    now = int(wall() * 1000)
    longest_idle = next(Connections(patient.client("dynamodb"), table).stale(_STUCK_SECONDS, now), ())
    stuck = [each for each in longest_idle if each.last_activity <= now - _STUCK_SECONDS * 1000]
    if stuck:
        what = f"{len(stuck)} or more connections are open that were idle for {_STUCK_SECONDS // 60} minutes"
        fix = "look at the sweeper's schedule, its log and its failure queue; `ops connections cleanup`"
        yield Finding("sweeper", Verdict.WRONG, what, fix)
    else:
        yield Finding("sweeper", Verdict.FINE, "no connection is open that cannot exist any more")
