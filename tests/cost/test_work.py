"""What people do costs what the stack's settings and its tables make of it."""

import json
from collections.abc import Callable

import pytest

from cost import work
from cost.assumed import LOG_LINE_GB
from cost.bills import Bill
from cost.replies import replies
from cost.stack import Stack
from ops.prices import LOGGED, READ_UNITS, TRACES, WRITE_UNITS, Price
from tests.cost.stacks import enabled, stack

BILLS: dict[str, Callable[[Stack], Bill]] = {
    "texts": lambda found: work.texts(found, busy=False),
    "connections": lambda found: work.connections(found, busy=False),
}
REQUESTS = {**BILLS, "tickets": work.tickets}


def spent(bill: Bill, price: Price) -> float:
    return sum(use.quantity for line in bill.lines for use in line.uses if use.price == price) / 1_000_000


@pytest.mark.parametrize(
    ("bill", "units", "reads"),
    [
        (work.texts(stack("dev"), busy=False), 14 + 18 + 1, 7),
        (work.texts(stack("dev"), busy=True), 14 + 4.48 + 1, 4.41),
        (replies(stack("dev")), 18 + 18 + 1, 18),
        (work.connections(stack("dev"), busy=False), 6 + 24 + 4, 5),
        (work.connections(stack("dev"), busy=True), 6 + 12.12 + 4, 3.02),
        (work.tickets(stack("dev")), 2, 0),
    ],
    ids=lambda value: value.title if isinstance(value, Bill) else None,
)
def test_the_units_are_those_of_the_arithmetic(bill: Bill, units: float, reads: float) -> None:
    assert spent(bill, WRITE_UNITS) == pytest.approx(units)
    assert spent(bill, READ_UNITS) == pytest.approx(reads)


@pytest.mark.parametrize("bill", BILLS.values(), ids=BILLS)
def test_more_memory_costs_more(bill: Callable[[Stack], Bill]) -> None:
    sizes = {name: {"memoryMb": 2048} for name in ("message", "lifecycle", "projector")}
    larger = stack("dev", functions=json.dumps({"sizes": sizes}))

    assert bill(larger).dollars > bill(stack("dev")).dollars + 0.5


@pytest.mark.parametrize("bill", BILLS.values(), ids=BILLS)
def test_what_is_kept_longer_costs_more(bill: Callable[[Stack], Bill]) -> None:
    shorter = stack("dev", log=json.dumps({"retentionDays": 30}))

    assert bill(shorter).dollars < bill(stack("dev")).dollars - 0.5


@pytest.mark.parametrize("bill", BILLS.values(), ids=BILLS)
def test_a_log_that_can_be_recovered_costs_more(bill: Callable[[Stack], Bill]) -> None:
    told = [line.what for line in bill(stack("prod")).lines]

    assert "point-in-time recovery of the log" in told
    assert bill(stack("prod")).dollars > bill(stack("dev")).dollars + 0.3


@pytest.mark.parametrize("bill", BILLS.values(), ids=BILLS)
def test_traces_cost_more(bill: Callable[[Stack], Bill]) -> None:
    traced = stack("dev", tracing=enabled())

    assert spent(bill(traced), TRACES) >= 0.1
    assert spent(bill(stack("dev")), TRACES) == 0


@pytest.mark.parametrize(
    ("bill", "lines"),
    [
        ("texts", 1),
        ("connections", 2),
        ("tickets", 1),
    ],
)
def test_each_request_has_a_line_of_the_gateway_where_it_writes_any(bill: str, lines: int) -> None:
    logged = stack("dev", api=json.dumps({"accessLogs": "true"}))

    more = spent(REQUESTS[bill](logged), LOGGED) - spent(REQUESTS[bill](stack("dev")), LOGGED)
    assert more == pytest.approx(lines * LOG_LINE_GB)


def test_a_busy_projector_costs_less() -> None:
    for bill in (work.texts, work.connections):
        assert bill(stack("dev"), busy=True).dollars < bill(stack("dev"), busy=False).dollars
