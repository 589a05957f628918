"""When an hour is closed, and what its objects are called."""

import pytest

from functions.domain.archive.hours import (
    HOUR,
    WATERMARK,
    Watermark,
    beginning,
    closed_until,
    hour_of,
    key_of,
    stem_of,
)
from tests.gateway_events import CONNECTED_AT

FIVE = hour_of(CONNECTED_AT)
MINUTE = 60_000


@pytest.mark.parametrize(
    ("minutes", "closed"),
    [(0, FIVE - HOUR), (14, FIVE - HOUR), (15, FIVE), (20, FIVE), (74, FIVE), (75, FIVE + HOUR)],
)
def test_an_hour_is_closed_a_quarter_of_an_hour_after_its_end(minutes: int, closed: int) -> None:
    assert closed_until(FIVE + minutes * MINUTE) == closed


@pytest.mark.usefixtures("tokyo")
def test_an_hour_is_named_by_its_day_and_hour_in_utc_wherever_the_machine_stands() -> None:
    assert stem_of(FIVE) == "events/dt=2026-11-23/05"
    assert key_of(FIVE) == "events/dt=2026-11-23/05.jsonl.gz"
    assert key_of(FIVE, 7) == "events/dt=2026-11-23/05-07.jsonl.gz"


def test_the_keys_of_an_hour_begin_as_no_other_hours_do() -> None:
    stems = [stem_of(FIVE + hours * HOUR) for hours in range(48)]

    assert [each for each in stems for other in stems if each != other and other.startswith(each)] == []


def test_athena_does_not_read_the_watermark() -> None:
    assert WATERMARK.rpartition("/")[2].startswith("_")


def test_an_archive_begins_with_the_oldest_that_the_log_may_have() -> None:
    assert beginning(FIVE + 5, 7_200) == Watermark(FIVE - 2 * HOUR, FIVE - 2 * HOUR)


def test_no_archive_begins_before_time_does() -> None:
    assert beginning(5, 7_200) == Watermark(0, 0)
