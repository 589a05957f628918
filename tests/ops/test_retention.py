"""A retention that is changed while connections are open: each is kept for as long as when it opened."""

from typing import Any

import pytest

from functions.aws.gateway.requests import read
from functions.aws.log.event_items import decode
from functions.aws.read_models.connections import Connections
from functions.domain.log.events import Event
from functions.names import CONNECTIONS_KEY, EVENTS_KEY, METRICS_KEY, TTL_ATTRIBUTE
from functions.operations.connections.invocation import Invocation
from functions.operations.connections.lifecycle import closed, opened
from functions.operations.connections.sweeping import sweep
from ops.deployment import Deployment
from ops.read_models.rebuild import rebuild
from ops.read_models.verify import verify
from tests.fakes import MemorySubscribers, RecordingCallbacks
from tests.gateway_events import CONNECTED_AT, connect, disconnect, identity
from tests.stage import Stage

DAY = 86_400
HOUR = 3_600_000
SHORT, LONG = 15 * DAY, 90 * DAY


def context(connection: str, at: int, kept: int | None) -> dict[str, Any]:
    """Return what the gateway says of a connection that was opened under a retention; None did not say."""
    expires_at = None if kept is None else str(at // 1000 + kept)
    who = identity(sessionId=None, connectedAt=str(at), expiresAt=expires_at)
    return {"connectionId": connection, "requestId": f"{connection} opens", "authorizer": who}


def of(stage: Stage, connection: str) -> list[Event]:
    return [decode(item) for item in stage.log.items(connection)]


def opens(stage: Stage, connection: str, setting: int, kept: int | None, at: int = CONNECTED_AT) -> None:
    """Open a connection, under the setting of the function, and project it."""
    event = connect(**context(connection, at, kept), requestTimeEpoch=at)
    assert opened(read(event, setting, None), stage.log, MemorySubscribers()) == {"statusCode": 200}
    stage.project(*of(stage, connection), now=at)


def closes(stage: Stage, connection: str, setting: int, kept: int | None, at: int = CONNECTED_AT) -> None:
    """Close it a minute after it was opened, under another setting perhaps, and project it."""
    event = disconnect(**context(connection, at, kept), requestTimeEpoch=at + 60_000)
    assert closed(read(event, setting, None), stage.log, MemorySubscribers()) == {"statusCode": 200}
    stage.project(*of(stage, connection), now=at + 60_000)


def swept(stage: Stage, setting: int, at: int) -> int:
    """Sweep at a time, under a setting, project what was appended, and return how many were lost."""
    connections = Connections(stage.client, stage.tables.connections)
    invocation = Invocation(f"sweep#{at}", at, setting, lambda: 60_000)
    lost = sweep(3_600, invocation, connections, stage.log, RecordingCallbacks()).lost
    stage.project(*of(stage, "c1"), now=at)
    return lost


def differences(deployment: Deployment, days: float) -> tuple[object, ...]:
    """Return what `verify` finds so many days after the fixtures' connection was opened."""
    now = CONNECTED_AT / 1000 + days * DAY
    return verify(deployment, at_rest=True, now=lambda: now).differences


def expire(stage: Stage, days: float) -> None:
    """Delete what has expired so many days after, as DynamoDB does sooner or later."""
    now = CONNECTED_AT / 1000 + days * DAY
    tables = {
        stage.tables.events: EVENTS_KEY,
        stage.tables.connections: CONNECTIONS_KEY,
        stage.tables.metrics: METRICS_KEY,
    }
    for table, key in tables.items():
        for item in stage.items(table):
            if TTL_ATTRIBUTE in item and int(item[TTL_ATTRIBUTE]["N"]) <= now:
                stage.client.delete_item(TableName=table, Key={name: item[name] for name in key})


def rebuilt(deployment: Deployment, days: float) -> None:
    now = CONNECTED_AT / 1000 + days * DAY
    rebuild(deployment, wait_seconds=0, now=lambda: now, sleep=lambda _seconds: None)


@pytest.mark.parametrize(("before", "after"), [(LONG, SHORT), (SHORT, LONG)])
def test_a_connection_has_one_expiry_whatever_becomes_of_the_setting(
    stage: Stage, before: int, after: int
) -> None:
    opens(stage, "c1", before, kept=before)
    closes(stage, "c1", after, kept=before)

    assert {event.expires_at for event in of(stage, "c1")} == {CONNECTED_AT // 1000 + before}


def test_a_connection_of_an_earlier_release_is_kept_as_the_setting_says(stage: Stage) -> None:
    opens(stage, "c1", SHORT, kept=None)

    assert {event.expires_at for event in of(stage, "c1")} == {CONNECTED_AT // 1000 + SHORT}


def test_a_closed_connection_stays_closed_where_the_retention_was_shortened(
    stage: Stage, deployment: Deployment
) -> None:
    opens(stage, "c1", LONG, kept=LONG)
    closes(stage, "c1", SHORT, kept=LONG)

    assert differences(deployment, days=20) == ()
    rebuilt(deployment, days=20)

    assert stage.row("c1")["status"] == {"S": "DISCONNECTED"}
    assert swept(stage, SHORT, CONNECTED_AT + 20 * 24 * HOUR) == 0


def test_a_connection_that_is_found_lost_late_is_found_once(stage: Stage, deployment: Deployment) -> None:
    opens(stage, "c1", LONG, kept=LONG)
    late = CONNECTED_AT + 20 * 24 * HOUR

    assert [swept(stage, SHORT, late + minutes * 60_000) for minutes in (0, 5, 10)] == [1, 0, 0]
    assert {event.expires_at for event in of(stage, "c1")} == {CONNECTED_AT // 1000 + LONG}
    assert differences(deployment, days=21) == ()


@pytest.mark.parametrize(("before", "after"), [(LONG, SHORT), (SHORT, LONG)])
@pytest.mark.parametrize("days", [0.5, 10, 14.5, 16, 20, 89, 91])
def test_counters_of_both_retentions_are_compared_while_all_that_they_count_is_kept(
    stage: Stage, deployment: Deployment, before: int, after: int, days: float
) -> None:
    for number, (kept, hours) in enumerate([(before, 0), (before, 1), (after, 2), (after, 26)]):
        at = CONNECTED_AT + hours * HOUR
        opens(stage, f"c{number}", after, kept=kept, at=at)
        closes(stage, f"c{number}", after, kept=kept, at=at)

    assert differences(deployment, days) == ()
    expire(stage, days)
    assert differences(deployment, days) == ()


def test_a_counter_outlives_what_it_counts_by_a_day(stage: Stage) -> None:
    opens(stage, "c1", LONG, kept=LONG)
    opens(stage, "c2", SHORT, kept=SHORT)

    counters = [
        (item["bucket"]["S"], int(item["expires_at"]["N"]))
        for item in stage.items(stage.tables.metrics)
        if item["metric"]["S"] == "opened" and "#day#" in item["bucket"]["S"]
    ]
    midnight = CONNECTED_AT // 1000 // DAY * DAY + DAY
    assert sorted(counters) == [
        ("00000001#day#2026-11-23#15d7", midnight + DAY + SHORT),
        ("00000001#day#2026-11-23#90d7", midnight + DAY + LONG),
    ]
