"""Verify: what it finds, what it waits for, and what it cannot speak of."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from functions.aws.read_models.counter_items import CounterKey
from functions.domain.log.events import Event
from functions.domain.log.facts import (
    ConnectionClosed,
    ConnectionOpened,
    ReplyCompleted,
    ReplyFailed,
    TextMessageReceived,
)
from functions.names import METRIC_SHARDS
from ops.deployment import Deployment
from ops.read_models.counts import counted
from ops.read_models.findings import Verified
from ops.read_models.rebuild import rebuild
from ops.read_models.scans import SEGMENTS
from ops.read_models.verify import RebuildUnderWayError, verify
from tests.gateway_events import CONNECTED_AT
from tests.ops.wrongs import HISTORY, TEXT, WRONGS, clock
from tests.stage import NOW, Requests, Stage, happened

NEXT_DAY_SECONDS = NOW / 1000 + 30 * 3600
"""On the day after the history, so that its minutes and its day are compared beside live traffic too."""


@dataclass
class Clock:
    """A clock that only sleeping moves, and what happens while one sleeps."""

    seconds: float
    meanwhile: list[Callable[[], object]] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        if self.meanwhile:
            self.meanwhile.pop(0)()


def at_rest(deployment: Deployment) -> Verified:
    return verify(deployment, at_rest=True, now=clock)


def live(deployment: Deployment, time: Clock) -> Verified:
    return verify(deployment, now=time.now, sleep=time.sleep)


def test_what_was_projected_equals_the_log(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*HISTORY)

    verified = at_rest(deployment)

    assert verified == Verified(connections=2, messages=1, counters=7, differences=())


def test_empty_tables_are_equal(deployment: Deployment) -> None:
    assert at_rest(deployment) == Verified(0, 0, 0, ())


@pytest.mark.parametrize("wrong", WRONGS)
def test_what_went_wrong_is_found_and_a_rebuild_heals_it(
    stage: Stage, deployment: Deployment, wrong: str
) -> None:
    stage.happen(*HISTORY)
    corrupt, name = WRONGS[wrong]
    corrupt(stage)

    found = at_rest(deployment).differences
    rebuild(deployment, wait_seconds=0, now=clock, sleep=lambda _seconds: None)

    assert any(difference.what.startswith(name) for difference in found)
    assert at_rest(deployment).differences == ()


def test_a_difference_names_what_differs_and_no_more(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*HISTORY)
    WRONGS["a row whose status is not what its join says"][0](stage)

    (difference,) = at_rest(deployment).differences

    assert (difference.log, difference.read_model) == ("status CONNECTED", "status DISCONNECTED")


def test_an_event_that_was_not_projected_is_a_difference(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*HISTORY)
    stage.append(happened("c1", ConnectionClosed(), 9_000, session_id="s-1"))

    found = {difference.what for difference in at_rest(deployment).differences}

    assert {"connection c1", "counter active 00000001#now#"} < found


def test_beside_live_traffic_a_difference_may_pass(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*HISTORY)
    late = happened("c1", TextMessageReceived("late"), 20_000, session_id="s-1")
    stage.append(late)
    time = Clock(NEXT_DAY_SECONDS, [lambda: None, lambda: stage.project(late)])

    verified = live(deployment, time)

    assert verified.differences == ()
    assert verified.messages == 2
    assert time.seconds - NEXT_DAY_SECONDS < 30


def test_beside_live_traffic_a_difference_counts_once_it_has_stood(
    stage: Stage, deployment: Deployment
) -> None:
    stage.happen(*HISTORY)
    WRONGS["a row with another join"][0](stage)
    time = Clock(NEXT_DAY_SECONDS)

    verified = live(deployment, time)

    assert [difference.what for difference in verified.differences] == ["connection c1"]
    assert time.seconds - NEXT_DAY_SECONDS >= 30


def test_beside_live_traffic_a_wrong_counter_counts_once_it_has_stood(
    stage: Stage, deployment: Deployment
) -> None:
    stage.happen(*HISTORY)
    WRONGS["a counter that is too high"][0](stage)
    time = Clock(NEXT_DAY_SECONDS)

    verified = live(deployment, time)

    wrong = [difference.what for difference in verified.differences]
    assert len(wrong) == 1
    assert wrong[0].startswith("counter opened")
    assert time.seconds - NEXT_DAY_SECONDS >= 30


def test_beside_live_traffic_a_counter_that_still_moves_is_not_wrong(
    stage: Stage, deployment: Deployment
) -> None:
    stage.happen(*HISTORY)
    WRONGS["a counter that is too high"][0](stage)
    (high,) = (item for item in stage.items(stage.tables.metrics) if item.get("count") == {"N": "7"})
    higher = {**high, "count": {"N": "8"}}
    time = Clock(
        NEXT_DAY_SECONDS, [lambda: stage.client.put_item(TableName=stage.tables.metrics, Item=higher)]
    )

    verified = live(deployment, time)

    assert verified.differences == ()


def test_beside_live_traffic_young_counters_are_left_alone(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*HISTORY)
    WRONGS["a surplus counter"][0](stage)

    verified = live(deployment, Clock(NOW / 1000))

    assert verified.differences == ()
    assert verified.counters == 0


def test_counters_of_days_that_began_to_expire_are_left_alone(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*HISTORY)
    WRONGS["a surplus counter"][0](stage)
    whole_days = 89
    later = NOW / 1000 + whole_days * 86_400

    within = verify(deployment, at_rest=True, now=lambda: later - 2 * 3600 - 5 * 3600)
    beyond = verify(deployment, at_rest=True, now=lambda: later + 20 * 3600)

    assert len(within.differences) == 1
    assert beyond.differences == ()


def test_what_has_expired_is_no_difference(stage: Stage, deployment: Deployment) -> None:
    stage.append(happened("gone", ConnectionOpened(), expires_at=NOW // 1000))  # not yet deleted
    stage.happen(*HISTORY)

    verified = at_rest(deployment)

    assert verified.differences == ()
    assert verified.connections == 2


def test_rows_that_have_expired_are_no_surplus(stage: Stage, deployment: Deployment) -> None:
    text = happened("gone", TextMessageReceived("bye"), expires_at=NOW // 1000)
    stage.project(text, now=CONNECTED_AT - 10**9)
    stage.begin_generation(2, serving=2)  # so that only rows are compared, not what they once counted

    assert at_rest(deployment).differences == ()


def test_a_counter_is_the_sum_of_all_shards_that_were_ever_written(
    stage: Stage, deployment: Deployment
) -> None:
    key = CounterKey(1, "texts", "minute", CONNECTED_AT - CONNECTED_AT % 60_000, 90)
    for shard in (0, METRIC_SHARDS - 1, METRIC_SHARDS, 100):
        item = {"metric": {"S": "texts"}, "bucket": {"S": key.shard(shard)}, "count": {"N": "1"}}
        stage.client.put_item(TableName=stage.tables.metrics, Item=item)

    assert dict(counted(deployment, 1).items()) == {key: 4}


def test_a_message_in_another_conversation_than_its_events_is_surplus(
    stage: Stage, deployment: Deployment
) -> None:
    stage.happen(*HISTORY)
    (message,) = stage.items(stage.tables.messages)
    stage.client.put_item(TableName=stage.tables.messages, Item={**message, "conversation": {"S": "s-2"}})

    found = [difference.what for difference in at_rest(deployment).differences]

    assert found == [f"message s-2 {message['event_id']['S']}"]


def test_what_became_of_texts_equals_the_log(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*HISTORY, replied(TEXT.event_id, 2_000))

    verified = at_rest(deployment)

    assert (verified.messages, verified.differences) == (2, ())


def test_an_outcome_that_was_not_projected_is_a_difference(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*HISTORY)
    stage.append(failed(TEXT.event_id, 2_000))

    message, session = at_rest(deployment).differences

    assert message.what == f"message s-1 {TEXT.event_id}"
    assert "status failed" in message.log
    assert "status pending" in message.read_model
    assert (session.what, session.log, session.read_model) == ("session alice s-1", "failed 1", "failed 0")


def test_a_text_and_its_outcome_on_two_pages_of_the_log_are_one_message(
    stage: Stage, deployment: Deployment
) -> None:
    texts = [said("x" * 32_000, number) for number in range(10, 80)]
    late = [replied(texts[0].event_id, 5_000), failed(texts[1].event_id, 5_001)]
    stage.happen(*HISTORY, *texts, *late)

    verified = at_rest(deployment)

    assert (verified.messages, verified.differences) == (1 + len(texts) + 1, ())
    # beside live traffic surplus is found by sums, to which each row adds once
    assert live(deployment, Clock(NEXT_DAY_SECONDS)).differences == ()


def test_an_outcome_whose_text_cannot_be_read_is_a_message_without_words(
    stage: Stage, deployment: Deployment
) -> None:
    stage.happen(*HISTORY, failed(said("never appended", 10).event_id, 5_000))

    assert at_rest(deployment).differences == ()
    assert live(deployment, Clock(NEXT_DAY_SECONDS)).differences == ()


def said(words: str, after: int) -> Event:
    return happened("c1", TextMessageReceived(words), after, session_id="s-1")


def replied(message_id: str, after: int) -> Event:
    return happened("c1", ReplyCompleted(message_id, "hi", "end_turn"), after, session_id="s-1")


def failed(message_id: str, after: int) -> Event:
    return happened("c1", ReplyFailed(message_id, "empty"), after, session_id="s-1")


def test_a_row_without_an_expiry_is_compared_too(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*HISTORY)
    stage.client.put_item(TableName=stage.tables.connections, Item={"connectionId": {"S": "for ever"}})

    found = [difference.what for difference in at_rest(deployment).differences]

    assert found == ["connection for ever"]


def test_a_message_without_its_connection_is_compared_too(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*HISTORY)
    (message,) = stage.items(stage.tables.messages)
    del message["connection_id"]
    stage.client.put_item(TableName=stage.tables.messages, Item=message)

    found = {difference.what for difference in at_rest(deployment).differences}

    assert found == {f"message s-1 {message['event_id']['S']}"}


def test_a_difference_shows_the_beginning_of_a_long_text(stage: Stage, deployment: Deployment) -> None:
    text = happened("c1", TextMessageReceived("x" * 1_000), 3_000)
    stage.happen(text)
    (message,) = stage.items(stage.tables.messages)
    stage.client.put_item(TableName=stage.tables.messages, Item={**message, "text": {"S": "short"}})

    (difference,) = at_rest(deployment).differences

    assert (difference.log, difference.read_model) == (f"text {'x' * 200}… (1,000 characters)", "text short")


def test_beside_live_traffic_a_surplus_row_of_another_day_is_found(
    stage: Stage, deployment: Deployment
) -> None:
    stage.happen(*HISTORY)
    stage.project(happened("nobody", ConnectionOpened()), happened("nobody", TextMessageReceived("?"), 1))

    found = {
        difference.what.rpartition(" ")[0]
        for difference in live(deployment, Clock(NEXT_DAY_SECONDS)).differences
    }

    assert {"connection", "message connection#nobody"} <= found


def test_rows_that_the_log_explains_are_scanned_once_and_not_asked_for(
    stage: Stage, deployment: Deployment
) -> None:
    stage.happen(*HISTORY)
    requests = Requests(deployment.client)

    live(deployment, Clock(NEXT_DAY_SECONDS))

    logs, names, sessions_of_alice, events_of_alice = 2, 9, 1, 1
    assert requests.seen.count("Scan") == 4 * SEGMENTS
    assert requests.seen.count("Query") == logs + names + sessions_of_alice + events_of_alice


def test_what_is_appended_and_projected_between_the_walks_is_no_difference(
    stage: Stage, deployment: Deployment
) -> None:
    stage.happen(*HISTORY)
    late = happened("c1", TextMessageReceived("late"), 20_000, session_id="s-1")
    later = NOW + 30 * 3_600_000
    new = happened(
        "c3", ConnectionOpened(), connected_at=later, at=later, expires_at=later // 1000 + 90 * 86_400
    )
    walked = [lambda: None] * SEGMENTS
    requests = Requests(deployment.client)
    requests.at_next("Scan", *walked, lambda: stage.happen(late, new))

    verified = live(deployment, Clock(NEXT_DAY_SECONDS))

    assert verified.differences == ()
    log_twice, connections, messages_twice, sessions = 2, 1, 2, 1
    assert requests.seen.count("Scan") == (log_twice + connections + messages_twice + sessions) * SEGMENTS


def test_nothing_is_compared_while_a_rebuild_is_under_way(stage: Stage, deployment: Deployment) -> None:
    stage.begin_generation(2, serving=1)

    with pytest.raises(RebuildUnderWayError, match="generation 2"):
        at_rest(deployment)


def test_progress_is_reported(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*HISTORY)
    reported: list[tuple[str, int]] = []

    verify(deployment, lambda what, count: reported.append((what, count)), at_rest=True, now=clock)

    assert {what for what, _ in reported} == {"connections"}
    assert sum(count for _, count in reported) == 2
