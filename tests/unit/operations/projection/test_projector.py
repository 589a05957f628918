"""The projector: what a batch writes, what it reports, and what it does when a write is refused."""

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from functions.aws.log.event_items import encode
from functions.domain.log.events import Event
from functions.domain.log.facts import (
    ActivityRecorded,
    ConnectionClosed,
    ConnectionOpened,
    ReplyCompleted,
    ReplyFailed,
    TextMessageReceived,
)
from functions.domain.refusals import Unavailable
from functions.operations.projection import projecting
from functions.operations.projection.batches import BatchFailedError
from tests.contract.engines import moto
from tests.gateway_events import CONNECTED_AT, EXPIRES_AT
from tests.stage import NOW, Stage, error, happened, make_stage, raising
from tests.standin.records import FIRST_NUMBER, Record, records_of

MINUTE = "00000001#minute#2026-11-23T05:12"
DAY = "00000001#day#2026-11-23"
SPENT = [1, 2, 3, 4, 5, 6, 7]
"""The pauses of a projection that never succeeded."""


@pytest.fixture
def stage() -> Iterator[Stage]:
    with moto() as make_client:
        yield make_stage(make_client(), "t")


def opened(connection: str, **changes: Any) -> Event:
    return happened(connection, ConnectionOpened("203.0.113.17", "browser"), **changes)


def text(connection: str, words: str = "hello", after: int = 1_000) -> Event:
    return happened(connection, TextMessageReceived(words), after)


def batch(*events: Event) -> list[Record]:
    return list(records_of(map(encode, events)))


def malformed(record: Record) -> Record:
    return {**record, "dynamodb": {**record["dynamodb"], "NewImage": {"type": {"S": "ConnectionOpened"}}}}


def failing_at(position: int) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": str(FIRST_NUMBER + position)}]}


SUCCESS: dict[str, Any] = {"batchItemFailures": []}


def test_events_become_the_row_of_their_connection(stage: Stage) -> None:
    answer = stage.project(opened("c1"), happened("c1", ConnectionClosed(1001), 5_000))

    row = stage.row("c1")
    assert answer == SUCCESS
    assert row["status"] == {"S": "DISCONNECTED"}
    assert row["createdAt"] == {"N": str(CONNECTED_AT)}
    assert row["disconnectedAt"] == {"N": str(CONNECTED_AT + 5_000)}
    assert row["revision"] == {"N": "1"}
    assert row["generation"] == {"N": "1"}
    assert row["expires_at"] == {"N": str(EXPIRES_AT)}


def test_a_row_moves_its_counters_by_minute_by_day_and_now(stage: Stage) -> None:
    stage.project(opened("c1"), opened("c2"), happened("c2", ConnectionClosed(), 5_000))

    assert stage.counts() == {
        f"opened {MINUTE}": 2,
        f"opened {DAY}": 2,
        f"closed {MINUTE}": 1,
        f"closed {DAY}": 1,
        "active 00000001#now": 1,
    }


def test_a_counter_expires_a_day_after_the_last_of_what_it_counts(stage: Stage) -> None:
    stage.project(opened("c1"))

    expiries = {
        item["bucket"]["S"]: item.get("expires_at", {}).get("N") for item in stage.items(stage.tables.metrics)
    }
    midnight, minute = 1_795_478_400, CONNECTED_AT // 60_000 * 60 + 60
    assert expiries == {
        f"{MINUTE}#90d7": str(minute + 91 * 86_400),
        f"{DAY}#90d7": str(midnight + 91 * 86_400),
        "00000001#now#7": None,
    }


def test_a_change_moves_only_what_it_changes(stage: Stage) -> None:
    stage.project(opened("c1"))
    stage.requests.forget()

    stage.project(happened("c1", ConnectionClosed(), 5_000))

    assert stage.counts() == {
        f"opened {MINUTE}": 1,
        f"opened {DAY}": 1,
        f"closed {MINUTE}": 1,
        f"closed {DAY}": 1,
    }
    assert b'{"S": "opened"}' not in stage.requests.sent[-1]
    assert stage.row("c1")["revision"] == {"N": "2"}


def test_a_redelivered_batch_writes_nothing(stage: Stage) -> None:
    events = (opened("c1"), text("c1"), happened("c1", ConnectionClosed(), 5_000))
    stage.project(*events)
    counts = stage.counts()
    stage.requests.forget()

    answer = stage.project(*events)

    assert answer == SUCCESS
    assert stage.requests.seen == ["BatchGetItem"]
    assert stage.counts() == counts


