"""What Athena is asked: partitions first, values within quotes, in the order of the answer."""

import pytest

from ops.archive.queries import ordered_by, statement
from ops.audit.selection import Selection

FIRST, LAST = 1_795_410_720_123, 1_795_497_120_123


def where(**selected: object) -> str:
    return statement(Selection(FIRST, LAST, **selected), 100)  # type: ignore[arg-type]  # each is what its name says


def test_only_the_days_of_the_time_are_read() -> None:
    asked = where()

    assert "dt BETWEEN '2026-11-23' AND '2026-11-24'" in asked
    assert f"arrived_at BETWEEN {FIRST} AND {LAST}" in asked


def test_a_time_without_bounds_is_one_that_athena_can_read() -> None:
    asked = statement(Selection(-5, 2**53, connection_id="c1"), 1)

    assert "dt BETWEEN '1970-01-01' AND '9999-12-31'" in asked


@pytest.mark.parametrize("column", ["connection_id", "user_id", "session_id", "trace_id"])
def test_whose_events_are_wanted_is_a_condition(column: str) -> None:
    assert f"CAST({column} AS varchar) = 'ada'" in where(**{column: "ada"})
    assert f"CAST({column}" not in where().partition("WHERE")[2]


def test_types_are_a_condition() -> None:
    assert "CAST(type AS varchar) IN ('A', 'B')" in where(types=frozenset({"B", "A"}))


@pytest.mark.parametrize("value", ["o'neill", "'; DROP TABLE events; --", "\\'", '"', "''"])
def test_a_value_stays_within_its_quotes(value: str) -> None:
    asked = where(user_id=value)

    assert value.replace("'", "''") in asked
    assert asked.count("'") % 2 == 0


def test_by_time_the_order_is_that_of_arrival_and_of_a_connection_that_of_its_ids() -> None:
    assert "ORDER BY arrived_at DESC, connection_id DESC, event_id DESC LIMIT 100" in where()
    assert "ORDER BY event_id ASC, connection_id ASC" in where(connection_id="c1", newest_first=False)
    assert ordered_by(Selection(0, 1, types=frozenset({"A"})))[0] == "arrived_at"
