import pytest

from tests.docs.markdown import ROOT, names, tables
from tests.docs.test_requirements import EXISTING

DIFFERENCES = [
    row for rows in tables(ROOT / "docs" / "embedded.md", "what") for row in rows if len(row) == 4 and row[3]
]


def test_both_kinds_of_readers_have_differences() -> None:
    assert len(DIFFERENCES) > 20


@pytest.mark.parametrize("row", DIFFERENCES, ids=lambda row: row[0])
def test_a_difference_is_shown_by_a_test_that_exists(row: list[str]) -> None:
    assert names(row[3])
    assert [test for test in names(row[3]) if test not in EXISTING] == []


def test_every_difference_that_is_tested_is_told() -> None:
    told = {test for row in DIFFERENCES for test in names(row[3])}

    assert {test for test in EXISTING if test.startswith("tests/local/test_differences.py")} <= told