def test_events_that_come_late_and_in_reverse_give_the_same_row(stage: Stage) -> None:
    events = [opened("c1"), happened("c1", ActivityRecorded(), 2_000), text("c1", after=3_000)]
    stage.project(*events)
    for each in reversed(events):
        stage.project(happened("c2", each.fact, each.at - CONNECTED_AT))

    rows = [stage.model.load([connection]).rows[connection].row for connection in ("c1", "c2")]
    assert rows[0].last_activity == rows[1].last_activity == CONNECTED_AT + 3_000
    assert rows[0].opened == rows[1].opened


def test_texts_and_replies_are_rows_that_count_themselves(stage: Stage) -> None:
    asked = text("c1")
    replied = happened("c1", ReplyCompleted(asked.event_id, "hi"), 2_000)

    stage.project(asked, replied)

    rows = {item["role"]["S"]: item for item in stage.items(stage.tables.messages)}
    assert rows["user"]["text"] == {"S": "hello"}
    assert rows["assistant"]["message_id"] == {"S": asked.event_id}
    counts = stage.counts()
    assert counts[f"texts {MINUTE}"] == counts[f"replies {DAY}"] == 1


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_what_became_of_a_text_is_known_in_whatever_order_it_is_delivered(
    stage: Stage, order: tuple[int, ...]
) -> None:
    asked, unanswered = text("c1"), text("c1", after=1_500)
    events = [
        asked,
        unanswered,
        happened("c1", ReplyCompleted(asked.event_id, "hi", "cancelled", attempt=2), 2_000),
        happened("c1", ReplyFailed(unanswered.event_id, "throttled", 5), 3_000),
    ]

    for number in order:
        stage.project(events[number])

    rows = {item["event_id"]["S"]: item for item in stage.items(stage.tables.messages)}
    assert rows[asked.event_id]["status"] == {"S": "cancelled"}
    failed = rows[unanswered.event_id]
    assert (failed["status"], failed["text"]) == ({"S": "failed"}, {"S": "hello"})
    assert failed["outcome"]["M"]["reason"] == {"S": "throttled"}
    assert stage.counts()[f"texts {MINUTE}"] == 2
    stage.requests.forget()
    stage.project(*events)
    assert stage.requests.writes == []


def test_a_text_and_its_outcome_in_one_batch_are_one_write_of_the_text(stage: Stage) -> None:
    asked = text("c1")

    stage.project(asked, happened("c1", ReplyCompleted(asked.event_id, "hi"), 2_000))

    row = next(item for item in stage.items(stage.tables.messages) if item["role"] == {"S": "user"})
    assert (row["revision"], row["status"]) == ({"N": "1"}, {"S": "answered"})


def test_an_outcome_that_two_project_at_once_is_joined_by_both(stage: Stage) -> None:
    asked = text("c1")
    stage.project(asked)
    replied = happened("c1", ReplyCompleted(asked.event_id, "hi"), 2_000)
    stage.requests.at_next("TransactWriteItems", lambda: stage.project(replied))

    stage.project(replied)

    assert stage.counts()[f"replies {MINUTE}"] == 1
    row = next(item for item in stage.items(stage.tables.messages) if item["role"] == {"S": "user"})
    assert (row["revision"], row["status"]) == ({"N": "2"}, {"S": "answered"})


def test_the_outcome_of_a_text_that_an_earlier_release_projected_is_joined(stage: Stage) -> None:
    asked = text("c1")
    stage.project(asked)
    [item] = stage.items(stage.tables.messages)
    earlier = {name: value for name, value in item.items() if name not in ("role", "revision", "status")}
    stage.client.put_item(TableName=stage.tables.messages, Item={**earlier, "kind": {"S": "text"}})

    stage.project(happened("c1", ReplyFailed(asked.event_id, "empty"), 2_000))

    [row] = stage.items(stage.tables.messages)
    assert (row["role"], row["status"], row["text"]) == ({"S": "user"}, {"S": "failed"}, {"S": "hello"})
    assert stage.counts()[f"texts {MINUTE}"] == 1


def test_a_text_that_comes_again_with_others_is_counted_once(stage: Stage) -> None:
    stage.project(text("c1"))

    stage.project(text("c1"), text("c1", after=2_000))

    assert stage.counts()[f"texts {MINUTE}"] == 2


