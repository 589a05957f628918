"""Texts of one user that come at the same instant, and the stand-in on which they meet."""

from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.aws.faults import cancellation
from tests.standin.contention import LONGEST_SECONDS, SHORTEST_SECONDS, ContendedTable, Crowd
from tests.standin.virtual_time import VirtualTime


def claim(key: str) -> dict[str, Any]:
    return {"Update": {"TableName": "claims", "Key": {"claim": {"S": key}}}}


def event(event_id: str) -> dict[str, Any]:
    item = {"connection_id": {"S": "c-1"}, "event_id": {"S": event_id}, "type": {"S": "a type"}}
    return {"Put": {"TableName": "events", "Item": item}}


def outcomes(*transactions: tuple[float, list[dict[str, Any]]]) -> list[list[str]]:
    """Write transactions, each after some seconds; return the reasons of each, none where it was written."""
    time = VirtualTime()
    table = ContendedTable(time, Random(1))  # noqa: S311 - it must repeat
    found: list[list[str]] = [[] for _ in transactions]

    def write(number: int, seconds: float, actions: list[dict[str, Any]]) -> None:
        time.sleep(seconds)
        try:
            table.transact_write_items(TransactItems=actions)
        except ClientError as error:
            found[number] = [reason["Code"] for reason in cancellation(error)]

    time.run(
        *(
            lambda number=number, seconds=seconds, actions=actions: write(number, seconds, actions)
            for number, (seconds, actions) in enumerate(transactions)
        )
    )
    assert len(table.written) == found.count([])
    return found


# --- The stand-in ----------------------------------------------------------------------------


def test_time_passes_where_all_wait_and_who_wakes_first_goes_on() -> None:
    time, seen = VirtualTime(), list[tuple[str, float]]()

    def act(name: str, *pauses: float) -> None:
        for seconds in pauses:
            time.sleep(seconds)
            seen.append((name, time.clock()))

    time.run(lambda: act("a", 1, 1), lambda: act("b", 0.5, 1), lambda: act("c", 1))

    assert seen == [("b", 0.5), ("a", 1), ("c", 1), ("b", 1.5), ("a", 2)]


def test_an_error_of_an_action_is_raised() -> None:
    time = VirtualTime()

    with pytest.raises(ZeroDivisionError):
        time.run(lambda: time.sleep(1), lambda: time.sleep(1 // 0))


def test_of_two_transactions_that_overlap_in_an_item_the_later_is_cancelled() -> None:
    assert outcomes(
        (0, [event("1"), claim("count")]), (SHORTEST_SECONDS / 2, [event("2"), claim("count")])
    ) == [[], ["None", "TransactionConflict"]]


def test_transactions_one_after_the_other_do_not_meet() -> None:
    assert outcomes((0, [claim("count")]), (LONGEST_SECONDS, [claim("count")])) == [[], []]


def test_transactions_on_different_items_do_not_meet() -> None:
    assert outcomes((0, [event("1"), claim("a")]), (0, [event("2"), claim("b")])) == [[], []]


def test_who_was_cancelled_is_in_nobodys_way() -> None:
    third = LONGEST_SECONDS / 4

    assert outcomes((0, [claim("a")]), (0, [claim("a"), claim("b")]), (third, [claim("b")])) == [
        [],
        ["TransactionConflict", "None"],
        [],
    ]


# --- The texts -------------------------------------------------------------------------------


@pytest.mark.parametrize("texts", [10, 20])
def test_of_texts_that_come_at_the_same_instant_hardly_any_is_unavailable(texts: int) -> None:
    crowds = [Crowd(texts, seed) for seed in range(500 // texts)]

    assert sum(crowd.unavailable for crowd in crowds) <= 5
    assert max(crowd.seconds for crowd in crowds) < 3 + LONGEST_SECONDS


def test_texts_that_wait_for_nobody_are_unavailable_by_the_dozen() -> None:
    hasty = [Crowd(20, seed, seconds=0.15) for seed in range(10)]

    assert sum(crowd.unavailable for crowd in hasty) > 40


def test_each_text_that_is_acknowledged_was_written_once() -> None:
    crowd = Crowd(20, seed=7)

    written = [actions[0]["Put"]["Item"]["event_id"]["S"] for actions in crowd.table.written]
    assert len(set(written)) == len(written) == crowd.acknowledged
    assert crowd.table.cancelled > 20


def test_a_crowd_can_be_repeated() -> None:
    one, other = Crowd(10, seed=3), Crowd(10, seed=3)

    assert one.table.written == other.table.written
    assert one.seconds == other.seconds
