"""The fold of a row in parts: which versions have to be written, and what they add to the counters."""

from collections import Counter
from collections.abc import Iterable

import pytest

from functions.domain.connections.connection import Connection, join
from functions.domain.connections.counters import contribution
from functions.domain.log.events import Event
from functions.domain.log.facts import ConnectionOpened, VoiceSessionStarted
from functions.operations.projection.folding import Fold, Version
from tests.stage import happened

OPENED = happened("c1", ConnectionOpened())
TALK = [
    OPENED,
    *(happened("c1", VoiceSessionStarted(16_000, "lpcm"), minute * 60_000) for minute in range(1, 41)),
]
"""It begins a voice session in each of 40 minutes, each of which ends the one before."""


def folded(fold: Fold, pages: Iterable[list[Event]]) -> list[Version]:
    return [*(version for page in pages for version in fold.join(page)), *fold.last()]


def added(versions: list[Version]) -> dict[tuple[int, str], int]:
    sums: Counter[tuple[int, str]] = Counter()
    for version in versions:
        sums.update(version.changes)
    return {key: count for key, count in sums.items() if count}


def test_what_fits_is_written_once_however_many_pages_it_fills() -> None:
    versions = folded(Fold("c1", None), [TALK[:5], [], TALK[5:10]])

    row = join(Connection("c1"), TALK[:10])
    assert [version.row for version in versions] == [row]
    assert versions[0].changes == {key: count for key, count in contribution(row).items() if count}


def test_what_does_not_fit_is_written_in_versions_that_add_up_to_the_whole() -> None:
    versions = folded(Fold("c1", None, most_changes=14), [TALK[:30], TALK[30:]])

    row = join(Connection("c1"), TALK)
    assert versions[-1].row == row
    assert len(versions) > 4
    assert max(len(version.changes) for version in versions) <= 14
    assert added(versions) == {key: count for key, count in contribution(row).items() if count}


def test_a_page_that_no_longer_fits_lets_the_pages_before_it_be_written() -> None:
    fold = Fold("c1", None, most_changes=14)
    before = list(fold.join(TALK[:8]))

    versions = list(fold.join(TALK[8:9]))

    assert before == []
    assert [version.row for version in versions] == [join(Connection("c1"), TALK[:8])]


def test_only_what_is_not_counted_is_added() -> None:
    counted = join(Connection("c1"), TALK[:3])

    versions = folded(Fold("c1", counted), [TALK[:4]])

    assert [version.row for version in versions] == [join(counted, TALK[3:4])]
    assert (OPENED.at - OPENED.at % 60_000, "opened") not in versions[0].changes


@pytest.mark.parametrize("counted", [None, join(Connection("c1"), TALK)])
def test_what_changes_nothing_is_not_written(counted: Connection | None) -> None:
    assert folded(Fold("c1", counted), [TALK[:4] if counted else [], []]) == []


def test_an_event_that_no_version_holds_is_an_error_that_names_its_connection() -> None:
    fold = Fold("c1", None, most_changes=1)

    with pytest.raises(ValueError, match="one event of connection c1 moves too many counters"):
        list(fold.join([OPENED]))
