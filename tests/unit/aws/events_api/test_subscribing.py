"""How a channel is subscribed to, and that no end of it is waited for in vain."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from botocore.credentials import Credentials
from websockets.asyncio.server import ServerConnection

from functions.aws.events_api import subscribing
from functions.aws.events_api.authorizations import bearing, signing
from functions.aws.events_api.subscribing import subscribed
from functions.domain.refusals import Unavailable
from tests.unit.aws.events_api.service import Script, Service, for_ever, say, serving

HOST = "a1b2.appsync-realtime-api.us-east-1.localhost:4566"
HTTP_HOST = "a1b2.appsync-api.us-east-1.localhost:4566"
SIGNED = signing(Credentials("test", "test", "session"), HTTP_HOST, "us-east-1")


def heard(script: Script, most: int = 100) -> tuple[list[str], Service]:
    """Return what a subscriber hears until the end, or so many events."""

    async def hear() -> tuple[list[str], Service]:
        told: list[str] = []
        async with serving(script) as service, subscribed(HOST, SIGNED, "/voice/a", service.url) as events:
            async for event in events:
                told.append(event)
                if len(told) == most:
                    break
        return told, service

    return asyncio.run(asyncio.wait_for(hear(), 10))


def refused(script: Script, seconds: float = 5.0) -> str:
    """Return why nothing could be subscribed to."""
    with pytest.raises(Unavailable) as told:
        heard_in(script, seconds)
    return told.value.problem


def heard_in(script: Script, seconds: float) -> None:
    async def hear() -> None:
        async with (
            serving(script) as service,
            subscribed(HOST, SIGNED, "/voice/a", service.url, open_seconds=seconds),
        ):
            raise AssertionError("it is subscribed")

    asyncio.run(asyncio.wait_for(hear(), 10))


def after_init(then: Callable[[ServerConnection], Awaitable[None]]) -> Script:
    async def script(service: Service, socket: ServerConnection) -> None:
        await service.asked_for(socket, "connection_init")
        await then(socket)

    return script


async def two_events(service: Service, socket: ServerConnection) -> None:
    subscription = await service.begin(socket)
    await say(socket, type="data", id="another", event='"not ours"')
    await socket.send("what is this")
    await say(socket, type="ka")
    await say(socket, type="data", id=subscription, event='{"n":1}')
    await say(socket, type="data", id=subscription, event=['{"n":2}'])


def test_events_come_until_the_connection_is_cut() -> None:
    told, _ = heard(two_events)

    assert told == ['{"n":1}', '{"n":2}']


def test_each_operation_is_signed_as_a_post_to_the_host_for_http() -> None:
    _, service = heard(two_events)

    connect, subscribe = service.proof, service.asked[1]["authorization"]
    assert service.host == HOST
    assert service.asked[1]["channel"] == "/voice/a"
    for proof in (connect, subscribe):
        assert proof["host"] == HTTP_HOST
        assert proof["X-Amz-Security-Token"] == "session"
        assert "/us-east-1/appsync/aws4_request" in proof["Authorization"]
    assert connect["Authorization"] != subscribe["Authorization"]


def test_a_token_is_shown_with_each_operation() -> None:
    assert bearing("a.b.c", HTTP_HOST)(b"{}") == {"Authorization": "a.b.c", "host": HTTP_HOST}


def test_a_service_that_says_nothing_any_more_ends_it() -> None:
    async def quiet(service: Service, socket: ServerConnection) -> None:
        await service.begin(socket, quiet_ms=50)
        await for_ever(service, socket)

    told, _ = heard(quiet)

    assert told == []


async def deny_connection(socket: ServerConnection) -> None:
    await say(socket, type="connection_error", errors=[{"errorType": "UnauthorizedException"}])


async def deny_subscription(socket: ServerConnection) -> None:
    await say(socket, type="connection_ack")
    frame = json.loads(await socket.recv())
    await say(socket, type="subscribe_error", id=frame["id"], errors=[{"errorType": "BadRequestException"}])


async def cut(socket: ServerConnection) -> None:
    socket.transport.abort()


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        (after_init(deny_connection), "UnauthorizedException of Subscribe"),
        (after_init(deny_subscription), "BadRequestException of Subscribe"),
        (after_init(cut), "ConnectionClosedError of Subscribe"),
    ],
)
def test_who_is_refused_is_told_why(script: Script, problem: str) -> None:
    assert refused(script) == problem


@pytest.mark.parametrize("script", [for_ever, after_init(ServerConnection.wait_closed)])
def test_a_service_that_does_not_answer_is_given_up(script: Script) -> None:
    assert refused(script, seconds=0.2) == "TimeoutError of Subscribe"
    assert subscribing.OPEN_SECONDS <= 5


def test_a_service_that_is_not_there_is_unavailable() -> None:
    async def hear() -> None:
        async with subscribed(HOST, SIGNED, "/voice/a", "http://127.0.0.1:9"):
            pass

    with pytest.raises(Unavailable):
        asyncio.run(hear())
