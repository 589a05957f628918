"""A tail shows each event once, however late it can be seen, and whatever fails in between."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from random import Random

import pytest

from functions.aws.attributes import Item
from ops.audit import tail as tails
from ops.audit.tail import OVERLAP_SECONDS, Tail
from tests.gateway_events import CONNECTED_AT

DAY = 86_400_000
MIDNIGHT = CONNECTED_AT - CONNECTED_AT % DAY
START = MIDNIGHT - 300_000
EVENTS = 10_000
LATEST_MILLISECONDS = 12_000


@dataclass
class Growing:
    """A log that shows an event some time after it was stamped, and sometimes answers nobody."""

    seed: int
    at: int = START
    events: list[tuple[int, int, Item]] = field(default_factory=list)

    def __post_init__(self) -> None:
        chance = Random(self.seed)  # noqa: S311 - it need not be secret
        stamped = START
        for number in range(EVENTS):
            stamped += chance.randrange(0, 120)
            late = chance.choice((20, 60, 200, 900, 4_000, LATEST_MILLISECONDS))
            item = {"connection_id": {"S": f"c{number % 50}"}, "event_id": {"S": f"{number}"}}
            item["arrived_at"] = {"N": str(stamped)}
            self.events.append((stamped, stamped + chance.randrange(-800, late), item))
        self.outages = [
            (START + share * (stamped - START) // 100, length)
            for share, length in ((20, 5_000), (50, 45_000), (80, 20_000))
        ]
        self.end = stamped

    def read(self, first: int, last: int) -> Iterator[Item]:
        if any(begin <= self.at < begin + length for begin, length in self.outages):
            raise TimeoutError
        begin = bisect_left(self.events, first, key=itemgetter(0))
        end = bisect_right(self.events, last, key=itemgetter(0))
        return (item for _, visible, item in self.events[begin:end] if visible <= self.at)


def followed(log: Growing, tail: Tail) -> list[str]:
    """Look every second until everything can be seen, and return what was shown."""
    shown: list[str] = []
    while log.at < log.end + 2 * OVERLAP_SECONDS * 1_000:
        log.at += 1_000
        try:
            shown += [item["event_id"]["S"] for item in tail.look()]
        except TimeoutError:
            continue
    return shown


ALL = sorted(map(str, range(EVENTS)))


@pytest.mark.parametrize("seed", [1, 2])
def test_each_event_is_shown_once_through_outages_and_midnight(seed: int) -> None:
    log = Growing(seed)

    shown = followed(log, Tail(log.read, lambda: log.at, START))

    assert sorted(shown) == ALL


def test_what_a_failed_look_leaves_out_the_next_one_finds() -> None:
    log = Growing(1)
    tail = Tail(log.read, lambda: log.at, START)
    tail.look()
    for log.at in range(START + 1_000, START + 8_000, 1_000):
        tail.look()
    log.outages = [(log.at + 1, 6_000)]
    log.at += 5_000
    with pytest.raises(TimeoutError):
        tail.look()
    missed = {item["event_id"]["S"] for _, visible, item in log.events if log.at - 4_000 <= visible <= log.at}
    log.at += 2_000

    shown = {item["event_id"]["S"] for item in tail.look()}

    assert missed
    assert missed <= shown


def test_a_writer_whose_clock_is_ahead_is_seen_at_once() -> None:
    log = Growing(1)
    early = {
        "connection_id": {"S": "c"},
        "event_id": {"S": "early"},
        "arrived_at": {"N": str(START + 30_000)},
    }
    log.events = [(START + 30_000, START, early)]

    assert Tail(log.read, lambda: log.at, START).look() == [early]


def test_what_arrived_before_is_not_shown() -> None:
    log = Growing(1)

    shown = followed(log, Tail(log.read, lambda: log.at, log.end + 1_000))

    assert shown == []


def test_little_is_remembered_however_long_it_follows() -> None:
    log = Growing(1)
    tail = Tail(log.read, lambda: log.at, START)

    followed(log, tail)

    assert len(tail._shown) < EVENTS / 10  # noqa: SLF001 - nobody else can tell


@pytest.mark.parametrize("seconds", [2, 8])
def test_an_overlap_that_is_too_short_is_found(seconds: int) -> None:
    log = Growing(1)

    shown = followed(log, Tail(log.read, lambda: log.at, START, overlap_seconds=seconds))

    assert set(shown) != set(ALL)


def test_looks_that_only_glance_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tails, "_THOROUGH_EVERY", 10**9)
    log = Growing(1)

    shown = followed(log, Tail(log.read, lambda: log.at, START))

    assert set(shown) != set(ALL)


def test_a_memory_that_is_too_short_is_found() -> None:
    class Forgetful(Tail):
        def _forget(self) -> None:
            self._shown.clear()

    log = Growing(1)

    shown = followed(log, Forgetful(log.read, lambda: log.at, START))

    assert len(shown) > EVENTS


def test_a_clock_that_is_ahead_of_the_services_is_found() -> None:
    log = Growing(1)

    shown = followed(log, Tail(log.read, lambda: log.at + 60_000, START))

    assert set(shown) != set(ALL)
