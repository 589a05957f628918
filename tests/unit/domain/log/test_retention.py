import pytest

from functions.domain.log.retention import days_kept, expiry

DAY = 86_400


def test_a_connection_expires_so_long_after_it_was_opened() -> None:
    assert expiry(1_999, 15 * DAY) == 1 + 15 * DAY


@pytest.mark.parametrize("after", [0, 1, 999, 1_000, 2 * 3_600_000, 86_398_000])
def test_all_of_a_connection_is_kept_for_the_same_days(after: int) -> None:
    assert days_kept(1_999 + after, expiry(1_999, 15 * DAY)) == 15
