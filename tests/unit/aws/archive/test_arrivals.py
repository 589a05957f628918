"""What the archive asks of the log's index: every shard, page by page, and no more than it needs."""

from typing import Any

import pytest

from functions.aws.archive.arrivals import SHARDS, Arrivals
from functions.aws.log.arrivals import stamp
from functions.aws.log.event_items import encode
from functions.domain.archive.hours import HOUR, hour_of
from functions.domain.log.events import event
from functions.domain.log.facts import TextMessageReceived
from functions.domain.refusals import Unavailable
from tests.gateway_events import CONNECTED_AT, cause
from tests.unit.aws.dynamodb import Client, failure

FIVE = hour_of(CONNECTED_AT)
TEXT = event(cause(), TextMessageReceived("hi"))
ITEM = encode(TEXT) | stamp(TEXT.event_id, FIVE + 5)
PLACE = {"connection_id": {"S": "c1"}}
SILENT: dict[str, Any] = {"Items": []}


def arrivals(*answers: Any) -> tuple[Arrivals, Client]:
    client = Client(*answers)
    return Arrivals(client, "events"), client


def test_a_shard_is_read_to_its_last_page() -> None:
    log, client = arrivals({"Items": [ITEM], "LastEvaluatedKey": PLACE}, {"Items": [ITEM, ITEM]})

    assert len(list(log.lines(FIVE, 7))) == 3
    assert [call["ExclusiveStartKey"] for _, call in client.calls[1:]] == [PLACE]


def test_an_hour_of_a_shard_is_asked_of_the_index_by_arrival() -> None:
    log, client = arrivals(SILENT)

    assert list(log.lines(FIVE, 7)) == []

    [(_, asked)] = client.calls
    assert (asked["TableName"], asked["IndexName"]) == ("events", "by-arrival")
    assert asked["ExpressionAttributeValues"] == {
        ":day": {"S": "2026-11-23#7"},
        ":first": {"N": str(FIVE)},
        ":last": {"N": str(FIVE + HOUR - 1)},
    }


def test_a_count_adds_all_pages_of_all_shards_and_takes_no_items() -> None:
    log, client = arrivals({"Count": 3, "LastEvaluatedKey": PLACE}, *([{"Count": 1}] * (len(SHARDS))))

    assert log.count(FIVE, SHARDS) == 3 + len(SHARDS)
    assert {call["Select"] for _, call in client.calls} == {"COUNT"}


def test_the_first_arrival_costs_one_item_of_each_shard() -> None:
    answers = [{"Items": [{"arrived_at": {"N": str(FIVE + at)}}]} for at in (9, 4, 7)]
    log, client = arrivals(*answers, *([SILENT] * (len(SHARDS) - 3)))

    assert log.first(FIVE, FIVE + HOUR) == FIVE + 4
    assert len(client.calls) == len(SHARDS)
    assert {(call["Limit"], call["ProjectionExpression"]) for _, call in client.calls} == {(1, "arrived_at")}


def test_a_silent_day_costs_one_request_for_each_shard() -> None:
    log, client = arrivals(*([SILENT] * 2 * len(SHARDS)))

    assert log.first(FIVE, FIVE + 24 * HOUR) is None
    assert len(client.calls) == 2 * len(SHARDS)


@pytest.mark.parametrize("read", [lambda log: list(log.lines(FIVE, 0)), lambda log: log.count(FIVE, [0])])
def test_a_log_that_does_not_answer_in_time_is_unavailable(read: Any) -> None:
    log, _ = arrivals(failure("ThrottlingException"))

    with pytest.raises(Unavailable):
        read(log)
