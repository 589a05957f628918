"""What the sweeper, and the connection manager's cleanup, find out about idle connections."""

from collections import Counter
from itertools import chain
from threading import Barrier, Lock
from typing import Any

import msgspec
import pytest

from functions.aws.clients import MOST_CALLS
from functions.aws.read_models.connection_items import active_shard, active_since
from functions.aws.read_models.connections import Connections
from functions.domain.connections.connection import join
from functions.domain.connections.idleness import Verdict, verdict
from functions.domain.connections.schedules import Run, parse
from functions.domain.feeds.feeds import subscriber_of
from functions.domain.log.facts import ActivityRecorded, ConnectionLost
from functions.domain.log.ids import time_of
from functions.domain.refusals import Unavailable
from functions.handlers import connection_manager
from functions.operations.connections.sweeping import sweep
from tests.fakes import MemoryLog, MemorySubscribers
from tests.feeds.memory import notifying
from tests.routes import sweeper
from tests.standin.active_index import ActiveIndex
from tests.unit.operations.connections.connection_rows import (
    CLOSED,
    MINUTE,
    NOW,
    RETENTION_SECONDS,
    TOLD_TO_GO,
    Context,
    Gateway,
    Table,
    Throttled,
    idle,
    invocation,
    row,
)

HOUR_SECONDS = 3_600
LONGEST = 7_800
"""Seconds: two hours and ten minutes."""
OUT_OF_TIME = 10_000
IN_TIME = 10_001
SCHEDULE = {"time": "2026-11-23T08:00:00Z"}


@pytest.mark.parametrize(
    ("idle_ms", "expires_in_seconds", "expected"),
    [
        (3_600_000, 1, Verdict.ASK),
        (3_600_000, 0, Verdict.CLOSE),
        (3_600_000, -1, Verdict.CLOSE),
        (7_800_000, 1, Verdict.ASK),
        (7_800_001, 1, Verdict.LOSE),
        (7_800_001, -1, Verdict.LOSE),
    ],
)
def test_the_verdict_follows_from_idleness_and_token(
    idle_ms: int, expires_in_seconds: int, expected: Verdict
) -> None:
    expires_at = NOW // 1000 + expires_in_seconds

    assert verdict(NOW - idle_ms, expires_at, now=NOW) is expected


def test_a_connection_whose_token_is_unknown_is_asked_for() -> None:
    assert verdict(NOW - HOUR_SECONDS * 1000, None, now=NOW) is Verdict.ASK


