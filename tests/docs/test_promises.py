"""What is promised, and that each promise is held by tests that are there."""

import pytest

from tests.docs.markdown import ROOT, names, tables
from tests.docs.test_requirements import EXISTING

PROMISES = [promise for table in tables(ROOT / "docs" / "protocol.md", "promised") for promise in table]


def test_there_are_promises() -> None:
    assert len(PROMISES) > 15


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise[0])
def test_a_promise_is_held_by_tests_that_exist(promise: list[str]) -> None:
    tests = names(promise[-1])

    assert tests
    assert [test for test in tests if test not in EXISTING] == []
