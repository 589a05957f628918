"""Rows of older generations: refolded from the log, and counted whole by the new one."""

from collections.abc import Iterator

import pytest

from functions.domain.log.events import Event
from functions.domain.log.facts import (
    ActivityRecorded,
    ConnectionClosed,
    ConnectionOpened,
    ReplyFailed,
    TextMessageReceived,
    VoiceSessionStarted,
)
from functions.operations.projection.projecting import Projection
from tests.contract.engines import moto
from tests.gateway_events import CONNECTED_AT
from tests.stage import NOW, Stage, happened, make_stage

MINUTE = "minute#2026-11-23T05:12"


@pytest.fixture
def stage() -> Iterator[Stage]:
    with moto() as make_client:
        yield make_stage(make_client(), "t")


OPENED = happened("c1", ConnectionOpened())
TEXT = happened("c1", TextMessageReceived("hello"), 1_000)
CLOSED = happened("c1", ConnectionClosed(), 5_000)


def of(stage: Stage, generation: int) -> dict[str, int]:
    """Return the counters of a generation by minute and of now."""
    prefix = f"{generation:08d}#"
    counts = {key.replace(prefix, ""): count for key, count in stage.counts().items() if prefix in key}
    return {key: count for key, count in counts.items() if "day" not in key}


def test_a_row_of_an_older_generation_is_refolded_and_counted_whole(stage: Stage) -> None:
    stage.happen(OPENED, TEXT)
    stage.begin_generation(2)
    stage.append(CLOSED)

    stage.project(CLOSED)

    row = stage.model.load(["c1"]).rows["c1"]
    assert (row.generation, row.revision) == (2, 2)
    assert of(stage, 2) == {f"opened {MINUTE}": 1, f"closed {MINUTE}": 1, f"texts {MINUTE}": 1}


def test_the_counters_of_the_older_generation_stay(stage: Stage) -> None:
    stage.happen(OPENED, TEXT)
    before = of(stage, 1)
    stage.begin_generation(2)
    stage.append(CLOSED)

    stage.project(CLOSED)

    assert of(stage, 1) == before


def test_a_refold_takes_nothing_from_the_old_row(stage: Stage) -> None:
    stage.project(OPENED, happened("c1", ActivityRecorded(), 50_000))  # the log has never heard of these
    stage.begin_generation(2)
    stage.append(TEXT)

    stage.project(TEXT)

    row = stage.model.load(["c1"]).rows["c1"].row
    assert row.opened is None
    assert row.last_activity == CONNECTED_AT + 1_000


def test_a_message_is_counted_once_in_each_generation(stage: Stage) -> None:
    stage.happen(OPENED, TEXT)
    stage.begin_generation(2)

    stage.project(TEXT)
    stage.project(TEXT)

    assert of(stage, 2)[f"texts {MINUTE}"] == 1
    assert {item["generation"]["N"] for item in stage.items(stage.tables.messages)} == {"2"}


def test_a_redelivery_after_a_refold_writes_nothing(stage: Stage) -> None:
    stage.happen(OPENED, TEXT)
    stage.begin_generation(2)
    stage.project(TEXT)
    stage.requests.forget()

    stage.project(OPENED, TEXT)

    assert stage.requests.writes == []


def test_a_rebuild_that_begins_between_the_reads_is_noticed(stage: Stage) -> None:
    stage.happen(OPENED, TEXT)

    def rebuild_and_overtake() -> None:
        stage.begin_generation(2)
        stage.append(CLOSED)
        stage.project(CLOSED)

    stage.requests.at_next("TransactWriteItems", rebuild_and_overtake)
    late = happened("c1", ActivityRecorded(), 8_000)
    stage.append(late)

    stage.project(late)

    row = stage.model.load(["c1"]).rows["c1"]
    assert row.generation == 2
    assert row.row.last_activity == CONNECTED_AT + 8_000
    assert of(stage, 2) == {f"opened {MINUTE}": 1, f"closed {MINUTE}": 1, f"texts {MINUTE}": 1}


def test_a_row_newer_than_the_control_item_that_was_read_is_read_again(stage: Stage) -> None:
    stage.happen(OPENED)
    stage.begin_generation(2)
    stage.project(TEXT)
    stage.begin_generation(1)  # as if the control item had been read before the rebuild began
    stage.append(CLOSED)
    seen = len(stage.pauses)

    def begun(attempt: int) -> None:
        stage.pauses.append(attempt)
        stage.begin_generation(2)

    failed = Projection(stage.model, stage.log, NOW, pause=begun).project({"c1": [CLOSED]})

    assert failed == frozenset()
    assert stage.pauses[seen:] == [1]
    assert stage.model.load(["c1"]).rows["c1"].row.closed is not None


def test_two_that_refold_the_same_row_count_it_once(stage: Stage) -> None:
    stage.happen(OPENED, TEXT)
    stage.begin_generation(2)
    stage.append(CLOSED)
    stage.requests.at_next("TransactWriteItems", lambda: stage.project(CLOSED))

    stage.project(CLOSED)

    assert of(stage, 2) == {f"opened {MINUTE}": 1, f"closed {MINUTE}": 1, f"texts {MINUTE}": 1}


