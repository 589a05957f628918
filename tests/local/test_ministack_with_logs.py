"""What the emulator logs of an invocation by a WebSocket route, and how much of it is kept."""

import uuid
from typing import Any

import pytest
from ministack.services import cloudwatch_logs  # type: ignore[import-untyped]  # it has no stubs

from local.ministack_with_logs import LoggedWorker


class Worker:
    """Answers what it is given, and raises it if it is an exception."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def invoke(self, *_: object) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def group() -> str:
    return f"/aws/lambda/{uuid.uuid4()}"


def config(group: str) -> dict[str, Any]:
    return {"FunctionName": "echo", "LoggingConfig": {"LogGroup": group}}


def logged(group: str) -> list[list[str]]:
    """Give the lines of each invocation, but for what the emulator says of its end."""
    streams = cloudwatch_logs._log_groups.get(group, {}).get("streams", {}).values()  # noqa: SLF001 - as the emulator holds them
    return [[event["message"] for event in stream["events"]][:-2] for stream in streams]


def start(request_id: str) -> str:
    return f"START RequestId: {request_id} Version: $LATEST"


@pytest.mark.parametrize(
    ("answer", "lines"),
    [
        ({"status": "ok", "log": "one\ntwo"}, ["one", "two"]),
        ({"status": "error", "log": "one", "error": "x", "trace": "Traceback\nx"}, ["one", "Traceback", "x"]),
        ({"status": "error", "log": "", "error": "Task timed out"}, ["Task timed out"]),
    ],
)
def test_what_was_written_is_logged_with_how_it_failed(
    group: str, answer: dict[str, str], lines: list[str]
) -> None:
    returned = LoggedWorker(Worker(answer), config(group)).invoke({}, "r-1")

    assert returned == answer
    assert logged(group) == [[start("r-1"), *lines]]


def test_a_worker_that_cannot_begin_is_logged_and_raises(group: str) -> None:
    worker = LoggedWorker(Worker(RuntimeError("no module")), config(group))

    with pytest.raises(RuntimeError, match="no module"):
        worker.invoke({}, "r-1")

    assert logged(group) == [[start("r-1"), "no module"]]


def test_an_invocation_that_writes_nothing_leaves_nothing(group: str) -> None:
    LoggedWorker(Worker({"status": "ok", "log": ""}), config(group)).invoke({}, "r-1")

    assert logged(group) == []


def test_the_latest_invocations_are_kept(group: str) -> None:
    worker = LoggedWorker(Worker({"status": "ok", "log": "x"}), config(group), most=2)

    for number in range(4):
        worker.invoke({}, f"r-{number}")

    assert logged(group) == [[start("r-2"), "x"], [start("r-3"), "x"]]
