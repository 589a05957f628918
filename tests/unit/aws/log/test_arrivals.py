"""The stamp of an event's arrival, and the partitions in which it is found again."""

import pytest

from functions.aws.log.arrivals import arrived_at, partitions, stamp
from functions.domain.log.ids import ALPHABET, event_id
from functions.names import ARRIVAL_SHARDS
from ops.audit.selection import Selection
from tests.gateway_events import CONNECTED_AT

DAY = 86_400_000
MIDNIGHT = CONNECTED_AT - CONNECTED_AT % DAY
IDS = [event_id(0, str(number)) for number in range(2_000)]


def test_an_event_is_stamped_with_the_time_and_the_day_of_its_arrival() -> None:
    assert stamp("0" * 24 + "10", CONNECTED_AT) == {
        "arrived_at": {"N": str(CONNECTED_AT)},
        "arrival_day": {"S": "2026-11-23#0"},
    }


@pytest.mark.parametrize(("letters", "shard"), [("00", 0), ("07", 7), ("0Z", 31), ("10", 0), ("ZZ", 31)])
def test_the_last_letters_of_an_id_choose_the_shard(letters: str, shard: int) -> None:
    assert stamp("0" * 24 + letters, CONNECTED_AT)["arrival_day"]["S"] == f"2026-11-23#{shard}"


@pytest.mark.parametrize(("stamp", "at"), [("1795410720123", 1_795_410_720_123), ("1.5", 1), ("1E3", 1_000)])
def test_any_number_is_a_time_of_arrival(stamp: str, at: int) -> None:
    item = {"arrived_at": {"N": stamp}}

    assert arrived_at(item) == at
    assert Selection(at, at).wants(item)
    assert not Selection(at + 1, at + 1).wants(item)


def test_the_events_of_a_day_are_spread_over_all_shards() -> None:
    days = {stamp(each, CONNECTED_AT)["arrival_day"]["S"] for each in IDS}

    assert days == {f"2026-11-23#{shard}" for shard in range(ARRIVAL_SHARDS)}


@pytest.mark.usefixtures("tokyo")
def test_a_day_is_one_of_utc_wherever_the_machine_stands() -> None:
    assert stamp(IDS[0], MIDNIGHT - 1)["arrival_day"]["S"].startswith("2026-11-22#")
    assert stamp(IDS[0], MIDNIGHT)["arrival_day"]["S"].startswith("2026-11-23#")


@pytest.mark.parametrize("arrived_at", [MIDNIGHT - 1, MIDNIGHT, MIDNIGHT + DAY - 1, MIDNIGHT + DAY])
def test_what_arrived_is_in_a_partition_of_its_time(arrived_at: int) -> None:
    asked = set(partitions(arrived_at, arrived_at))

    assert {stamp(each, arrived_at)["arrival_day"]["S"] for each in IDS} == asked


def test_a_time_over_midnight_is_in_the_partitions_of_both_days() -> None:
    asked = list(partitions(MIDNIGHT - 1, MIDNIGHT))

    assert len(asked) == len(set(asked)) == 2 * ARRIVAL_SHARDS
    assert {day.partition("#")[0] for day in asked} == {"2026-11-22", "2026-11-23"}


def test_more_shards_lose_nothing_that_was_written_with_fewer() -> None:
    written = {stamp(each, CONNECTED_AT, 8)["arrival_day"]["S"] for each in IDS}

    assert written < set(partitions(CONNECTED_AT, CONNECTED_AT, 16))


def test_there_may_be_no_more_shards_than_two_letters_choose() -> None:
    assert len(ALPHABET) ** 2 >= ARRIVAL_SHARDS
