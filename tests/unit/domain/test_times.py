"""Times for people."""

import pytest

from functions.domain.times import LATEST, iso


def test_a_time_has_milliseconds_and_is_in_utc() -> None:
    assert iso(1_795_410_720_123) == "2026-11-23T05:12:00.123Z"
    assert iso(1_795_410_720_007) == "2026-11-23T05:12:00.007Z"
    assert iso(0) == "1970-01-01T00:00:00.000Z"


@pytest.mark.usefixtures("tokyo")
def test_a_time_is_in_utc_wherever_the_machine_stands() -> None:
    assert iso(1_795_410_720_123) == "2026-11-23T05:12:00.123Z"


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (LATEST, "9999-12-31T23:59:59.999Z"),
        (LATEST + 1, "9999-12-31T23:59:59.999Z"),
        (2**80, "9999-12-31T23:59:59.999Z"),
        (-1, "1970-01-01T00:00:00.000Z"),
        (-(2**80), "1970-01-01T00:00:00.000Z"),
    ],
)
def test_a_time_that_no_calendar_has_is_shown_as_the_nearest(at: int, shown: str) -> None:
    assert iso(at) == shown
