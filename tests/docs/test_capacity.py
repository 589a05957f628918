"""The numbers of the capacity document are those of the program and of the arithmetic."""

import re

import pytest

from benchmarks.partitions import NEW, usual_and_bad
from functions import names as constants
from tests.docs.markdown import ROOT, names, table
from tests.infra.program import evaluated

CAPACITY = ROOT / "docs" / "capacity.md"
GROWN = 16
"""Partitions in the last columns of the table of hot keys."""


def test_every_table_and_index_has_its_row() -> None:
    told = {names(row[0])[0] for row in table(CAPACITY, "table or index")}

    tables = [each.inputs for each in evaluated("prod").of_type("aws:dynamodb/table:Table")]
    indexes = {index["name"] for each in tables for index in each.get("globalSecondaryIndexes", ())}
    assert told == {each["name"] for each in tables} | indexes


@pytest.mark.parametrize("row", table(CAPACITY, "hot keys"), ids=lambda row: row[0])
def test_what_hot_keys_take_is_what_chance_gives(row: list[str]) -> None:
    keys, *told = (int(cell.replace(",", "")) for cell in row)

    assert told == [*usual_and_bad(keys, NEW), *usual_and_bad(keys, GROWN)]


def test_each_number_of_shards_is_the_programs() -> None:
    told = {names(row[0])[0]: int(row[1]) for row in table(CAPACITY, "constant")}

    assert told == {name: getattr(constants, name) for name in dir(constants) if name.endswith("_SHARDS")}


def test_the_keys_of_the_indexes_with_shards_are_as_many_as_they_are() -> None:
    told = {names(row[0])[0]: row[1] for row in table(CAPACITY, "table or index")}

    for index, shards in (
        (constants.EVENTS_BY_ARRIVAL, constants.ARRIVAL_SHARDS),
        (constants.CONNECTIONS_ACTIVE, constants.ACTIVE_SHARDS),
    ):
        assert re.findall(r"one of (\d+) shards", told[index]) == [str(shards)]


def test_one_key_of_one_partition_takes_what_a_partition_does() -> None:
    assert usual_and_bad(1, 1) == (1_000, 1_000)
    assert usual_and_bad(8, 1) == (1_000, 1_000)
    assert usual_and_bad(1, 4) == (1_000, 1_000)
    assert usual_and_bad(2, 2) == (1_500, 1_000)
