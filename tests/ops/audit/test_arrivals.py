"""Reading by arrival: all of a time, in order, once, for few reads more than there are answers."""

from collections.abc import Iterator
from random import Random
from statistics import mean

import pytest

from functions.aws.log.arrivals import stamp
from functions.aws.log.event_items import encode
from functions.domain.log.facts import ConnectionOpened
from functions.names import ARRIVAL_SHARDS
from ops.audit.arrivals import by_arrival
from ops.audit.meter import Meter, MeteredReader
from tests.gateway_events import CONNECTED_AT
from tests.ops.audit.index import Index
from tests.stage import happened

DAY = 86_400_000
MIDNIGHT = CONNECTED_AT - CONNECTED_AT % DAY


def index(*arrivals: int) -> Index:
    """Return an index of events that arrived at these times."""
    events = [happened(f"c{number}", ConnectionOpened(), number) for number in range(len(arrivals))]
    return Index([encode(each) | stamp(each.event_id, at) for each, at in zip(events, arrivals, strict=True)])


@pytest.fixture
def meter() -> Meter:
    return Meter()


def read(log: Index, meter: Meter, first: int, last: int, **options: object) -> list[int]:
    found: Iterator[dict[str, dict[str, str]]]
    found = by_arrival(MeteredReader(log, "events", meter), first, last, **options)  # type: ignore[arg-type]
    return [int(item["arrived_at"]["N"]) for item in found]


def test_what_arrived_is_read_newest_first(meter: Meter) -> None:
    log = index(MIDNIGHT + 5, MIDNIGHT + 1, MIDNIGHT + 9, MIDNIGHT + 3)

    assert read(log, meter, MIDNIGHT, MIDNIGHT + 10) == [MIDNIGHT + each for each in (9, 5, 3, 1)]


def test_what_arrived_is_read_oldest_first(meter: Meter) -> None:
    log = index(MIDNIGHT + 5, MIDNIGHT + 1, MIDNIGHT + 9, MIDNIGHT + 3)

    found = read(log, meter, MIDNIGHT, MIDNIGHT + 10, newest_first=False)

    assert found == [MIDNIGHT + each for each in (1, 3, 5, 9)]


def test_both_ends_of_a_time_belong_to_it(meter: Meter) -> None:
    log = index(MIDNIGHT - 1, MIDNIGHT, MIDNIGHT + 7, MIDNIGHT + 8)

    assert read(log, meter, MIDNIGHT, MIDNIGHT + 7) == [MIDNIGHT + 7, MIDNIGHT]


@pytest.mark.parametrize("newest_first", [True, False])
def test_days_follow_each_other(meter: Meter, *, newest_first: bool) -> None:
    arrivals = [MIDNIGHT + hours * 3_600_000 for hours in range(-30, 30, 7)]

    found = read(index(*arrivals), meter, arrivals[0], arrivals[-1], newest_first=newest_first)

    assert found == sorted(arrivals, reverse=newest_first)


@pytest.mark.parametrize("newest_first", [True, False])
def test_of_many_that_arrived_at_once_none_is_left_out(meter: Meter, *, newest_first: bool) -> None:
    log = index(*[MIDNIGHT] * 500)

    assert len(read(log, meter, MIDNIGHT, MIDNIGHT, newest_first=newest_first)) == 500


@pytest.mark.parametrize("wanted", [1, 7, 100])
def test_no_more_is_given_than_is_wanted_and_it_is_the_newest(meter: Meter, wanted: int) -> None:
    arrivals = [MIDNIGHT + number for number in range(1_000)]

    found = read(index(*arrivals), meter, MIDNIGHT, MIDNIGHT + DAY, wanted=wanted)

    assert found == sorted(arrivals, reverse=True)[:wanted]


def test_a_hundred_cost_few_reads_more_than_a_hundred() -> None:
    chance = Random(7)  # noqa: S311 - it need not be secret
    ratios, requests = [], []
    for _ in range(40):
        arrivals = [MIDNIGHT + chance.randrange(DAY) for _ in range(1_500)]
        meter = Meter()
        assert len(read(index(*arrivals), meter, MIDNIGHT, MIDNIGHT + DAY - 1, wanted=100)) == 100
        ratios.append(meter.scanned / 100)
        requests.append(meter.requests)

    assert mean(ratios) < 1.7
    assert max(requests) < 2 * ARRIVAL_SHARDS


def test_a_silent_day_costs_a_request_for_each_shard(meter: Meter) -> None:
    assert read(index(), meter, MIDNIGHT, MIDNIGHT + 9 * DAY - 1, wanted=100) == []
    assert (meter.requests, meter.scanned) == (9 * ARRIVAL_SHARDS, 0)


def test_nothing_is_read_that_nobody_takes(meter: Meter) -> None:
    log = index(*[MIDNIGHT + number for number in range(1_000)])

    next(by_arrival(MeteredReader(log, "events", meter), MIDNIGHT, MIDNIGHT + DAY, wanted=32))

    assert meter.scanned == ARRIVAL_SHARDS
