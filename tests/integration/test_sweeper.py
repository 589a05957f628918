"""The sweeper: what becomes of idle connections. Its time is the schedule's, so that no test waits."""

from typing import Any

import pytest

from functions.domain.limits import LOST_AFTER_SECONDS
from functions.domain.log.facts import ActivityRecorded, ConnectionLost
from functions.domain.times import iso
from infra.sweeper import SCHEDULED_TIME
from tests.integration.backend import Backend
from tests.integration.client import Client
from tests.integration.conftest import Absent
from tests.integration.gateway import Gateway, now
from tests.integration.waiting import eventually

MINUTE = 60_000
HOUR = 60 * MINUTE


def sweep(backend: Backend, at: int, **arguments: Any) -> Any:
    """Run the sweeper as the schedule does, at a time in epoch milliseconds."""
    return backend.invoke(
        backend.outputs.everything["sweeper_function"], {"time": iso(at), "idleSeconds": 3600, **arguments}
    )


def _token_expires_at(backend: Backend, connection_id: str) -> int | None:
    row = backend.row(connection_id)
    return row.opened.token_expires_at if row and row.opened else None


def test_an_idle_connection_that_is_gone_is_lost(backend: Backend, absent: Absent) -> None:
    connection_id = absent(seconds_ago=70 * 60).connection_id

    swept = sweep(backend, now())

    eventually(lambda: backend.status(connection_id) == "DISCONNECTED")
    assert backend.facts(connection_id)[-1] == ConnectionLost("sweeper")
    assert swept["checked"] >= 1
    assert swept["lost"] >= 1


def test_a_connection_that_was_active_of_late_is_left_alone(backend: Backend, absent: Absent) -> None:
    connection_id = absent(seconds_ago=50 * 60).connection_id

    sweep(backend, now())

    assert backend.types(connection_id) == ["ConnectionOpened"]


def test_a_retried_run_appends_nothing_more(backend: Backend, absent: Absent) -> None:
    connection_id = absent(seconds_ago=70 * 60).connection_id
    at = now()

    sweep(backend, at)
    sweep(backend, at)

    assert backend.types(connection_id) == ["ConnectionOpened", "ConnectionLost"]


def test_pings_that_only_the_gateway_sees_keep_a_connection_active(backend: Backend, client: Client) -> None:
    eventually(lambda: backend.row(client.connection_id))

    def refreshed() -> bool:
        client.ask({"type": "ping"})
        sweep(backend, now(), idleSeconds=0)
        return ActivityRecorded() in backend.facts(client.connection_id)

    # the gateway here tells whole seconds, so a ping in the second of the connect is not yet later than it
    eventually(refreshed)

    seen = backend.events(client.connection_id)[-1].at
    eventually(lambda: (row := backend.row(client.connection_id)) and row.last_activity >= seen)
    assert "ConnectionLost" not in backend.types(client.connection_id)
    assert (
        seen
        == int(
            backend.callbacks.get_connection(ConnectionId=client.connection_id)["LastActiveAt"].timestamp()
        )
        * 1000
    )


def test_a_connection_past_its_token_is_closed(backend: Backend, client: Client, gateway: Gateway) -> None:
    # of two events of its beginning the earlier one counts
    expired = gateway.identity(expires_in=-1)
    gateway.connect(authorizer=expired, requestTimeEpoch=gateway.connected_at - 1)
    eventually(lambda: _token_expires_at(backend, client.connection_id) == int(expired["exp"]))

    swept = sweep(backend, now())

    assert swept["closed"] >= 1
    assert client.closed_by_the_server()
    eventually(lambda: backend.status(client.connection_id) == "DISCONNECTED")
    assert backend.types(client.connection_id) == [
        "ConnectionOpened",
        "ConnectionOpened",
        "ConnectionClosed",
    ]


def test_a_connection_idle_for_longer_than_any_lives_is_lost(backend: Backend, absent: Absent) -> None:
    connection_id = absent(seconds_ago=LOST_AFTER_SECONDS + 60).connection_id

    sweep(backend, now())

    eventually(lambda: backend.status(connection_id) == "DISCONNECTED")
    assert backend.facts(connection_id)[-1] == ConnectionLost("sweeper")


def test_the_schedule_of_an_emulator_that_fills_nothing_in_sweeps_too(backend: Backend) -> None:
    swept = backend.invoke(
        backend.outputs.everything["sweeper_function"], {"time": SCHEDULED_TIME, "idleSeconds": 3600}
    )

    assert set(swept) == {"healed", "checked", "lost", "closed", "refreshed"}


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        ({}, "required field `time`"),
        ({"time": "yesterday"}, "Invalid RFC3339"),
        ({"time": "2026-11-23T05:00:00Z", "idleSeconds": -1}, "idleSeconds"),
        ({"time": "2126-11-23T05:00:00Z"}, "not of the present"),
    ],
)
def test_an_input_that_is_not_the_schedules_fails_the_run(
    backend: Backend, payload: dict[str, object], problem: str
) -> None:
    with pytest.raises(AssertionError, match=problem):
        backend.invoke(backend.outputs.everything["sweeper_function"], payload)


def test_a_cleanup_does_the_same_at_a_threshold_of_ones_own(backend: Backend, absent: Absent) -> None:
    connection_id = absent(seconds_ago=10 * 60).connection_id

    backend.manage("cleanup")
    assert backend.types(connection_id) == ["ConnectionOpened"]
    assert backend.manage("cleanup", idleSeconds=300)["lost"] >= 1

    eventually(lambda: backend.status(connection_id) == "DISCONNECTED")


def test_a_dry_cleanup_counts_and_changes_nothing(backend: Backend, absent: Absent) -> None:
    connection_id = absent(seconds_ago=70 * 60).connection_id

    assert backend.manage("cleanup", dryRun=True)["lost"] >= 1

    assert backend.types(connection_id) == ["ConnectionOpened"]
