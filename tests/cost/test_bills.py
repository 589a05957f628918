"""What a bill says: sums, and how people read counts and dollars."""

import pytest

from cost.bills import Bill, amount, line, money, rate
from ops.prices import ALARMS, GB_SECONDS, INVOCATIONS


def test_a_line_costs_what_its_uses_do() -> None:
    found = line("function", (INVOCATIONS, 1_000_000), (GB_SECONDS, 10_000))

    assert found.dollars == pytest.approx(0.20 + 0.133334)


def test_a_line_shows_its_arithmetic() -> None:
    found = line("function", (INVOCATIONS, 8_640), (ALARMS, 33))

    assert found.arithmetic == "8,640 \N{MULTIPLICATION SIGN} $0.20/M + 33 \N{MULTIPLICATION SIGN} $0.10"


def test_a_bill_is_the_sum_of_its_lines() -> None:
    bill = Bill("alarms", (line("some", (ALARMS, 10)), line("others", (ALARMS, 23))))

    assert bill.dollars == pytest.approx(3.30)


@pytest.mark.parametrize(
    ("dollars", "said"),
    [
        (0, "$0.00"),
        (0.0000239, "$0.000024"),
        (0.00432, "$0.004"),
        (0.1, "$0.10"),
        (12.977, "$12.98"),
        (1748.363, "$1,748.36"),
    ],
)
def test_dollars_have_as_many_figures_as_they_need(dollars: float, said: str) -> None:
    assert money(dollars) == said


@pytest.mark.parametrize(("dollars", "said"), [(1.0, "$1.00"), (0.625, "$0.625"), (13.3334, "$13.33")])
def test_a_price_is_said_as_it_is_quoted(dollars: float, said: str) -> None:
    assert rate(dollars) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [(0.00302, "0.00302"), (33, "33"), (8_640, "8,640"), (3_280_000, "3.28 M"), (600_000_000, "600 M")],
)
def test_a_count_is_said_as_people_read_it(count: float, said: str) -> None:
    assert amount(count) == said