def test_a_connection_that_is_not_idle_is_left_alone(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(
        row("c-fresh"),
        idle(HOUR_SECONDS - 1, "c-almost"),
        idle(HOUR_SECONDS, "c-closed", closed=CLOSED),
    )

    assert _sweep(table, gateway, log) == (0, 0, 0, 0)
    assert (gateway.asked, gateway.closed, log.events) == ([], [], [])


@pytest.mark.parametrize("threshold", [600, HOUR_SECONDS, 7_200])
@pytest.mark.parametrize("seconds_ago", [0, 1, 299, 3_000])
def test_a_lively_connection_is_closed_by_the_first_sweep_after_its_identity_expired(
    table: Table, gateway: Gateway, log: MemoryLog, threshold: int, seconds_ago: int
) -> None:
    lively = {"last_activity": NOW - MINUTE, "created_at": NOW - 100 * MINUTE}
    table.put(
        row("c-expired", token_expires_at=NOW // 1000 - seconds_ago, **lively),
        row("c-valid", token_expires_at=NOW // 1000 + 1, **lively),
    )

    swept = sweep(threshold, invocation(), table, log, gateway)

    assert gateway.closed == ["c-expired"]
    assert (gateway.asked, log.events) == ([], [])
    assert swept.closed == 1


def test_a_lively_connection_costs_no_sweep_a_read_until_its_identity_is_about_to_expire(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    expires_at = NOW // 1000 + 900
    table.put(row("c-1", last_activity=NOW, token_expires_at=expires_at))
    view, queries = table.watched()

    sweep(HOUR_SECONDS, invocation(), view, log, gateway)

    (query,) = [
        each
        for each in queries
        if each["ExpressionAttributeValues"][":partition"]["S"] == active_shard("c-1")
    ]
    assert int(query["ExpressionAttributeValues"][":sort"]["N"]) < active_since(NOW, expires_at)


@pytest.mark.parametrize("seconds", [HOUR_SECONDS, LONGEST])
def test_an_idle_connection_that_is_gone_is_lost(
    table: Table, gateway: Gateway, log: MemoryLog, seconds: int
) -> None:
    table.put(idle(seconds))
    gateway.gone = {"c-1"}

    assert _sweep(table, gateway, log) == (1, 1, 0, 0)
    assert gateway.asked == ["c-1"]
    (lost,) = log.events
    assert lost.fact == ConnectionLost("sweeper")
    assert (lost.connection_id, lost.user_id, lost.session_id) == ("c-1", "alice", "s-1")
    assert (lost.at, time_of(lost.event_id)) == (NOW, NOW)
    assert lost.expires_at == lost.connected_at // 1000 + RETENTION_SECONDS


def test_a_loss_ends_the_row(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    found = idle(HOUR_SECONDS)
    table.put(found)
    gateway.gone = {"c-1"}

    _sweep(table, gateway, log)

    assert join(found, log.events).ended_at == NOW


def test_a_loss_takes_the_connection_out_of_its_feeds_and_no_other(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(idle(HOUR_SECONDS, "c-gone"), idle(HOUR_SECONDS, "c-there"))
    gateway.gone = {"c-gone"}
    subscribers = subscribed(table)

    sweep(HOUR_SECONDS, invocation(), table, log, gateway, subscribers=subscribers)

    assert {feed: [*those] for feed, those in subscribers.feeds.items()} == {
        "session#s-1": ["c-there"],
        "user#alice": ["c-there"],
    }


def test_a_cleanup_takes_what_it_found_lost_out_of_its_feeds(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(idle(HOUR_SECONDS))
    gateway.gone = {"c-1"}
    subscribers = subscribed(table)
    stores = msgspec.structs.replace(notifying(log, NOW).stores, subscribers=subscribers)

    connection_manager.handler({"operation": "cleanup"}, Context(), table, log, gateway, lambda: NOW, stores)

    assert log.facts == [ConnectionLost("sweeper")]
    assert [*subscribers.feeds.values()] == [{}, {}]


def test_a_dry_sweep_takes_nobody_out_of_a_feed(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(idle(HOUR_SECONDS))
    gateway.gone = {"c-1"}
    subscribers = subscribed(table)

    sweep(HOUR_SECONDS, invocation(), table, log, gateway, subscribers=subscribers, dry_run=True)

    assert [*subscribers.feeds["session#s-1"]] == ["c-1"]


def test_a_loss_stands_although_the_feeds_cannot_be_written(
    table: Table, gateway: Gateway, log: MemoryLog, caplog: pytest.LogCaptureFixture
) -> None:
    table.put(idle(HOUR_SECONDS))
    gateway.gone = {"c-1"}
    subscribers = subscribed(table)
    subscribers.faults = [Unavailable("ReadTimeoutError")]

    swept = sweep(HOUR_SECONDS, invocation(), table, log, gateway, subscribers=subscribers)

    assert swept.lost == 1
    assert log.facts == [ConnectionLost("sweeper")]
    assert "not_unsubscribed" in caplog.messages


def subscribed(table: Table) -> MemorySubscribers:
    """Return the feeds of the connections of a table."""
    subscribers = MemorySubscribers()
    for each in chain.from_iterable(table.stale(HOUR_SECONDS, NOW)):
        subscribers.subscribe(subscriber_of(invocation().cause(each)))
    return subscribers


def test_what_no_connection_outlives_is_lost_without_asking(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(idle(LONGEST + 1))

    assert _sweep(table, gateway, log) == (1, 1, 0, 0)
    assert gateway.asked == gateway.closed == []
    assert log.facts == [ConnectionLost("sweeper")]


def test_pings_that_the_gateway_saw_are_activity(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    found = idle(HOUR_SECONDS)
    table.put(found)
    gateway.seen = {"c-1": NOW - 7 * MINUTE}

    assert _sweep(table, gateway, log) == (1, 0, 0, 1)
    (seen,) = log.events
    assert seen.fact == ActivityRecorded()
    assert (seen.at, time_of(seen.event_id)) == (NOW - 7 * MINUTE, NOW - 7 * MINUTE)
    assert join(found, [seen]).last_activity == NOW - 7 * MINUTE


def test_what_the_gateway_saw_is_one_event_whoever_asks(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(idle(HOUR_SECONDS))
    gateway.seen = {"c-1": NOW - 7 * MINUTE}

    _sweep(table, gateway, log)
    sweep(HOUR_SECONDS, invocation(at=NOW + MINUTE, request_id="r-2"), table, log, gateway)

    assert len(log.events) == 1


def test_a_connection_that_the_gateway_keeps_but_has_not_seen_is_left(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    found = idle(HOUR_SECONDS)
    table.put(found)
    gateway.seen = {"c-1": found.last_activity}

    assert _sweep(table, gateway, log) == (1, 0, 0, 0)
    assert log.events == []


def test_a_connection_past_its_token_is_closed(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(idle(HOUR_SECONDS, token_expires_at=NOW // 1000))

    assert _sweep(table, gateway, log) == (1, 0, 1, 0)
    assert gateway.closed == ["c-1"]
    assert (gateway.asked, log.events) == ([], [])


def test_a_connection_past_its_token_that_is_gone_is_lost(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(idle(HOUR_SECONDS, token_expires_at=NOW // 1000))
    gateway.gone = {"c-1"}

    assert _sweep(table, gateway, log) == (1, 1, 0, 0)
    assert log.facts == [ConnectionLost("sweeper")]


def test_a_connection_that_was_told_to_go_is_swept_as_others(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(idle(HOUR_SECONDS, operator=TOLD_TO_GO))
    gateway.gone = {"c-1"}

    assert _sweep(table, gateway, log) == (1, 1, 0, 0)


@pytest.mark.parametrize(("seconds", "losses"), [(29, 0), (30, 1)])
def test_gone_is_no_loss_in_the_first_30_seconds(
    table: Table, gateway: Gateway, log: MemoryLog, seconds: int, losses: int
) -> None:
    opened_at = NOW - seconds * 1000
    table.put(row(created_at=opened_at, last_activity=opened_at))
    gateway.gone = {"c-1"}

    assert _sweep(table, gateway, log, idle_seconds=0) == (1, losses, 0, 0)
    assert len(log.events) == losses


def test_a_dry_run_counts_and_changes_nothing(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    expired = {"token_expires_at": NOW // 1000}
    table.put(
        idle(LONGEST + 1, "c-ancient"),
        idle(HOUR_SECONDS, "c-gone"),
        idle(HOUR_SECONDS, "c-pinging"),
        idle(HOUR_SECONDS, "c-expired", **expired),
        idle(HOUR_SECONDS, "c-expired-and-gone", **expired),
    )
    gateway.gone = {"c-gone", "c-expired-and-gone"}

    dry = _sweep(table, gateway, log, dry_run=True)

    assert (gateway.closed, log.events) == ([], [])
    assert dry == _sweep(table, gateway, log) == (5, 3, 1, 1)
    assert sorted(gateway.closed) == ["c-expired", "c-expired-and-gone"]


@pytest.mark.parametrize("fault", ["silent", "busy", "unknown"])
def test_one_that_fails_does_not_stop_the_rest(
    table: Table, gateway: Gateway, log: MemoryLog, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    table.put(*(idle(HOUR_SECONDS, f"c-{n}") for n in range(20)))
    gateway.gone = {f"c-{n}" for n in range(20) if n != 7}
    setattr(gateway, fault, {"c-7": 1})

    assert _sweep(table, gateway, log) == (19, 19, 0, 0)
    assert [line.connection_id for line in caplog.records] == ["c-7"]  # type: ignore[attr-defined]  # an extra field


def test_an_append_that_fails_does_not_stop_the_rest(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(*(idle(LONGEST + 1, f"c-{n}") for n in range(20)))
    log.before = [Unavailable("ThrottlingException")]

    assert _sweep(table, gateway, log) == (19, 19, 0, 0)


def test_a_sweep_stops_before_its_time_and_the_next_does_the_rest(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(*(idle(LONGEST + 1, f"c-{n}") for n in range(20)))

    first = _sweep(table, gateway, log, looks=(IN_TIME,) * 3 + (OUT_OF_TIME,) * 17)
    _sweep(table, gateway, log)

    assert first == (3, 3, 0, 0)
    assert len(log.events) == 20


@pytest.mark.parametrize("found", [{"gone": {"c-1"}}, {"seen": {"c-1": NOW - MINUTE}}], ids=["gone", "seen"])
def test_what_the_gateway_said_is_not_appended_when_its_answer_took_the_time(
    table: Table, gateway: Gateway, log: MemoryLog, found: dict[str, Any]
) -> None:
    table.put(idle(HOUR_SECONDS))
    vars(gateway).update(found)

    assert _sweep(table, gateway, log, looks=(IN_TIME, OUT_OF_TIME)) == (0, 0, 0, 0)
    assert gateway.asked == ["c-1"]
    assert log.events == []


def test_a_sweep_that_stops_says_what_it_has_left(
    table: Table, gateway: Gateway, log: MemoryLog, caplog: pytest.LogCaptureFixture
) -> None:
    table.put(*(idle(LONGEST + 1, f"c-{n}") for n in range(5)))

    _sweep(table, gateway, log, looks=(IN_TIME,) * 3 + (OUT_OF_TIME,) * 2)

    (line,) = caplog.records
    assert line.message == "sweep_stopped"
    assert (vars(line)["lost"], vars(line)["not_begun"]) == (3, 2)


def test_sixteen_are_settled_at_a_time_and_no_more(table: Table, log: MemoryLog) -> None:
    table.put(*(idle(HOUR_SECONDS, f"c-{n}", token_expires_at=NOW // 1000) for n in range(48)))
    gateway = Meeting(MOST_CALLS)

    assert _sweep(table, gateway, log) == (48, 0, 48, 0)
    assert gateway.most == MOST_CALLS


def test_what_nobody_foresaw_ends_the_sweep(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(*(idle(LONGEST + 1, f"c-{n}") for n in range(20)))
    log.before = [RuntimeError("on purpose")]

    with pytest.raises(RuntimeError):
        _sweep(table, gateway, log)


def test_the_index_that_stands_in_answers_as_the_tables_own(table: Table) -> None:
    rows = [
        row("c-fresh"),
        *(idle(HOUR_SECONDS + 300 * n, f"c-{n}") for n in range(30)),
        *(idle(HOUR_SECONDS, f"d-{n}") for n in range(110)),
    ]
    table.put(*rows)

    rounds = [
        [{each.connection_id for each in due} for due in connections.stale(HOUR_SECONDS + 600, NOW + 600_000)]
        for connections in (table, Connections(ActiveIndex(rows), "connections"))
    ]

    assert rounds[0] == rounds[1]
    assert len(set().union(*rounds[0])) == 140


def test_no_shard_waits_until_another_is_done() -> None:
    index = ActiveIndex(idle(LONGEST + 1 + n, f"c-{n}") for n in range(2_400))

    first, *rest = Connections(index, "connections").stale(HOUR_SECONDS, NOW)

    assert Counter(active_shard(each.connection_id) for each in first) == dict.fromkeys("01234567", 100)
    assert sum(map(len, rest)) == 1_600
    # three pages of each shard, and one more where the last was full
    assert len(index.queries) <= 8 * 4


def test_a_round_has_the_longest_due_of_each_shard_first() -> None:
    index = ActiveIndex(idle(LONGEST + 600 * n, f"c-{n}") for n in range(100))

    (due,) = Connections(index, "connections").stale(HOUR_SECONDS, NOW)

    for shard in "01234567":
        times = [each.last_activity for each in due if active_shard(each.connection_id) == shard]
        assert times == sorted(times)


def test_the_shard_that_is_swept_first_is_another_from_time_to_time_but_not_in_a_retry() -> None:
    index = ActiveIndex()
    connections = Connections(index, "connections")
    times = [NOW + minutes * MINUTE for minutes in range(0, 24 * 60, 8)]

    orders = []
    for time in [*times, *times]:
        list(connections.stale(HOUR_SECONDS, time))
        orders.append(index.queries[-8:])

    assert orders[: len(times)] == orders[len(times) :]
    assert {order[0] for order in orders} == set("01234567")
    assert all(sorted(order) == list("01234567") for order in orders)


def test_the_threshold_is_an_argument_of_cleanup(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    from functions.aws.environment import now

    table.put(row(created_at=now() - 20 * MINUTE, last_activity=now() - 15 * MINUTE))
    gateway.gone = {"c-1"}

    stores = msgspec.structs.replace(notifying(log, NOW).stores, subscribers=subscribed(table))

    def clean(**arguments: Any) -> dict[str, Any]:
        asked = {"operation": "cleanup", **arguments}
        return connection_manager.handler(asked, Context(), table, log, gateway, stores=stores)

    answers = [clean(), clean(idleSeconds=600, dryRun=True), clean(idleSeconds=600)]

    assert [answer["lost"] for answer in answers] == [0, 1, 1]
    assert answers[2] == {"checked": 1, "lost": 1, "closed": 0, "refreshed": 0}
    assert log.facts == [ConnectionLost("sweeper")]


def test_a_scheduled_run_takes_its_time_from_the_schedule(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(idle(LONGEST + 1))

    answer = _run(SCHEDULE, Context(), table, log, gateway)

    assert answer == {"healed": 0, "checked": 1, "lost": 1, "closed": 0, "refreshed": 0}
    assert (log.events[0].at, time_of(log.events[0].event_id)) == (NOW, NOW)


def test_a_retried_run_appends_the_same_event(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(idle(LONGEST + 1))

    for request_id in ("r-1", "r-2"):
        _run(SCHEDULE, Context(request_id=request_id), table, log, gateway)

    assert len(log.events) == 1


def test_the_next_run_is_another_cause(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(idle(LONGEST + 1))

    for time in ("2026-11-23T08:00:00Z", "2026-11-23T08:05:00Z"):
        _run({"time": time}, Context(), table, log, gateway)

    assert len(log.events) == 2


def test_the_schedule_says_how_long_is_idle(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(row(last_activity=NOW - 15 * MINUTE))
    gateway.gone = {"c-1"}

    assert _run({**SCHEDULE, "idleSeconds": 900}, Context(), table, log, gateway)["lost"] == 1


def test_a_run_that_cannot_read_fails_and_is_retried(gateway: Gateway, log: MemoryLog) -> None:
    throttled = Connections(Throttled(), "connections")

    with pytest.raises(Unavailable):
        _run(SCHEDULE, Context(), throttled, log, gateway)


def test_each_run_logs_one_line(
    table: Table, gateway: Gateway, log: MemoryLog, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "airium")

    _run(SCHEDULE, Context(), table, log, gateway)

    assert [line.message for line in caplog.records] == ["sweep"]


def test_the_time_of_a_run_is_what_the_schedule_gives() -> None:
    assert parse(SCHEDULE, now=NOW + 1) == Run(NOW, HOUR_SECONDS)
    assert parse({"time": "2026-11-23T09:00:00+01:00", "idleSeconds": 60}, now=NOW) == Run(NOW, 60)


@pytest.mark.parametrize("late", [86_400_000, 3_600_000, 0, -300_000])
def test_a_run_may_be_repeated_for_a_day_and_its_clock_be_ahead(late: int) -> None:
    assert parse(SCHEDULE, now=NOW + late) == Run(NOW, HOUR_SECONDS)


@pytest.mark.parametrize("late", [86_400_001, 365 * 86_400_000, -300_001, -365 * 86_400_000])
def test_a_run_of_another_time_is_refused(late: int) -> None:
    with pytest.raises(msgspec.ValidationError, match="not of the present"):
        parse(SCHEDULE, now=NOW + late)


def test_a_run_of_next_year_ends_no_connection(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(row())

    with pytest.raises(msgspec.ValidationError):
        _run({"time": "2027-11-23T08:00:00Z"}, Context(), table, log, gateway)

    assert (log.events, gateway.closed) == ([], [])


def test_what_the_gateway_saw_is_not_believed_beyond_the_longest_life(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    connection = idle(HOUR_SECONDS)
    table.put(connection)
    gateway.seen = {"c-1": NOW + 365 * 86_400_000}

    _sweep(table, gateway, log)

    assert [event.at for event in log.events] == [connection.created_at + LONGEST * 1000]


def test_a_time_that_was_not_filled_in_is_the_present() -> None:
    assert parse({"time": "<aws.scheduler.scheduled-time>"}, now=5) == Run(5, HOUR_SECONDS)


@pytest.mark.parametrize(
    "event",
    [None, {}, {"time": ""}, {"time": "2026-11-23T08:00:00"}, {"time": NOW}, {**SCHEDULE, "idleSeconds": -1}],
)
def test_a_run_without_its_time_fails(event: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        parse(event, now=NOW)


def _run(
    event: Any, context: Context, connections: Connections, log: MemoryLog, gateway: Gateway
) -> dict[str, Any]:
    return sweeper(event, context, connections, log, gateway, now=lambda: NOW)


class Meeting(Gateway):
    """A gateway that answers nobody until so many have come, and knows how many ever did at once."""

    def __init__(self, people: int) -> None:
        super().__init__()
        self.most = 0
        self._present = 0
        self._lock = Lock()
        self._barrier = Barrier(people, timeout=10)

    def close(self, connection_id: str) -> None:
        with self._lock:
            self._present += 1
            self.most = max(self.most, self._present)
        self._barrier.wait()
        with self._lock:
            self._present -= 1
        super().close(connection_id)


def _sweep(
    table: Table,
    gateway: Gateway,
    log: MemoryLog,
    *,
    idle_seconds: int = HOUR_SECONDS,
    looks: tuple[int, ...] = (),
    dry_run: bool = False,
) -> tuple[int, int, int, int]:
    swept = sweep(idle_seconds, invocation(*looks), table, log, gateway, dry_run=dry_run)
    return swept.checked, swept.lost, swept.closed, swept.refreshed
