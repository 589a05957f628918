"""What rows add to the counters, and what a change of a row does to them."""

from typing import Any

import msgspec
import pytest

from functions.domain.connections.connection import Closed, Connection, Lost, Opened, Voice
from functions.domain.connections.counters import NOW, contribution, difference
from functions.domain.log.ids import lowest

OPEN = Connection("c", created_at=61_000, last_activity=61_000, opened=Opened(lowest(61_000)))


def changed(**fields: object) -> Connection:
    return msgspec.structs.replace(OPEN, **fields)


def test_no_row_adds_nothing() -> None:
    assert contribution(None) == {}


def test_an_open_connection_is_opened_in_its_minute_and_active_now() -> None:
    assert contribution(OPEN) == {(60_000, "opened"): 1, (NOW, "active"): 1}


def test_a_connection_whose_opening_is_not_known_yet_does_not_count() -> None:
    assert contribution(changed(opened=None)) == {}


def test_a_closed_connection_is_closed_in_the_minute_of_its_end() -> None:
    closed = changed(closed=Closed(lowest(125_000), 125_000))

    assert contribution(closed) == {(60_000, "opened"): 1, (120_000, "closed"): 1}


def test_a_lost_connection_is_lost_in_the_minute_of_its_end() -> None:
    lost = changed(lost=Lost(lowest(125_000), 125_000, "sweeper"))

    assert contribution(lost) == {(60_000, "opened"): 1, (120_000, "lost"): 1}


def test_a_connection_both_lost_and_closed_is_closed() -> None:
    both = changed(lost=Lost(lowest(125_000), 125_000, "sweeper"), closed=Closed(lowest(185_000), 185_000))

    assert contribution(both) == {(60_000, "opened"): 1, (180_000, "closed"): 1}


@pytest.mark.parametrize(
    "end",
    [
        {"closed": Closed(lowest(61_000), 61_000)},
        {"lost": Lost(lowest(125_000), 125_000, "sweeper")},
    ],
)
def test_what_never_opened_is_neither_active_nor_ended(end: dict[str, Any]) -> None:
    assert contribution(changed(opened=None, **end)) == {}


def test_voice_sessions_count_at_their_end() -> None:
    voice = {
        lowest(61_000): Voice(10, 5, 66_000, started=True),
        lowest(70_000): Voice(10, 7, 77_000, started=True),
        lowest(80_000): Voice(700, 70, 150_000, started=True),
        lowest(160_000): Voice(started=True),
        lowest(170_000): Voice(600),
    }

    counted = contribution(changed(voice=voice))

    assert counted[60_000, "voice_sessions"] == 2
    assert counted[60_000, "voice_seconds"] == 12
    assert counted[120_000, "voice_sessions"] == 1
    assert counted[120_000, "voice_seconds"] == 70
    assert sum(counted.values()) == 2 + 3 + 82


def test_a_difference_is_what_must_be_added() -> None:
    old = {(0, "opened"): 1, (NOW, "active"): 1, (0, "voice_seconds"): 5}
    new = {(0, "opened"): 1, (60_000, "closed"): 1, (0, "voice_seconds"): 7}

    assert difference(new, old) == {(60_000, "closed"): 1, (NOW, "active"): -1, (0, "voice_seconds"): 2}


def test_no_change_is_no_difference() -> None:
    assert difference(contribution(OPEN), contribution(OPEN)) == {}
