"""Lines of functions: each is read once, however late it comes, and looks like what was written."""

import json
from typing import Any

import pytest

from local.function_logs import FunctionLogs, Line, of_invocations, shown

NOON = 1_764_158_400_000
GROUP = "/aws/lambda/airium-websocket-message-local"


class Logs:
    """The emulator's CloudWatch Logs: at most 10,000 lines in an answer, and no token for the rest."""

    def __init__(self) -> None:
        self.groups: dict[str, list[dict[str, Any]]] = {GROUP: []}

    def write(self, at: int, *texts: str, group: str = GROUP, stream: str = "") -> None:
        self.groups.setdefault(group, []).extend(
            {"timestamp": at, "message": text, "logStreamName": stream or f"stream of {text}"}
            for text in texts
        )

    def get_paginator(self, operation: str) -> "Logs":
        assert operation == "describe_log_groups"
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"logGroups": [{"logGroupName": name}]} for name in self.groups]

    def filter_log_events(self, *, logGroupName: str, startTime: int) -> dict[str, Any]:  # noqa: N803 - boto3's
        found = [each for each in self.groups[logGroupName] if each["timestamp"] >= startTime]
        return {"events": sorted(found, key=lambda each: each["timestamp"])[:10_000]}


class Clock:
    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> int:
        return self.at


@pytest.fixture
def logs() -> Logs:
    return Logs()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def texts(lines: list[Line]) -> list[str]:
    return [line.text for line in lines]


def structured(**fields: object) -> str:
    return json.dumps({"levelname": "INFO", "message": "frame", **fields})


def line(text: str, invocation: str = "one") -> Line:
    return Line(NOON, "message", invocation, text)


def test_a_line_is_read_once(logs: Logs, clock: Clock) -> None:
    reader = FunctionLogs(logs, clock)
    logs.write(NOON - 1, "first")

    readings = [texts(reader.news()), texts(reader.news())]

    assert readings == [["first"], []]


def test_a_line_that_comes_late_with_an_older_time_is_read(logs: Logs, clock: Clock) -> None:
    reader = FunctionLogs(logs, clock)
    logs.write(NOON - 1, "in time")
    reader.news()
    logs.write(NOON - 9_000, "late")
    clock.at += 500

    assert texts(reader.news()) == ["late"]


def test_what_is_older_than_asked_for_is_not_read(logs: Logs, clock: Clock) -> None:
    logs.write(NOON - 1, "before")
    logs.write(NOON, "after")

    assert texts(FunctionLogs(logs, clock, since=NOON).news()) == ["after"]


def test_the_lines_of_all_functions_come_by_time(logs: Logs, clock: Clock) -> None:
    logs.write(NOON - 1, "second")
    logs.write(NOON - 2, "first", group="/aws/lambda/airium-websocket-connection-manager-local")

    lines = FunctionLogs(logs, clock).news()

    assert [(line.function, line.text) for line in lines] == [
        ("connection-manager", "first"),
        ("message", "second"),
    ]


def test_a_function_that_came_later_is_read(logs: Logs, clock: Clock) -> None:
    reader = FunctionLogs(logs, clock)
    reader.news()
    logs.write(NOON, "new", group="/aws/lambda/other")

    assert texts(reader.news()) == ["new"]


def test_more_lines_than_one_answer_holds_are_all_read_once(logs: Logs, clock: Clock) -> None:
    for number in range(10_050):
        logs.write(NOON - 10_050 + number // 2, str(number))

    assert texts(FunctionLogs(logs, clock).news()) == [str(number) for number in range(10_050)]


def test_an_id_finds_all_lines_of_its_invocation(logs: Logs, clock: Clock) -> None:
    logs.write(NOON - 2, "START RequestId: 7b35", "Traceback", "ValueError", stream="failed")
    logs.write(NOON - 1, "START RequestId: 10ab", "other", stream="other")

    found = of_invocations(FunctionLogs(logs, clock).news(), "7b35")

    assert texts(found) == ["START RequestId: 7b35", "Traceback", "ValueError"]


def test_a_structured_line_shows_its_fields() -> None:
    text = structured(correlation_id="7b35", reason="a token", records=3, user_id=None, route="")

    assert list(shown([line(text)])) == [
        '12:00:00.000  message: INFO frame correlation_id=7b35 reason="a token" records=3 route=""'
    ]


def test_a_traceback_follows_line_by_line() -> None:
    text = structured(correlation_id="7b35", exc_info="Traceback:\n  File\nValueError: 'x'")

    assert list(shown([line(text)])) == [
        "12:00:00.000  message: INFO frame correlation_id=7b35",
        "    Traceback:",
        "      File",
        "    ValueError: 'x'",
    ]


@pytest.mark.parametrize("text", ["plain", "[1]", '{"message": "x"}', "[" * 100_000, '{"levelname":'])
def test_what_is_not_structured_is_shown_as_it_is(text: str) -> None:
    assert list(shown([line(text + "\n")])) == [f"12:00:00.000  message: {text}"]


def test_the_emulators_own_lines_are_not_shown() -> None:
    own = [line(f"{word} RequestId: 7b35") for word in ("START", "END", "REPORT")]

    assert list(shown(own)) == []
