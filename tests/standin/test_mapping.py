"""The stand-in does what AWS documents of event source mappings, so that what is proved on it holds there."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.standin.mapping import Function, Mapping, Settings
from tests.standin.records import FIRST_NUMBER, STREAM_ARN, Record, Shard, number_of, records_of, split
from tests.standin.turns import Turns

ITEMS = [{"connection_id": {"S": "one"}, "event_id": {"S": f"{number}"}} for number in range(8)]
SHARD = Shard("shard-1", records_of(ITEMS))


class Recorder:
    """A function that notes what it is given, as places in the shard, and then answers as it is told to."""

    def __init__(self, answer: Callable[[list[int]], Any] = lambda _: None) -> None:
        self.batches: list[list[int]] = []
        self._answer = answer

    def __call__(self, event: dict[str, Any]) -> Any:
        places = [place(record) for record in event["Records"]]
        self.batches.append(places)
        return self._answer(places)


def place(record: Record) -> int:
    return number_of(record) - FIRST_NUMBER


def poisoned(*poison: int) -> Callable[[list[int]], None]:
    def answer(places: list[int]) -> None:
        if set(poison) & set(places):
            raise ValueError(poison)

    return answer


def report(*places: int) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": str(FIRST_NUMBER + each)} for each in places]}


def once(answer: Any) -> Callable[[list[int]], Any]:
    answers = iter([answer])
    return lambda _: next(answers, None)


def drain(function: Function, *shards: Shard, seed: int = 0, **settings: Any) -> list[dict[str, Any]]:
    failures: list[dict[str, Any]] = []
    Mapping(function, failures.append, Settings(**settings), seed=seed).drain(shards or (SHARD,))
    return failures


def discarded(failures: list[dict[str, Any]]) -> list[tuple[int, int]]:
    infos = [failure["DDBStreamBatchInfo"] for failure in failures]
    return [
        (int(info["startSequenceNumber"]) - FIRST_NUMBER, int(info["endSequenceNumber"]) - FIRST_NUMBER)
        for info in infos
    ]


def test_records_come_in_order_and_in_batches_of_at_most_the_batch_size() -> None:
    function = Recorder()

    failures = drain(function, batch_size=3)

    assert function.batches == [[0, 1, 2], [3, 4, 5], [6, 7]]
    assert failures == []


def test_only_inserted_items_reach_the_function() -> None:
    changed = records_of(ITEMS[:2], "MODIFY", first_number=FIRST_NUMBER + 8)
    expired = records_of(ITEMS[:2], "REMOVE", first_number=FIRST_NUMBER + 10)
    function = Recorder()

    drain(function, Shard("shard-1", (*SHARD.records, *changed, *expired)), batch_size=8)

    assert function.batches == [[0, 1, 2, 3, 4, 5, 6, 7]]


def test_a_removed_item_leaves_no_image() -> None:
    (record,) = records_of(ITEMS[:1], "REMOVE")

    assert "NewImage" not in record["dynamodb"]
    assert record["dynamodb"]["Keys"] == ITEMS[0]


def test_a_raise_bisects_at_once_and_isolates_the_poison() -> None:
    function = Recorder(poisoned(2))

    failures = drain(function, maximum_retry_attempts=1)

    assert function.batches == [
        [0, 1, 2, 3, 4, 5, 6, 7],
        [0, 1, 2, 3],
        [0, 1],
        [2, 3],
        [2],
        [2],
        [3],
        [4, 5, 6, 7],
    ]
    assert discarded(failures) == [(2, 2)]


def test_without_bisect_a_raise_retries_the_whole_batch_and_then_discards_it() -> None:
    function = Recorder(poisoned(2))

    failures = drain(function, batch_size=4, maximum_retry_attempts=2, bisect_batch_on_function_error=False)

    assert function.batches == [[0, 1, 2, 3]] * 3 + [[4, 5, 6, 7]]
    assert discarded(failures) == [(0, 3)]


def test_a_report_checkpoints_at_the_lowest_failed_sequence_number() -> None:
    function = Recorder(once(report(6, 3, 5)))

    failures = drain(function)

    assert function.batches == [[0, 1, 2, 3, 4, 5, 6, 7], [3, 4, 5, 6, 7]]
    assert failures == []


def test_a_report_with_bisect_uses_up_no_retry() -> None:
    answers = iter([report(3), report(6)])
    function = Recorder(lambda _: next(answers, None))

    failures = drain(function, maximum_retry_attempts=0)

    assert function.batches == [[0, 1, 2, 3, 4, 5, 6, 7], [3, 4, 5, 6, 7], [6, 7]]
    assert failures == []


def test_a_report_without_bisect_uses_up_a_retry() -> None:
    function = Recorder(once(report(3)))

    failures = drain(function, maximum_retry_attempts=0, bisect_batch_on_function_error=False)

    assert function.batches == [[0, 1, 2, 3, 4, 5, 6, 7]]
    assert discarded(failures) == [(3, 7)]


def test_a_report_of_the_first_record_takes_the_whole_batch_with_it() -> None:
    function = Recorder(lambda places: report(0) if 0 in places else None)

    failures = drain(function, batch_size=4, maximum_retry_attempts=2)

    assert function.batches == [[0, 1, 2, 3]] * 3 + [[4, 5, 6, 7]]
    assert discarded(failures) == [(0, 3)]


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}])
def test_an_empty_answer_is_a_success(answer: Any) -> None:
    function = Recorder(lambda _: answer)

    failures = drain(function)

    assert function.batches == [[0, 1, 2, 3, 4, 5, 6, 7]]
    assert failures == []


@pytest.mark.parametrize(
    "failure", [{"itemIdentifier": ""}, {"itemIdentifier": None}, {"sequence": "1"}, {"itemIdentifier": "7"}]
)
def test_a_malformed_report_fails_the_whole_batch(failure: Any) -> None:
    function = Recorder(once({"batchItemFailures": [failure]}))

    drain(function)

    assert function.batches == [[0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 2, 3], [4, 5, 6, 7]]


def test_a_report_that_the_mapping_does_not_ask_for_is_ignored() -> None:
    function = Recorder(once(report(3)))

    drain(function, report_batch_item_failures=False)

    assert function.batches == [[0, 1, 2, 3, 4, 5, 6, 7]]


def test_the_destination_gets_metadata_and_no_records() -> None:
    function = Recorder(poisoned(2))

    (failure,) = drain(function, maximum_retry_attempts=1)

    assert failure == {
        "requestContext": {
            "requestId": failure["requestContext"]["requestId"],
            "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:projector",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 5,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": "2026-11-23T05:00:00.000Z",
        "DDBStreamBatchInfo": {
            "shardId": "shard-1",
            "startSequenceNumber": "999999999999999999999",
            "endSequenceNumber": "999999999999999999999",
            "approximateArrivalOfFirstRecord": "2026-11-23T05:00:00Z",
            "approximateArrivalOfLastRecord": "2026-11-23T05:00:00Z",
            "batchSize": 1,
            "streamArn": STREAM_ARN,
        },
    }


def test_a_record_that_is_too_old_is_given_up_and_those_behind_it_go_on() -> None:
    old = records_of(ITEMS[:3], created_at=100)
    young = records_of(ITEMS[3:], first_number=FIRST_NUMBER + 3, created_at=170)
    function, failures = Recorder(), list[dict[str, Any]]()
    settings = Settings(maximum_record_age_seconds=60)

    Mapping(function, failures.append, settings, clock=lambda: 200).drain([Shard("shard-1", (*old, *young))])

    assert function.batches == [[3, 4, 5, 6, 7]]
    assert discarded(failures) == [(0, 2)]
    assert failures[0]["requestContext"]["condition"] == "RecordAgeExceeded"


def test_age_ends_retries_before_their_number_does() -> None:
    now = iter(range(160, 1000, 20))
    records = records_of(ITEMS[:1], created_at=100)
    function, failures = Recorder(poisoned(0)), list[dict[str, Any]]()
    settings = Settings(maximum_record_age_seconds=100, maximum_retry_attempts=1000)

    Mapping(function, failures.append, settings, clock=lambda: next(now)).drain([Shard("shard-1", records)])

    assert function.batches == [[0], [0], [0]]
    assert failures[0]["requestContext"]["condition"] == "RecordAgeExceeded"


def test_a_batch_may_be_delivered_again_after_it_succeeded() -> None:
    function = Recorder()

    drain(function, batch_size=4, redelivery=1.0)

    assert function.batches == [[0, 1, 2, 3], [0, 1, 2, 3], [4, 5, 6, 7], [4, 5, 6, 7]]


def test_children_of_a_split_shard_come_after_their_parent_and_share_a_partition_key() -> None:
    parent, left, right = split(SHARD, 4)
    function = Recorder()

    drain(function, right, left, parent, batch_size=1)

    assert function.batches[:4] == [[0], [1], [2], [3]]
    assert sorted(function.batches[4:]) == [[4], [5], [6], [7]]
    assert [batch for batch in function.batches[4:] if batch[0] % 2 == 0] == [[4], [6]]


def test_shards_are_polled_side_by_side_and_a_seed_repeats_their_order() -> None:
    other = Shard("shard-2", records_of(ITEMS, first_number=FIRST_NUMBER + 8))
    runs = [Recorder(), Recorder(), Recorder()]

    for seed, function in zip((1, 1, 2), runs, strict=True):
        drain(function, SHARD, other, batch_size=1, seed=seed)

    first, again, another = (function.batches for function in runs)
    assert first == again != another
    assert [batch for batch in first if batch[0] < 8] == [[number] for number in range(8)]
    assert first != sorted(first)


def test_the_turn_passes_within_an_invocation_too() -> None:
    turns, steps = Turns(3), list[str]()

    def act(name: str) -> None:
        for number in range(4):
            steps.append(f"{name}{number}")
            turns.pause()

    turns.run(lambda: act("a"), lambda: act("b"))

    assert sorted(steps) == ["a0", "a1", "a2", "a3", "b0", "b1", "b2", "b3"]
    assert steps != sorted(steps)


def test_an_error_of_an_action_is_raised_when_all_have_ended() -> None:
    ended = list[str]()

    def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        Turns(0).run(fail, lambda: ended.append("other"))

    assert ended == ["other"]
