"""What the tests of the connection manager and of the sweeper work on, besides the table of connections."""

import pytest

from tests.fakes import MemoryLog
from tests.unit.operations.connections.connection_rows import Gateway


@pytest.fixture
def gateway() -> Gateway:
    """Give a gateway that knows every connection."""
    return Gateway()


@pytest.fixture
def log() -> MemoryLog:
    """Give a log without events."""
    return MemoryLog()
