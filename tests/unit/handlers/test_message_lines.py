"""The log lines of frames."""

import logging

import pytest

from functions.domain.ids import lowest
from functions.handlers.message import handler
from tests.fakes import MemoryLog, RecordingCallbacks
from tests.gateway_events import CONNECTED_AT, CONNECTION, message, voice_data
from tests.unit.handlers.frames import answer, text


def test_a_frame_is_one_line_that_its_correlation_id_finds(
    log: MemoryLog, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "airium")

    answer(message({"type": "ponder"}, requestId="request-1"), log)

    (line,) = caplog.records
    assert (line.levelno, line.message) == (logging.INFO, "frame")
    said = vars(line)
    assert said["correlation_id"] == "request-1"
    assert (said["connection_id"], said["user_id"]) == (CONNECTION, "alice")
    assert (said["route"], said["refused"]) == ("$default", "unknown_type")


def test_speech_is_logged_for_debugging_only(
    log: MemoryLog, callbacks: RecordingCallbacks, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "airium")

    handler(voice_data(lowest(CONNECTED_AT), 7), None, log, callbacks)

    (line,) = caplog.records
    assert (line.levelno, line.message) == (logging.DEBUG, "frame")
    assert vars(line)["refused"] is None


def test_no_line_repeats_what_was_said(log: MemoryLog, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "airium")

    answer(text("my secret"), log)

    assert "my secret" not in str([vars(line) for line in caplog.records])
