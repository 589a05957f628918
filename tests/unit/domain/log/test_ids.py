"""Event ids."""

import re

from functions.domain.log.ids import HOUR, MINUTE, PATTERN, event_id, lowest, minute_of, time_of

LAST_TIME = 2**48 - 1


def test_one_cause_gives_one_id() -> None:
    assert event_id(5, "request", "Kind") == event_id(5, "request", "Kind")


def test_the_id_of_a_known_cause_never_changes() -> None:
    """An id is a key of the log: another release must give the same."""
    assert event_id(1_795_410_720_123, "request", "TextMessageReceived") == "01M83D2XBVE7A8HVJ38X2AHH3M"


def test_an_event_that_excludes_others_is_hashed_without_a_kind() -> None:
    assert event_id(1_795_410_720_123, "request") == event_id(1_795_410_720_123, "request", "")


def test_times_causes_and_kinds_tell_ids_apart() -> None:
    ids = {
        event_id(5, "request", "Kind"),
        event_id(5, "other", "Kind"),
        event_id(5, "request", "Other"),
        event_id(5, "request"),
        event_id(6, "request", "Kind"),
    }

    assert len(ids) == 5


def test_the_parts_of_a_cause_do_not_run_into_each_other() -> None:
    assert event_id(5, "ab", "c") != event_id(5, "a", "bc")


def test_an_id_is_a_ulid_at_both_ends_of_time() -> None:
    assert re.search(PATTERN, event_id(0, ""))
    assert re.search(PATTERN, event_id(LAST_TIME, "request", "Kind"))


def test_an_id_starts_with_its_time_as_the_ulid_specification_writes_it() -> None:
    assert event_id(1_469_918_176_385, "request").startswith("01ARYZ6S41")


def test_a_newline_at_the_end_is_no_id() -> None:
    assert not re.search(PATTERN, event_id(5, "request") + "\n")


def test_an_id_holds_its_time() -> None:
    assert time_of(event_id(1_795_410_720_123, "request")) == 1_795_410_720_123
    assert time_of(event_id(LAST_TIME, "request")) == LAST_TIME
    assert time_of(event_id(0, "request")) == 0


def test_the_lowest_of_a_time_is_that_time_and_zeros() -> None:
    assert lowest(1_469_918_176_385) == "01ARYZ6S41" + "0" * 16
    assert re.search(PATTERN, lowest(LAST_TIME))


def test_the_lowest_of_a_time_lies_between_it_and_the_earlier_one() -> None:
    assert event_id(4, "request") < lowest(5) <= event_id(5, "request")


def test_a_minute_begins_at_its_first_millisecond() -> None:
    assert minute_of(MINUTE - 1) == 0
    assert minute_of(MINUTE) == MINUTE
    assert minute_of(2 * MINUTE - 1) == MINUTE
    assert HOUR == 60 * MINUTE == 3_600_000
