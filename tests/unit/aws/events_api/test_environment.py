"""What the environment says of publishing changes."""

import pytest

from functions import names
from functions.aws import clients
from functions.aws.events_api.environment import live_events, live_seconds


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What a client is asked for."""
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(clients, "events", lambda *given: asked.append(given))
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.delenv(names.APPSYNC_ENDPOINT, raising=False)
    monkeypatch.setenv(names.LIVE_HTTP_HOST, "a1.appsync-api.eu-central-1.amazonaws.com")
    return asked


def test_a_publication_takes_half_a_second_at_most(asked: list[tuple[object, ...]]) -> None:
    live_events()

    assert live_seconds() == 0.5
    [(host, region, endpoint, seconds)] = asked
    assert (host, region, endpoint) == ("a1.appsync-api.eu-central-1.amazonaws.com", "eu-central-1", None)
    assert seconds == (0.2, 0.3)


def test_an_emulator_is_given_more_time(
    asked: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(names.APPSYNC_ENDPOINT, "http://127.0.0.1:4566")

    live_events()

    assert live_seconds() == 5.0
    [(*_, endpoint, seconds)] = asked
    assert (endpoint, seconds) == ("http://127.0.0.1:4566", (2.0, 3.0))


def test_nothing_is_told_where_nobody_wants_that(
    asked: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(names.LIVE_HTTP_HOST)

    assert live_events() is None
    assert asked == []
