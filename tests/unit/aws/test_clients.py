"""The clients: how often they try, and how long they wait."""

from typing import Any

import pytest

from functions.aws import clients

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


@pytest.mark.parametrize("made", [clients.dynamodb(), clients.management(ENDPOINT)])
def test_connections_are_kept_for_as_many_calls_as_are_made_at_a_time(made: Any) -> None:
    assert made.meta.config.max_pool_connections == clients.MOST_CALLS
    assert made.meta.config.tcp_keepalive is True


def test_callbacks_go_to_the_endpoint_of_the_stage() -> None:
    assert clients.management(ENDPOINT).meta.endpoint_url == ENDPOINT
