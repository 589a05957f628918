"""Times as people write them at three in the morning."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.times import TimeError, instant, time_zone

NOW = datetime(2026, 11, 23, 5, 12, tzinfo=UTC)


def read(text: str, zone: str = "UTC") -> str:
    return f"{datetime.fromtimestamp(instant(text, zone=zone, now=NOW) / 1000, UTC):%Y-%m-%dT%H:%M:%S.%f}"[
        :-3
    ]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("now", "2026-11-23T05:12:00.000"),
        ("10m", "2026-11-23T05:02:00.000"),
        ("90s", "2026-11-23T05:10:30.000"),
        ("2h30m", "2026-11-23T02:42:00.000"),
        ("3 days ago", "2026-11-20T05:12:00.000"),
        ("yesterday 14:00", "2026-11-22T14:00:00.000"),
        ("02:13", "2026-11-23T02:13:00.000"),
        ("14:00", "2026-11-22T14:00:00.000"),
        ("2026-11-22", "2026-11-22T00:00:00.000"),
        ("2026-11-23T02:13", "2026-11-23T02:13:00.000"),
        ("2026-11-23 02:13:05Z", "2026-11-23T02:13:05.000"),
        ("2026-11-23T02:13:05.250+02:00", "2026-11-23T00:13:05.250"),
    ],
)
def test_a_time_is_read_as_it_is_meant(text: str, meant: str) -> None:
    assert read(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("yesterday 14:00", "2026-11-22T13:00:00.000"),
        ("02:13", "2026-11-23T01:13:00.000"),
        ("10m", "2026-11-23T05:02:00.000"),
        ("2026-11-23T02:13Z", "2026-11-23T02:13:00.000"),
    ],
)
def test_a_time_without_an_offset_is_in_the_zone_that_is_asked_for(text: str, meant: str) -> None:
    assert read(text, "Europe/Berlin") == meant


@pytest.mark.parametrize(
    "text", ["", " ", "garbage", "10", "2026", "2026-11", "11/12/2026", "10 parsecs ago"]
)
def test_what_is_not_one_time_is_refused_with_what_to_type(text: str) -> None:
    with pytest.raises(TimeError, match=r"is not a time: write for example 10m, 2h30m"):
        read(text)


@pytest.mark.parametrize("text", ["tomorrow", "in 5 minutes", "2030-01-01"])
def test_what_is_yet_to_come_is_refused(text: str) -> None:
    with pytest.raises(TimeError, match=r"is yet to come: it is 2026-11-23T05:12:00Z now"):
        read(text)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "a" * 300])
def test_a_zone_that_there_is_not_is_refused_with_what_to_type(name: str) -> None:
    with pytest.raises(TimeError, match=r"is not a time zone: write for example UTC, Europe/Berlin"):
        time_zone(name)


@given(st.text(max_size=40))
def test_any_text_is_a_past_time_or_refused(text: str) -> None:
    with suppress(TimeError):
        assert instant(text, now=NOW) <= NOW.timestamp() * 1000
