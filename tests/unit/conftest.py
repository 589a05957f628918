"""What unit tests share."""

import time
from collections.abc import Iterator

import pytest

from tests.unit.operations.connections.connection_rows import Table, connections_table


@pytest.fixture
def tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run on a machine whose clock shows another time than UTC."""
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(scope="module")
def made_once() -> Iterator[Table]:
    """Give a table of connections, made once for all tests of a module."""
    with connections_table() as table:
        yield table


@pytest.fixture
def table(made_once: Table) -> Table:
    """Give a table of connections without rows."""
    return made_once.empty()
