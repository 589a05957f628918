"""The log lines of connections."""

import logging
from typing import Any

import pytest

from functions.domain.refusals import Unavailable
from tests.fakes import MemoryLog, RecordingCallbacks
from tests.gateway_events import (
    CONNECTION,
    EXPIRES_AT,
    connect,
    disconnect,
    identity,
)
from tests.routes import lifecycle as handler

FOREIGN = "unauthorized: The session belongs to another user."


def handle(event: Any, log: MemoryLog) -> dict[str, Any]:
    return handler(event, None, log, RecordingCallbacks())


@pytest.mark.parametrize(
    ("event", "name", "status", "refused", "level"),
    [
        (connect(), "connect", 200, None, logging.INFO),
        (connect(authorizer=identity(userId="bob")), "connect", 403, FOREIGN, logging.WARNING),
        (disconnect(), "disconnect", 200, None, logging.INFO),
    ],
)
def test_each_report_is_one_line(
    event: dict[str, Any],
    name: str,
    status: int,
    refused: str | None,
    level: int,
    log: MemoryLog,
    caplog: pytest.LogCaptureFixture,
) -> None:
    log.held = {"session#s-1": ("alice", EXPIRES_AT)}
    caplog.set_level(logging.DEBUG, "airium")

    handle(event, log)

    (line,) = caplog.records
    assert (line.levelno, line.message) == (level, name)
    said, context = vars(line), event["requestContext"]
    assert (said["status"], said["refused"]) == (status, refused)
    assert (said["connection_id"], said["correlation_id"]) == (CONNECTION, context["requestId"])
    assert said["user_id"] == context["authorizer"]["userId"]


@pytest.mark.parametrize(
    ("event", "name"), [(connect(authorizer=None), "connect"), (disconnect(authorizer=None), "disconnect")]
)
def test_a_report_of_nobody_is_a_line_without_a_name(
    event: dict[str, Any], name: str, log: MemoryLog, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "airium")

    handle(event, log)

    (line,) = caplog.records
    assert (line.message, vars(line)["user_id"]) == (name, None)
    assert vars(line)["refused"] == "unauthorized: The connection has no identity."


@pytest.mark.parametrize("event", [connect(), disconnect()])
def test_what_cannot_be_appended_is_a_line_with_the_problem(
    event: dict[str, Any], log: MemoryLog, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "airium")
    log.before = [Unavailable("ThrottlingException")]

    handle(event, log)

    (line,) = caplog.records
    assert vars(line)["problem"] == "ThrottlingException"
