"""A connection is a subscriber of its feeds from before it opens until it ends."""

from typing import Any

import pytest

from functions.domain.feeds.feeds import subscriber_of
from functions.domain.log.facts import ConnectionClosed, ConnectionLost, ConnectionOpened
from functions.domain.refusals import Unavailable
from functions.handlers.lifecycle import handler
from tests.fakes import MemoryLog, MemorySubscribers, RecordingCallbacks
from tests.gateway_events import CONNECTION, EXPIRES_AT, cause, connect, disconnect, identity

AWAY = Unavailable("ThrottlingException of BatchWriteItem")
BOTH = {"session#s-1", "user#alice"}


@pytest.fixture
def subscribers() -> MemorySubscribers:
    return MemorySubscribers()


def handle(event: dict[str, Any], log: MemoryLog, subscribers: MemorySubscribers) -> int:
    status: int = handler(event, None, log, RecordingCallbacks(), subscribers)["statusCode"]
    return status


def subscribed(subscribers: MemorySubscribers) -> set[str]:
    return {feed for feed, connections in subscribers.feeds.items() if CONNECTION in connections}


def test_a_connection_that_opens_is_a_subscriber(log: MemoryLog, subscribers: MemorySubscribers) -> None:
    assert handle(connect(), log, subscribers) == 200

    assert subscribed(subscribers) == BOTH
    assert subscribers.feeds["user#alice"][CONNECTION] == subscriber_of(cause())
    assert subscribers.feeds["user#alice"][CONNECTION].events_expire_at == EXPIRES_AT


def test_a_connection_that_ends_is_none(log: MemoryLog, subscribers: MemorySubscribers) -> None:
    handle(connect(), log, subscribers)

    assert handle(disconnect(), log, subscribers) == 200

    assert subscribed(subscribers) == set()


def test_nobody_subscribes_to_anothers_session(log: MemoryLog, subscribers: MemorySubscribers) -> None:
    handle(connect(connectionId="c-1"), log, subscribers)

    assert handle(connect(authorizer=identity(userId="bob"), requestId="r-2"), log, subscribers) == 403

    assert subscribed(subscribers) == set()


def test_a_connection_that_cannot_be_a_subscriber_is_not_opened_and_has_ended(
    log: MemoryLog, subscribers: MemorySubscribers
) -> None:
    subscribers.faults = [AWAY]

    assert handle(connect(), log, subscribers) == 503

    opened, lost = log.events
    assert isinstance(opened.fact, ConnectionOpened)
    assert lost.fact == ConnectionLost("connect")
    assert lost.at > opened.connected_at


def test_a_connection_whose_end_cannot_be_recorded_either_is_refused_all_the_same(
    log: MemoryLog, subscribers: MemorySubscribers, caplog: pytest.LogCaptureFixture
) -> None:
    subscribers.faults, log.before = [AWAY], [None, Unavailable("ThrottlingException of PutItem")]

    assert handle(connect(), log, subscribers) == 503

    assert "loss_not_recorded" in [record.message for record in caplog.records]


def test_a_connection_that_is_not_opened_is_no_subscriber(
    log: MemoryLog, subscribers: MemorySubscribers
) -> None:
    log.before = [Unavailable("ThrottlingException of PutItem")]

    assert handle(connect(), log, subscribers) == 503

    assert subscribed(subscribers) == set()


def test_an_end_is_recorded_also_where_nobody_can_be_unsubscribed(
    log: MemoryLog, subscribers: MemorySubscribers, caplog: pytest.LogCaptureFixture
) -> None:
    subscribers.faults = [AWAY]

    assert handle(disconnect(), log, subscribers) == 200

    assert [type(fact) for fact in log.facts] == [ConnectionClosed]
    assert "not_unsubscribed" in [record.message for record in caplog.records]
