"""A log and callbacks for each test of a handler."""

import pytest

from tests.fakes import MemoryLog, RecordingCallbacks


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def callbacks() -> RecordingCallbacks:
    return RecordingCallbacks()
