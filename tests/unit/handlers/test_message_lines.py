"""The log lines of frames."""

import logging

import pytest

from functions.aws.gateway.callbacks import GoneError, Posted
from functions.aws.log.patience import Patience
from functions.domain.log.ids import lowest
from functions.domain.refusals import Refused, Unavailable
from tests.fakes import MemoryLog, RecordingCallbacks
from tests.gateway_events import CONNECTED_AT, CONNECTION, message, voice_data
from tests.routes import message as handler
from tests.speaking import MemorySpeech, spoken
from tests.unit.handlers.frames import EXP, answer, text


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

    log.held["voice#s-1"] = (lowest(CONNECTED_AT), CONNECTED_AT // 1000 + 120)
    spoken(voice_data(lowest(CONNECTED_AT), 7), MemorySpeech(log), callbacks)

    (line,) = caplog.records
    assert (line.levelno, line.message) == (logging.DEBUG, "frame")
    assert vars(line)["refused"] is None


def test_no_line_repeats_what_was_said(log: MemoryLog, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "airium")

    answer(text("my secret"), log)

    assert "my secret" not in str([vars(line) for line in caplog.records])


def test_an_accepted_text_is_a_line_at_the_level_of_every_day(
    log: MemoryLog, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "airium")

    answer(text(), log)

    (line,) = caplog.records
    assert (line.levelno, vars(line)["refused"]) == (logging.INFO, None)


def test_what_cannot_be_appended_is_a_warning_that_its_correlation_id_finds(
    log: MemoryLog, caplog: pytest.LogCaptureFixture
) -> None:
    log.before = [Unavailable("ThrottlingException")]

    answer(text(requestId="request-1"), log)

    assert _warnings(caplog) == [("unavailable", "ThrottlingException")]
    assert {vars(line)["correlation_id"] for line in caplog.records} == {"request-1"}


def test_a_frame_of_nobody_is_a_line(log: MemoryLog, caplog: pytest.LogCaptureFixture) -> None:
    answer(message("{}", authorizer=None, requestId="request-1"), log)

    (line,) = caplog.records
    assert line.message == "nobody"
    assert vars(line)["connection_id"] == CONNECTION
    assert vars(line)["correlation_id"] == "request-1"


def test_a_refusal_that_is_not_recorded_is_a_warning(
    log: MemoryLog, caplog: pytest.LogCaptureFixture
) -> None:
    log.before = [Unavailable("ThrottlingException")]

    answer(message("{"), log)

    assert _warnings(caplog) == [("rejection_not_recorded", "ThrottlingException")]


def test_a_refusal_is_not_recorded_after_the_time_of_its_frame(caplog: pytest.LogCaptureFixture) -> None:
    looks = iter([0.0, 0.1, 9.0])  # when the frame came, when its append began, when that was refused
    log = MemoryLog(Patience(clock=lambda: next(looks)))
    log.before = [Refused("rate_limited", "That was enough.")]

    assert answer(text(), log)["data"]["code"] == "rate_limited"

    assert _warnings(caplog) == [("rejection_not_recorded", "no time to begin")]
    assert log.calls == 1


def test_an_answer_that_is_not_delivered_and_a_connection_not_closed_are_warnings(
    log: MemoryLog, callbacks: RecordingCallbacks, caplog: pytest.LogCaptureFixture
) -> None:
    callbacks.post_faults = [Unavailable("ReadTimeoutError")]
    callbacks.close_faults = [Unavailable("ConnectTimeoutError")]

    handler(text(requestTimeEpoch=EXP), None, log, callbacks)

    assert _warnings(caplog) == [
        ("answer_not_delivered", "ReadTimeoutError"),
        ("not_closed", "ConnectTimeoutError"),
    ]


def test_a_connection_that_closed_by_itself_is_no_warning(
    log: MemoryLog, callbacks: RecordingCallbacks, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "airium")
    callbacks.close_faults = [GoneError()]

    handler(text(requestTimeEpoch=EXP), None, log, callbacks)

    line = caplog.records[-1]
    assert (line.levelno, line.message) == (logging.INFO, "already_closed")
    assert vars(line)["connection_id"] == CONNECTION


def _warnings(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    lines = [line for line in caplog.records if line.levelno == logging.WARNING]
    return [(line.message, vars(line)["problem"]) for line in lines]


def test_an_answer_that_found_no_connection_is_a_line(
    log: MemoryLog, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "airium")
    too_fast = voice_data(lowest(CONNECTED_AT), 6_000, requestTimeEpoch=CONNECTED_AT + 1_000)

    spoken(too_fast, MemorySpeech(log), RecordingCallbacks(Posted.GONE))

    assert [(line.message, vars(line)["connection_id"]) for line in caplog.records] == [
        ("frame", CONNECTION),
        ("gone", CONNECTION),
    ]