def test_what_the_log_forgot_by_then_is_not_refolded(stage: Stage) -> None:
    expired = happened("c1", ConnectionOpened(), expires_at=NOW // 1000)
    stage.append(expired, TEXT)
    stage.project(expired, TEXT, now=0)
    stage.begin_generation(2)

    stage.project(TEXT)

    assert stage.model.load(["c1"]).rows["c1"].row.opened is None


def test_what_is_no_event_in_the_log_is_passed_over(stage: Stage) -> None:
    stage.happen(OPENED)
    broken = {"connection_id": {"S": "c1"}, "event_id": {"S": "nonsense"}}
    stage.client.put_item(TableName=stage.tables.events, Item=broken)
    stage.begin_generation(2)

    stage.project(TEXT)

    row = stage.model.load(["c1"]).rows["c1"]
    assert row.generation == 2
    assert row.row.opened is not None


def test_a_redrive_joins_the_whole_log_and_adds_the_difference(stage: Stage) -> None:
    stage.happen(OPENED)
    stage.append(TEXT, CLOSED)  # never projected

    failed = Projection(stage.model, stage.log, NOW).project({"c1": ()}, whole_log=True)

    events: list[Event] = [OPENED, TEXT, CLOSED]
    assert failed == frozenset()
    assert of(stage, 1) == {f"opened {MINUTE}": 1, f"closed {MINUTE}": 1, f"texts {MINUTE}": 1}
    stage.requests.forget()
    stage.project(*events)
    assert stage.requests.writes == []


def test_a_redrive_of_what_the_log_does_not_name_writes_nothing(stage: Stage) -> None:
    failed = Projection(stage.model, stage.log, NOW).project({"c1": ()}, whole_log=True)

    assert failed == frozenset()
    assert stage.requests.writes == []


def test_a_log_of_several_pages_is_refolded_page_by_page(stage: Stage) -> None:
    texts = [happened("c1", TextMessageReceived("x" * 32_000), number) for number in range(1, 71)]
    stage.append(OPENED, *texts, CLOSED)
    stage.project(OPENED)
    stage.begin_generation(2)
    stage.requests.forget()

    stage.project(texts[-1], CLOSED)

    assert stage.requests.seen.count("Query") == 3
    assert of(stage, 2) == {f"opened {MINUTE}": 1, f"closed {MINUTE}": 1, f"texts {MINUTE}": 70}
    assert len(stage.items(stage.tables.messages)) == 70


def test_a_text_and_its_outcome_on_two_pages_of_the_log_are_one_row(stage: Stage) -> None:
    first, *texts = [happened("c1", TextMessageReceived("x" * 32_000), number) for number in range(1, 71)]
    late = happened("c1", ReplyFailed(first.event_id, "empty"), 5_000)
    stage.append(OPENED, first, *texts, late)
    stage.project(OPENED)
    stage.begin_generation(2)

    stage.project(OPENED)

    row = next(
        item for item in stage.items(stage.tables.messages) if item["event_id"] == {"S": first.event_id}
    )
    assert (row["status"], row["generation"]) == ({"S": "failed"}, {"N": "2"})
    assert of(stage, 2)[f"texts {MINUTE}"] == 70


def test_a_new_generation_forgets_an_outcome_that_the_log_does_not_have(stage: Stage) -> None:
    stage.happen(OPENED, TEXT)
    stage.project(happened("c1", ReplyFailed(TEXT.event_id, "empty"), 2_000))
    stage.begin_generation(2)

    stage.project(OPENED)

    [row] = stage.items(stage.tables.messages)
    assert row["status"] == {"S": "pending"}


def talk() -> list[Event]:
    """Return voice sessions in each of 90 minutes: they move more counters than a transaction holds."""
    begun = [happened("c1", VoiceSessionStarted(16_000, "lpcm"), minute * 60_000) for minute in range(90)]
    return [OPENED, *begun]


def test_a_row_that_moves_more_counters_than_a_transaction_holds_takes_one_reading(stage: Stage) -> None:
    stage.append(*talk())
    stage.project(OPENED)
    stage.begin_generation(2)
    stage.requests.forget()

    stage.project(OPENED)

    sessions = sum(count for key, count in of(stage, 2).items() if key.startswith("voice_sessions"))
    assert sessions == 89
    assert stage.requests.seen.count("Query") == 1
    assert stage.row("c1")["revision"] == {"N": "5"}
    assert stage.pauses == []


def test_a_refold_that_is_overtaken_halfway_is_begun_again_with_the_log(stage: Stage) -> None:
    stage.append(*talk())
    stage.project(OPENED)
    stage.begin_generation(2)
    rival = happened("c1", ConnectionClosed(), 91 * 60_000)
    stage.append(rival)
    stage.requests.at_next("TransactWriteItems", lambda: None, lambda: stage.project(rival))

    stage.project(OPENED)

    counts = of(stage, 2)
    assert sum(count for key, count in counts.items() if key.startswith("voice_sessions")) == 90
    assert {key.split()[0] for key in counts} == {"opened", "closed", "voice_sessions", "voice_seconds"}
    assert len(stage.model.load(["c1"]).rows["c1"].row.voice) == 90
