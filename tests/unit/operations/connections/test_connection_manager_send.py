"""What becomes of a message to one connection, to a user's, or to all."""

import json
from typing import Any

import pytest

from functions.domain.connections.answers import Sent
from functions.domain.connections.bases import RequestError
from functions.domain.connections.requests import parse
from functions.domain.connections.sends import Send
from functions.domain.feeds.feeds import Subscriber
from functions.domain.feeds.jobs import Push
from functions.domain.feeds.jobs import parse as parse_job
from functions.domain.log.facts import ConnectionLost
from functions.domain.log.ids import time_of
from functions.domain.refusals import Unavailable
from functions.handlers.connection_manager import handler
from functions.operations.connections.sending import send
from tests.fakes import MemoryLog
from tests.feeds.queue import MemoryQueue
from tests.unit.operations.connections.connection_rows import (
    CLOSED,
    HOUR,
    MINUTE,
    NOW,
    RETENTION_SECONDS,
    TOLD_TO_GO,
    Context,
    Gateway,
    Table,
    invocation,
    row,
)

NOTE = {"type": "notification", "data": {"text": "hello"}}
OUT_OF_TIME = 10_000
IN_TIME = 10_001


def test_a_message_to_a_connection_is_its_frame(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(row("c-1"), row("c-2"))
    before = _now()

    answer = _handle(table, gateway, log, connectionId="c-1")

    assert answer == {"delivered": 1, "gone": 0, "failed": 0}
    ((connection_id, frame),) = gateway.posts
    assert connection_id == "c-1"
    sent = json.loads(frame)
    assert before <= sent.pop("timestamp")
    assert sent == NOTE
    assert log.events == []


def test_its_line_says_how_many_got_it(
    table: Table, gateway: Gateway, log: MemoryLog, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "airium")
    table.put(row("c-1"), row("c-2"))
    gateway.gone = {"c-2"}

    _handle(table, gateway, log, all=True)

    (line,) = [vars(each) for each in caplog.records]
    assert (line["message"], line["delivered"], line["gone"], line["failed"]) == (
        "connection_manager",
        1,
        1,
        0,
    )


def test_a_message_to_an_unknown_connection_is_not_found(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    answer = _handle(table, gateway, log, connectionId="c-1")

    assert answer["error"]["code"] == "not_found"
    assert gateway.posts == []


def test_an_id_that_the_gateway_calls_malformed_is_not_found(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(row())
    gateway.unknown = {"c-1"}

    assert _handle(table, gateway, log, connectionId="c-1")["error"]["code"] == "not_found"
    assert log.events == []


def test_a_user_is_reached_on_every_connection_of_theirs(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(
        row("c-1"),
        row("c-2"),
        row("c-bob", user_id="bob"),
        row("c-ended", closed=CLOSED),
        row("c-told", operator=TOLD_TO_GO),
        row("c-ancient", created_at=NOW - 24 * HOUR),
    )

    assert _send(table, gateway, log, userId="alice") == (2, 0, 0, None)
    assert _reached(gateway) == ["c-1", "c-2"]


def test_a_user_without_connections_is_reached_on_none(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    assert _send(table, gateway, log, userId="nobody") == (0, 0, 0, None)


def test_all_are_reached_once_each(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(*(row(f"c-{n}") for n in range(60)), row("c-ended", closed=CLOSED))

    assert _send(table, gateway, log) == (60, 0, 0, None)
    assert _reached(gateway) == sorted(f"c-{n}" for n in range(60))


def test_each_outcome_is_counted(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(*(row(f"c-{n}") for n in range(40)))
    gateway.gone = {"c-1", "c-2", "c-3"}
    gateway.silent = {"c-4", "c-5"}
    gateway.unknown = {"c-6"}
    gateway.busy = {"c-7": 99}

    assert _send(table, gateway, log) == (33, 3, 4, None)


def test_gone_is_lost(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(row())
    gateway.gone = {"c-1"}

    assert _send(table, gateway, log, connectionId="c-1") == (0, 1, 0, None)
    (lost,) = log.events
    assert lost.fact == ConnectionLost("post")
    assert (lost.connection_id, lost.user_id, lost.session_id) == ("c-1", "alice", "s-1")
    assert (lost.at, time_of(lost.event_id)) == (NOW, NOW)
    assert lost.connected_at == NOW - 30 * MINUTE
    assert lost.expires_at == (NOW - 30 * MINUTE) // 1000 + RETENTION_SECONDS
    assert lost.trace_id == "trace-1"


@pytest.mark.parametrize(("seconds", "losses"), [(29, 0), (30, 1)])
def test_gone_is_no_loss_in_the_first_30_seconds(
    table: Table, gateway: Gateway, log: MemoryLog, seconds: int, losses: int
) -> None:
    table.put(row(created_at=NOW - seconds * 1000))
    gateway.gone = {"c-1"}

    assert _send(table, gateway, log, connectionId="c-1") == (0, 1, 0, None)
    assert len(log.events) == losses


def test_an_ended_connection_that_is_gone_is_not_lost_again(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(row(closed=CLOSED))
    gateway.gone = {"c-1"}

    assert _send(table, gateway, log, connectionId="c-1") == (0, 1, 0, None)
    assert log.events == []


def test_gone_is_gone_even_if_the_log_cannot_say_so(
    table: Table, gateway: Gateway, log: MemoryLog, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING", "airium")
    table.put(row())
    gateway.gone = {"c-1"}
    log.before = [Unavailable("ThrottlingException")]

    assert _send(table, gateway, log, connectionId="c-1") == (0, 1, 0, None)
    (line,) = map(vars, caplog.records)
    assert (line["message"], line["connection_id"]) == ("loss_not_recorded", "c-1")
    assert line["problem"] == "ThrottlingException"


def test_a_busy_gateway_is_asked_again_after_longer_and_longer_pauses(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(row())
    gateway.busy = {"c-1": 3}
    pauses: list[float] = []

    assert _send(table, gateway, log, pauses, connectionId="c-1") == (1, 0, 0, None)
    assert pauses == [0.1, 0.3, 0.9]


def test_a_gateway_that_stays_busy_is_a_failure_and_no_loss(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(row())
    gateway.busy = {"c-1": 99}

    assert _send(table, gateway, log, connectionId="c-1") == (0, 0, 1, None)
    assert len(gateway.posts) == 4
    assert log.events == []


def test_a_busy_gateway_is_not_waited_for_when_time_runs_out(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(row())
    gateway.busy = {"c-1": 1}
    pauses: list[float] = []

    sent = _send(table, gateway, log, pauses, looks=(OUT_OF_TIME,), connectionId="c-1")

    assert sent == (0, 0, 1, None)
    assert pauses == []


def test_a_loss_is_left_to_the_sweeper_when_the_post_took_the_time(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(row())
    gateway.gone = {"c-1"}

    _send(table, gateway, log, looks=(OUT_OF_TIME,), connectionId="c-1")

    assert log.events == []


def test_a_post_without_an_answer_is_not_repeated(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(row())
    gateway.silent = {"c-1"}

    assert _send(table, gateway, log, connectionId="c-1") == (0, 0, 1, None)
    assert len(gateway.posts) == 1


@pytest.mark.parametrize("to", [{"all": True}, {"userId": "alice"}], ids=repr)
def test_a_send_stops_before_its_time_and_goes_on_by_cursor(
    table: Table, gateway: Gateway, log: MemoryLog, to: dict[str, Any]
) -> None:
    everyone = [f"c-{n}" for n in range(60)]
    table.put(*(row(connection_id) for connection_id in everyone))

    first, _, _, cursor = _send(table, gateway, log, looks=(IN_TIME, OUT_OF_TIME), **to)
    sent_to_first = len(gateway.posts)
    second, _, _, end = _send(table, gateway, log, cursor=cursor, **to)

    assert cursor is not None
    assert end is None
    assert 0 < first == sent_to_first <= 32
    assert first + second == 60
    assert _reached(gateway) == sorted(everyone)


def test_a_send_without_time_reaches_some_all_the_same(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(*(row(f"c-{n}") for n in range(60)))

    sent = _send(table, gateway, log, looks=(0,))

    assert sent[0] > 0
    assert sent[3] is not None


def test_a_cursor_of_another_message_is_refused(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(*(row(f"c-{n}") for n in range(60)))
    *_, cursor = _send(table, gateway, log, looks=(0,))
    gateway.posts.clear()

    with pytest.raises(RequestError, match="invalid_cursor"):
        _send(table, gateway, log, cursor=cursor, message={"type": "other"})
    with pytest.raises(RequestError, match="invalid_cursor"):
        _send(table, gateway, log, cursor=cursor, userId="alice")
    with pytest.raises(RequestError, match="invalid_cursor"):
        _send(table, gateway, log, cursor=cursor, connectionId="c-1")
    assert gateway.posts == []


class Moving(Table):
    """A table whose first connection becomes active, and so comes again at the end."""

    def active(self, **_: Any) -> Any:
        pages = list(super().active())
        return iter([*pages, *pages[:1]])


def test_a_connection_that_moves_in_the_index_meanwhile_is_sent_to_once(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(*(row(f"c-{n}") for n in range(60)))
    moving = Moving(table._client, table._table)  # noqa: SLF001 - another view of the same table

    assert _send(moving, gateway, log) == (60, 0, 0, None)


def test_a_frame_that_is_too_large_is_sent_to_nobody(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(row())
    message = {"type": "notification", "data": {"text": "x" * 28_672}}

    answer = _handle(table, gateway, log, all=True, message=message)

    assert answer["error"]["code"] == "invalid_request"
    assert gateway.posts == []


def test_an_unforeseen_fault_of_one_post_is_raised(table: Table, log: MemoryLog) -> None:
    class Forbidden(Gateway):
        def _answer(self, connection_id: str) -> None:
            raise PermissionError(connection_id)

    table.put(row())

    with pytest.raises(PermissionError):
        _send(table, Forbidden(), log)


def _handle(table: Table, gateway: Gateway, log: MemoryLog, **arguments: Any) -> dict[str, Any]:
    event = {"operation": "send", "message": NOTE, **arguments}
    return handler(event, Context(), table, log, gateway)


def _send(
    table: Table,
    gateway: Gateway,
    log: MemoryLog,
    pauses: list[float] | None = None,
    looks: tuple[int, ...] = (),
    **arguments: Any,
) -> tuple[int, int, int, str | None]:
    to = arguments.keys() & {"connectionId", "userId", "all"}
    request = {"operation": "send", "message": NOTE, **({} if to else {"all": True}), **arguments}
    parsed = parse(request)
    assert isinstance(parsed, Send)
    pause = ([] if pauses is None else pauses).append
    sent = send(parsed, invocation(*looks), table, log, gateway, pause=pause)
    return sent.delivered, sent.gone, sent.failed, sent.cursor


def _reached(gateway: Gateway) -> list[str]:
    return sorted(connection_id for connection_id, _ in gateway.posts)


def _now() -> str:
    from functions.aws.environment import now
    from functions.domain.times import iso

    return iso(now())


# --- With a delivery queue -------------------------------------------------------------------


def _queued(queue: MemoryQueue) -> list[str]:
    return [to.connection_id for body, _ in queue.waiting for to in parse_job(body).to]


def _with(queue: MemoryQueue, table: Table, gateway: Gateway, log: MemoryLog, *looks: int, **to: Any) -> Sent:
    parsed = parse({"operation": "send", "message": NOTE, **to})
    assert isinstance(parsed, Send)
    return send(
        parsed,
        invocation(*looks),
        table,
        log,
        gateway,
        pause=lambda _: None,
        deferring=queue.deferring,
    )


def test_what_is_for_all_goes_by_the_queue(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(*(row(f"c-{n}") for n in range(250)), row("c-ended", closed=CLOSED))
    queue = MemoryQueue()

    sent = _with(queue, table, gateway, log, all=True)

    assert sent == Sent(0, 0, 0, queued=250)
    assert sorted(_queued(queue)) == sorted(f"c-{n}" for n in range(250))
    jobs = [parse_job(body) for body, _ in queue.waiting]
    assert all(isinstance(job, Push) and json.loads(job.frame)["data"] == NOTE["data"] for job in jobs)
    assert all(len(job.to) <= 100 for job in jobs)
    assert {delay for _, delay in queue.waiting} == {0}
    assert gateway.posts == []


def test_a_recipient_says_all_that_its_loss_would(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(row())
    queue = MemoryQueue()

    _with(queue, table, gateway, log, all=True)

    [job] = [parse_job(body) for body, _ in queue.waiting]
    opened = NOW - 30 * MINUTE
    assert job.to == (Subscriber("c-1", "alice", "s-1", opened, opened // 1000 + RETENTION_SECONDS),)


def test_a_send_by_the_queue_goes_on_by_cursor_too(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(*(row(f"c-{n}") for n in range(60)))
    queue = MemoryQueue()

    first = _with(queue, table, gateway, log, OUT_OF_TIME, all=True)
    second = _with(queue, table, gateway, log, all=True, cursor=first.cursor)

    assert first.cursor is not None
    assert first.queued + second.queued == 60
    assert sorted(_queued(queue)) == sorted(f"c-{n}" for n in range(60))


def test_a_connection_that_moves_meanwhile_is_queued_once(
    table: Table, gateway: Gateway, log: MemoryLog
) -> None:
    table.put(*(row(f"c-{n}") for n in range(60)))
    moving = Moving(table._client, table._table)  # noqa: SLF001 - another view of the same table
    queue = MemoryQueue()

    assert _with(queue, moving, gateway, log, all=True).queued == 60


def test_what_the_queue_does_not_take_has_failed(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(row("c-1"), row("c-2"))
    queue = MemoryQueue()
    queue.is_down = True

    assert _with(queue, table, gateway, log, all=True) == Sent(0, 0, 2)


@pytest.mark.parametrize("to", [{"userId": "alice"}, {"connectionId": "c-1"}], ids=repr)
def test_a_connection_that_stays_busy_gets_it_by_the_queue(
    table: Table, gateway: Gateway, log: MemoryLog, to: dict[str, Any]
) -> None:
    table.put(row())
    gateway.busy = {"c-1": 99}
    queue = MemoryQueue()

    assert _with(queue, table, gateway, log, **to) == Sent(0, 0, 0, queued=1)

    assert _queued(queue) == ["c-1"]
    assert [delay for _, delay in queue.waiting] == [5]


def test_a_connection_that_is_not_busy_does_not_wait(table: Table, gateway: Gateway, log: MemoryLog) -> None:
    table.put(row())
    queue = MemoryQueue()

    assert _with(queue, table, gateway, log, userId="alice") == Sent(1, 0, 0)
    assert queue.waiting == []