def test_a_text_twice_in_one_batch_is_counted_once(stage: Stage) -> None:
    stage.project(text("c1"), text("c1"))

    assert stage.counts()[f"texts {MINUTE}"] == 1


def test_what_has_expired_is_dropped(stage: Stage) -> None:
    late = opened("c1", expires_at=NOW // 1000)
    kept = opened("c2", expires_at=NOW // 1000 + 1)

    answer = stage.project(late, kept)

    assert answer == SUCCESS
    assert [item["connectionId"]["S"] for item in stage.items(stage.tables.connections)] == ["c2"]


@pytest.mark.parametrize("kind", ["MODIFY", "REMOVE"])
def test_only_insertions_are_events(stage: Stage, kind: Any) -> None:
    answer = stage.deliver(list(records_of([encode(opened("c1"))], kind)))

    assert answer == SUCCESS
    assert stage.requests.seen == []


@pytest.mark.parametrize(("kind", "version"), [("ConnectionTeleported", "1"), ("ConnectionClosed", "2")])
def test_an_event_of_another_release_counts_for_user_and_times_only(
    stage: Stage, kind: str, version: str
) -> None:
    item = encode(opened("c1"))
    item |= {"type": {"S": kind}, "version": {"N": version}}

    answer = stage.deliver(list(records_of([item])))

    row = stage.model.load(["c1"]).rows["c1"].row
    assert answer == SUCCESS
    assert (row.user_id, row.created_at, row.last_activity) == ("alice", CONNECTED_AT, CONNECTED_AT)
    assert row.opened is None
    assert row.closed is None
    assert stage.counts() == {}


def test_an_empty_batch_reads_nothing(stage: Stage) -> None:
    assert stage.deliver([]) == SUCCESS
    assert stage.requests.seen == []


def test_a_malformed_first_record_fails_the_batch(stage: Stage) -> None:
    records = batch(opened("c1"), opened("c2"))
    records[0] = malformed(records[0])

    with pytest.raises(BatchFailedError, match="not an event"):
        stage.deliver(records)

    assert stage.items(stage.tables.connections) == []


@pytest.mark.parametrize("position", [1, 2])
def test_a_later_malformed_record_is_reported_and_those_before_it_are_projected(
    stage: Stage, position: int
) -> None:
    records = batch(opened("c0"), opened("c1"), opened("c2"))
    records[position] = malformed(records[position])

    answer = stage.deliver(records)

    assert answer == failing_at(position)
    assert {item["connectionId"]["S"] for item in stage.items(stage.tables.connections)} == {
        f"c{before}" for before in range(position)
    }


def test_a_record_without_an_image_is_malformed(stage: Stage) -> None:
    records = batch(opened("c0"), opened("c1"))
    del records[1]["dynamodb"]["NewImage"]

    assert stage.deliver(records) == failing_at(1)


def test_a_row_that_another_wrote_meanwhile_is_joined_anew(stage: Stage) -> None:
    stage.project(opened("c1"))
    stage.requests.at_next(
        "TransactWriteItems", lambda: stage.project(happened("c1", ActivityRecorded(), 9_000))
    )

    answer = stage.project(happened("c1", ConnectionClosed(), 10_000))

    row = stage.model.load(["c1"]).rows["c1"]
    assert answer == SUCCESS
    assert row.revision == 3
    assert row.row.last_activity == CONNECTED_AT + 9_000
    assert row.row.closed is not None
    assert stage.counts()[f"closed {MINUTE}"] == 1
    assert stage.pauses == [1]


def test_two_that_make_the_same_row_count_it_once(stage: Stage) -> None:
    stage.requests.at_next("TransactWriteItems", lambda: stage.project(opened("c1"), text("c1")))

    answer = stage.project(opened("c1"), text("c1"))

    counts = stage.counts()
    assert answer == SUCCESS
    assert (counts[f"opened {MINUTE}"], counts[f"texts {MINUTE}"]) == (1, 1)


def test_two_that_write_a_text_that_does_not_change_its_row_count_it_once(stage: Stage) -> None:
    stage.project(opened("c1"), happened("c1", ActivityRecorded(), 9_000))
    stage.requests.at_next("TransactWriteItems", lambda: stage.project(text("c1")))

    answer = stage.project(text("c1"))

    assert answer == SUCCESS
    assert stage.counts()[f"texts {MINUTE}"] == 1
    assert stage.row("c1")["revision"] == {"N": "1"}


@pytest.mark.parametrize(
    "problem",
    [
        error("ThrottlingException"),
        error("ProvisionedThroughputExceededException"),
        error("TransactionInProgressException"),
        error("InternalServerError"),
        error("TransactionCanceledException", reasons=["None", "TransactionConflict"]),
        error("TransactionCanceledException", reasons=["ThrottlingError", "ConditionalCheckFailed"]),
        ReadTimeoutError(endpoint_url="http://127.0.0.1"),
    ],
    ids=str,
)
def test_what_passes_is_tried_again_from_the_read(stage: Stage, problem: BaseException) -> None:
    stage.requests.at_next("TransactWriteItems", raising(problem), raising(problem))

    answer = stage.project(opened("c1"))

    assert answer == SUCCESS
    assert stage.requests.seen == ["BatchGetItem", "TransactWriteItems"] * 3
    assert stage.pauses == [1, 2]
    assert stage.counts()[f"opened {MINUTE}"] == 1


def test_a_write_whose_answer_was_lost_is_not_repeated(stage: Stage) -> None:
    lost = ReadTimeoutError(endpoint_url="http://127.0.0.1")
    stage.requests.after_next("TransactWriteItems", raising(lost))

    answer = stage.project(opened("c1"), text("c1"))

    assert answer == SUCCESS
    assert stage.requests.seen == ["BatchGetItem", "TransactWriteItems", "BatchGetItem"]
    assert stage.counts()[f"texts {MINUTE}"] == 1


def test_what_never_passes_is_reported_at_its_first_record(stage: Stage) -> None:
    stage.project(opened("c0"))
    throttled = raising(error("ThrottlingException"))
    stage.requests.at_next("TransactWriteItems", *[throttled] * 8)

    answer = stage.project(opened("c0"), opened("c1"), happened("c1", ConnectionClosed(), 1_000))

    assert answer == failing_at(1)
    assert stage.pauses == SPENT


def test_a_first_record_that_never_passes_fails_the_batch(stage: Stage) -> None:
    throttled = raising(error("ThrottlingException"))
    stage.requests.at_next("TransactWriteItems", *[throttled] * 8)

    with pytest.raises(BatchFailedError, match="connection c1 could not be written"):
        stage.project(opened("c1"), opened("c2"))


def test_reads_that_fail_are_the_batchs_failure(stage: Stage) -> None:
    stage.requests.at_next("BatchGetItem", raising(error("ThrottlingException", "BatchGetItem")))

    with pytest.raises(Unavailable):
        stage.project(opened("c1"))


def test_what_a_role_may_not_write_is_raised(stage: Stage) -> None:
    denied = error("AccessDeniedException")
    stage.requests.at_next("TransactWriteItems", raising(denied))

    with pytest.raises(type(denied), match="AccessDenied"):
        stage.project(opened("c1"))


def test_an_item_that_cannot_be_written_leaves_the_others_written(stage: Stage) -> None:
    connections = [f"c{number}" for number in range(9)]
    huge = text("c4", "x" * 420_000)

    answer = stage.project(*map(opened, connections), huge)

    written = {item["connectionId"]["S"] for item in stage.items(stage.tables.connections)}
    assert answer == failing_at(4)
    assert written == {*connections}
    assert stage.items(stage.tables.messages) == []
    assert stage.counts()[f"opened {MINUTE}"] == 9
    assert f"texts {MINUTE}" not in stage.counts()


def test_an_item_that_cannot_be_written_is_not_tried_again(stage: Stage) -> None:
    stage.project(opened("c1"))
    stage.requests.forget()

    with pytest.raises(BatchFailedError):
        stage.project(text("c1", "x" * 420_000))

    assert stage.pauses == []


def test_messages_in_conversations_of_one_session_meet(stage: Stage) -> None:
    first = happened("c1", TextMessageReceived("one"), 1_000, session_id="s-1")
    second = happened("c2", TextMessageReceived("two"), 2_000, session_id="s-1")

    stage.project(first, second)

    conversations = {item["conversation"]["S"] for item in stage.items(stage.tables.messages)}
    assert conversations == {"s-1"}


def test_pauses_grow_and_have_an_end() -> None:
    slept: list[float] = []

    for attempt in range(1, 9):
        projecting.back_off(attempt, slept.append, lambda _low, high: high)

    assert slept == sorted(slept)
    assert (slept[0], slept[-1]) == (0.04, 1.0)
