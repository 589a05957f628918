"""What documents say of cost is what the prices and the program give."""

import re
from pathlib import Path

import pytest

from docs import cost
from ops.prices import PRICES, Price


@pytest.mark.parametrize("path", cost.DOCUMENTS, ids=lambda path: path.name)
def test_a_committed_document_is_what_the_prices_and_the_program_say(path: Path) -> None:
    committed = path.read_text(encoding="utf-8")

    assert committed == cost.written(committed), "run `python -m docs.cost`"


def test_everything_that_is_written_stands_somewhere() -> None:
    marks = {
        name
        for path in cost.DOCUMENTS
        for name in re.findall(r"<!-- ([a-z-]+) -->", path.read_text(encoding="utf-8"))
    }

    assert marks == {*cost.parts(), "end"}


def test_a_mark_that_nobody_knows_is_told() -> None:
    with pytest.raises(KeyError, match="nothing"):
        cost.written("<!-- nothing -->\n<!-- end -->\n")


@pytest.mark.parametrize("price", PRICES, ids=lambda price: f"{price.of}: {price.unit}")
def test_a_price_says_where_it_stands_and_when_it_was_seen(price: Price) -> None:
    assert price.source.startswith("https://aws.amazon.com/")
    assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", price.seen)
    assert price.dollars >= 0
    assert (price.per == 1_000_000) == price.unit.startswith("a million ")
