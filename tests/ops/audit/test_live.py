"""``tail --live``: what it shows of changes, and what keeps it from showing any."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner
from websockets.asyncio.server import ServerConnection

from functions.domain.live.changes import ConnectionChanged, CountersMoved, SessionChanged
from functions.domain.texts.listing import shown as listed
from functions.domain.texts.sessions import Session
from ops.__main__ import app
from ops.commands.events import shown
from ops.live.following import DeniedError, follow
from ops.live.wording import Wanted, entry
from ops.times import time_zone
from tests.unit.aws.events_api.service import Script, Service, say, serving

AT = "2026-11-27T02:13:05.250Z"
SESSION = listed(Session("ada", "s-1", 1_000, 2_000, texts=2, replies=1), 0)
OUTPUTS = {
    **dict.fromkeys(("events_table", "connections_table", "messages_table", "sessions_table"), "t"),
    **dict.fromkeys(("metrics_table", "projector_failure_queue"), "t"),
    "region": "us-east-1",
    "retention_days": 90,
    "projector_timeout_seconds": 60,
}
HOSTS = ("a1.appsync-api.us-east-1.localhost:1", "a1.appsync-realtime-api.us-east-1.localhost:1")


def published(change: Any) -> dict[str, Any]:
    event: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(change))
    return event


OPENED = published(ConnectionChanged("opened", "c-1", "ada", "CONNECTED", AT, "s-1"))
SPOKEN = published(SessionChanged("ada", SESSION))
MOVED = published(CountersMoved(AT, {"opened": 1, "texts": 2}))


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (OPENED, "connection opened     ada              c-1                s-1  status=CONNECTED"),
        (SPOKEN, "session               ada              -                  s-1  firstActivity="),
        (MOVED, "counters              -                -                  -  opened=1 texts=2"),
        (
            {"kind": "weather", "rain": True},
            "weather               -                -                  -  rain=true",
        ),
        ({}, "?                     -                -                  -"),
    ],
)
def test_a_change_is_a_line_like_that_of_an_event(change: dict[str, Any], line: str) -> None:
    assert shown(entry(change, AT), time_zone("UTC")).startswith(f"2026-11-27 02:13:05.250  {line}")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), [True, True, True]),
        (Wanted(user="ada"), [True, True, False]),
        (Wanted(session="s-1"), [True, True, False]),
        (Wanted(connection="c-1"), [True, False, False]),
        (Wanted(connection="c-1", user="bob"), [False, False, False]),
    ],
)
def test_only_whose_changes_are_asked_for_are_shown(wanted: Wanted, found: list[bool]) -> None:
    assert [wanted.wants(each) for each in (OPENED, SPOKEN, MOVED)] == found


def run(*arguments: str, **variables: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["tail", "--live", *arguments], env=variables)
    return result.exit_code, result.output


@pytest.mark.parametrize(
    "option", [("--text",), ("--cost",), ("--type", "X"), ("--from", "1h"), ("--trace", "x")]
)
def test_what_only_the_log_can_answer_is_refused(option: tuple[str, ...]) -> None:
    code, said = run(*option)

    assert (code, "it reads no events" in said) == (2, True)


def test_a_stack_that_tells_nobody_and_a_missing_token_are_said(tmp_path: Any) -> None:
    silent, telling = tmp_path / "silent.json", tmp_path / "telling.json"
    silent.write_text(json.dumps(OUTPUTS))
    telling.write_text(json.dumps({**OUTPUTS, "live_http_host": HOSTS[0], "live_realtime_host": HOSTS[1]}))

    assert "live.enabled" in run("--outputs", str(silent), AIRIUM_TOKEN="x")[1]
    assert "AIRIUM_TOKEN" in run("--outputs", str(telling))[1]


class Enough(Exception):  # noqa: N818 - the end of a test, and no fault
    pass


def followed(*scripts: Script, until: int) -> tuple[list[dict[str, Any]], list[str]]:
    """Return what is shown and told of connections, each served by the next script, up to so many changes."""
    shown_changes: list[dict[str, Any]] = []
    told: list[str] = []
    left = list(scripts)

    def show(change: dict[str, Any]) -> None:
        shown_changes.append(change)
        if len(shown_changes) == until:
            raise Enough

    async def serve(service: Service, socket: ServerConnection) -> None:
        await left.pop(0)(service, socket)

    async def main() -> None:
        async with serving(serve) as service:
            await asyncio.to_thread(follow, HOSTS, service.url, "a.b.c", show, told.append, 0)

    with suppress(Enough):
        asyncio.run(asyncio.wait_for(main(), 10))
    return shown_changes, told


async def one_change(service: Service, socket: ServerConnection) -> None:
    subscription = await service.begin(socket)
    assert service.asked[-1]["channel"] == "/live/ops"
    assert service.proof == {"Authorization": "a.b.c", "host": HOSTS[0]}
    await say(socket, type="data", id=subscription, event=json.dumps(OPENED))


async def denying(service: Service, socket: ServerConnection) -> None:
    await service.asked_for(socket, "connection_init")
    await say(socket, type="connection_error", errors=[{"errorType": "UnauthorizedException"}])


async def failing(_service: Service, socket: ServerConnection) -> None:
    socket.transport.abort()


def test_it_goes_on_after_a_cut_and_after_what_failed() -> None:
    changes, told = followed(one_change, failing, one_change, until=2)

    assert changes == [OPENED, OPENED]
    assert [each for each in told if each != "subscribed"] == [
        "the connection has ended, and is made again: what happens meanwhile is not shown",
        "nothing can be subscribed to (ConnectionClosedError of Subscribe), and it is tried again",
    ]


def test_who_may_not_read_it_is_told_so_at_once() -> None:
    with pytest.raises(DeniedError):
        followed(denying, until=1)
