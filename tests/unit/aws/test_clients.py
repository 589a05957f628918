"""The clients: how often they try, and how long they wait."""

import io
from collections.abc import Callable
from inspect import signature
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from functions.aws import clients
from functions.handlers import connection_manager, lifecycle, message, sweeper

ENDPOINT = "https://a.execute-api.us-east-1.amazonaws.com/prod"


@pytest.mark.parametrize("made", [clients.dynamodb(), clients.management(ENDPOINT)])
def test_a_call_is_tried_three_times_in_a_bounded_time(made: Any) -> None:
    config = made.meta.config

    assert config.retries == {"mode": "standard", "total_max_attempts": 3}
    assert (config.connect_timeout, config.read_timeout) == (1, 3)


def test_a_call_that_must_end_within_ten_seconds_is_tried_twice() -> None:
    config = clients.management(ENDPOINT, config=clients.IN_TIME).meta.config

    assert config.retries == {"mode": "standard", "total_max_attempts": 2}
    assert (config.connect_timeout + config.read_timeout) * config.retries["total_max_attempts"] < 10


@pytest.mark.parametrize("function", [lifecycle, message, sweeper, connection_manager])
def test_who_must_be_done_in_time_appends_by_a_client_that_is(function: Any) -> None:
    log = signature(function.handler).parameters["log"].default

    in_time = clients.dynamodb(clients.IN_TIME).meta.config
    assert vars(log)["_client"].meta.config.retries == in_time.retries


@pytest.mark.parametrize("made", [clients.dynamodb(), clients.management(ENDPOINT)])
def test_connections_are_kept_for_as_many_calls_as_are_made_at_a_time(made: Any) -> None:
    assert made.meta.config.max_pool_connections == clients.MOST_CALLS
    assert made.meta.config.tcp_keepalive is True


def test_callbacks_go_to_the_endpoint_of_the_stage() -> None:
    assert clients.management(ENDPOINT).meta.endpoint_url == ENDPOINT


def answering(body: bytes) -> Callable[..., AWSResponse]:
    """Return what answers in the place of a network."""

    class Raw(io.BytesIO):
        def stream(self, **_: Any) -> list[bytes]:
            return [self.read()]

    return lambda request, **_: AWSResponse(request.url, 200, HTTPHeaders(), Raw(body))


def look(body: bytes, *, emulated: bool) -> dict[str, Any]:
    client = clients.management(ENDPOINT, emulated=emulated)
    client.meta.events.register("before-send", answering(body))
    answer: dict[str, Any] = client.get_connection(ConnectionId="c-1")
    return answer


CAPITALISED = (
    b'{"ConnectedAt": "2026-11-23T05:12:00Z", "LastActiveAt": "2026-11-23T05:13:00Z", "Identity": {}}'
)


def test_the_capitals_of_the_emulator_are_mended_and_those_of_aws_are_not_looked_for() -> None:
    mended = look(CAPITALISED, emulated=True)

    assert {"ConnectedAt", "LastActiveAt", "Identity"} <= mended.keys()
    assert mended["LastActiveAt"].minute == 13
    assert "LastActiveAt" not in look(CAPITALISED, emulated=False)
