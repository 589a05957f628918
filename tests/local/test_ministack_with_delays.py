"""What is late in an emulator that is to be."""

import asyncio
import random
from typing import Any

import pytest
from ministack.core import lambda_runtime  # type: ignore[import-untyped]  # it has no stubs
from ministack.services import apigateway  # type: ignore[import-untyped]

from local import ministack_with_delays as delayed


def test_some_is_late_and_nothing_by_more_than_the_most() -> None:
    delay = delayed.up_to(0.3, random.Random(1))  # noqa: S311

    waited = [delay() for _ in range(1_000)]

    late = [each for each in waited if each]
    assert 200 < len(late) < 400
    assert 0.2 < max(late) <= 0.3


def test_an_invocation_begins_and_ends_late() -> None:
    happened: list[Any] = []

    def invoke(event: str, *, trace_id: str) -> str:
        happened.append((event, trace_id))
        return "answer"

    answer = delayed.invoking(invoke, lambda: 0.1, happened.append)("event", trace_id="t")

    assert answer == "answer"
    assert happened == [0.1, ("event", "t"), 0.1]


@pytest.mark.parametrize(("method", "late"), [("POST", [0.1]), ("GET", []), ("DELETE", [])])
def test_posts_are_late_and_other_callbacks_are_not(method: str, late: list[float]) -> None:
    waited: list[float] = []

    async def post(method: str, connection_id: str) -> str:
        return f"{method} {connection_id}"

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    async def called_back() -> Any:
        return await delayed.posting(post, lambda: 0.1, sleep)(method, "c1")

    answer = asyncio.run(called_back())

    assert answer == f"{method} c1"
    assert waited == late


def test_nothing_is_late_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(delayed.LATE_SECONDS, raising=False)
    usual = lambda_runtime.Worker.invoke

    delayed.install()

    assert lambda_runtime.Worker.invoke is usual


def test_what_invokes_and_what_posts_is_late_where_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = (lambda_runtime.Worker.invoke, apigateway.handle_connections_api)
    monkeypatch.setattr(lambda_runtime.Worker, "invoke", usual[0])
    monkeypatch.setattr(apigateway, "handle_connections_api", usual[1])
    monkeypatch.setenv(delayed.LATE_SECONDS, "0.1")

    delayed.install()

    assert lambda_runtime.Worker.invoke is not usual[0]
    assert apigateway.handle_connections_api is not usual[1]
