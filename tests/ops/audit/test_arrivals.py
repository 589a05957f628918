"""Reading by arrival: all of a time, in order, once, for few reads more than there are answers."""

from collections.abc import Callable, Iterator
from random import Random
from statistics import mean
from typing import Never

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.aws.log.arrivals import stamp
from functions.aws.log.event_items import encode
from functions.domain.log.facts import ConnectionOpened
from functions.names import ARRIVAL_SHARDS
from ops.audit.arrivals import by_arrival
from ops.audit.meter import Meter, MeteredReader
from tests.gateway_events import CONNECTED_AT
from tests.ops.audit.index import Index
from tests.stage import error, happened

DAY = 86_400_000
MIDNIGHT = CONNECTED_AT - CONNECTED_AT % DAY


def index(*arrivals: int, scannable: int | None = 1_000) -> Index:
    """Return an index of events that arrived at these times."""
    events = [happened(f"c{number}", ConnectionOpened(), number) for number in range(len(arrivals))]
    stamped = [encode(each) | stamp(each.event_id, at) for each, at in zip(events, arrivals, strict=True)]
    return Index(stamped, scannable)


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


@given(
    arrivals=st.lists(st.integers(0, 20) | st.integers(0, 6 * DAY - 1), max_size=150),
    ends=st.tuples(st.integers(0, 6 * DAY), st.integers(0, 6 * DAY)),
    wanted=st.none() | st.integers(1, 160),
    newest_first=st.booleans(),
    scannable=st.sampled_from([None, 1, 1_000]),
)
@settings(max_examples=60, deadline=None)
def test_whatever_arrived_the_answer_is_that_of_sorting_it_all(
    *,
    arrivals: list[int],
    ends: tuple[int, int],
    wanted: int | None,
    newest_first: bool,
    scannable: int | None,
) -> None:
    first, last = sorted(MIDNIGHT + each for each in ends)
    arrived = [MIDNIGHT + each for each in arrivals]

    reader = MeteredReader(index(*arrived, scannable=scannable), "events", Meter())
    found = list(by_arrival(reader, first, last, newest_first=newest_first, wanted=wanted))

    asked = sorted((at for at in arrived if first <= at <= last), reverse=newest_first)
    assert [int(item["arrived_at"]["N"]) for item in found] == asked[:wanted]
    assert len({item["event_id"]["S"] for item in found}) == len(found)


def even(chance: Random) -> list[int]:
    return [MIDNIGHT + chance.randrange(DAY) for _ in range(1_500)]


def in_bursts(chance: Random) -> list[int]:
    """Return arrivals of which up to sixty come within two seconds, and then a minute or so without any."""
    arrivals: list[int] = []
    at = MIDNIGHT + DAY - 1
    while len(arrivals) < 1_500:
        at -= int(chance.expovariate(1 / 60_000))
        arrivals += [at - chance.randrange(2_000) for _ in range(chance.randint(1, 60))]
    return arrivals


@pytest.mark.parametrize(("arriving", "most"), [(even, 1.25), (in_bursts, 1.4)])
def test_a_hundred_cost_few_reads_more_than_a_hundred(
    arriving: Callable[[Random], list[int]], most: float
) -> None:
    chance = Random(7)  # noqa: S311 - it need not be secret
    ratios, requests = [], []
    for _ in range(12):
        meter = Meter()
        found = read(index(*arriving(chance)), meter, MIDNIGHT, MIDNIGHT + DAY - 1, wanted=100)
        assert len(found) == 100
        ratios.append(meter.scanned / 100)
        requests.append(meter.requests)

    assert mean(ratios) < most
    assert mean(requests) < 1.5 * ARRIVAL_SHARDS


def test_a_silent_day_costs_a_request_for_each_shard(meter: Meter) -> None:
    assert read(index(), meter, MIDNIGHT, MIDNIGHT + 3 * DAY - 1, wanted=100) == []
    assert (meter.requests, meter.scanned) == (3 * ARRIVAL_SHARDS, 0)


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("wanted", [None, 100])
def test_a_long_silence_costs_one_request_more_where_the_log_has_little(
    meter: Meter, wanted: int | None, *, newest_first: bool
) -> None:
    arrivals = [MIDNIGHT + 4, MIDNIGHT + 5, MIDNIGHT + 40 * DAY, MIDNIGHT + 41 * DAY, MIDNIGHT + 90 * DAY]
    first, last = MIDNIGHT + 5, MIDNIGHT + 90 * DAY

    found = read(index(*arrivals), meter, first, last, wanted=wanted, newest_first=newest_first)

    assert found == sorted(arrivals[1:], reverse=newest_first)
    assert meter.requests < 15 * ARRIVAL_SHARDS


@pytest.mark.parametrize("scannable", [None, 3])
def test_a_long_silence_is_walked_where_the_log_has_much_or_may_not_be_scanned(
    meter: Meter, scannable: int | None
) -> None:
    arrivals = [MIDNIGHT, MIDNIGHT + 1, MIDNIGHT + 2, MIDNIGHT + 3]

    found = read(index(*arrivals, scannable=scannable), meter, MIDNIGHT, MIDNIGHT + 8 * DAY, wanted=100)

    assert found == sorted(arrivals, reverse=True)
    assert 9 * ARRIVAL_SHARDS <= meter.requests <= 10 * ARRIVAL_SHARDS


def test_another_fault_of_a_scan_is_told() -> None:
    class Failing(Index):
        def scan(self, **_: object) -> Never:
            raise error("ProvisionedThroughputExceededException", "Scan")

    with pytest.raises(ClientError, match="on purpose"):
        read(Failing([]), Meter(), MIDNIGHT, MIDNIGHT + 8 * DAY, wanted=100)


def test_little_is_read_that_nobody_takes(meter: Meter) -> None:
    log = index(*[MIDNIGHT + number for number in range(1_000)])

    next(by_arrival(MeteredReader(log, "events", meter), MIDNIGHT, MIDNIGHT + DAY, wanted=32))

    assert meter.scanned < 2 * 32
