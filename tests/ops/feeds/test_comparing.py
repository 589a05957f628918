"""What `verify` finds where the feeds and the log differ."""

import pytest

from functions.aws.attributes import to_item
from functions.domain.log.events import event
from functions.domain.log.facts import ConnectionClosed
from ops.deployment import Deployment, Outputs
from ops.feeds.comparing import ComparedFeeds, compare_feeds
from tests.faults.ground import GivenTables
from tests.feeds.scene import FEED, START, Scene
from tests.gateway_events import cause
from tests.tables import Tables

MINUTE = 60_000


@pytest.fixture
def scene() -> Scene:
    return Scene()


def deployment(scene: Scene) -> Deployment:
    tables: Tables = scene.tables
    outputs = Outputs(
        events_table=tables.events,
        connections_table=tables.connections,
        messages_table=tables.messages,
        sessions_table=tables.sessions,
        metrics_table=tables.metrics,
        feeds_table=tables.feeds,
        projector_failure_queue="",
        region="us-east-1",
        retention_days=90,
        projector_timeout_seconds=60,
    )
    return GivenTables(outputs, scene.client)


def compared(scene: Scene, *, at_rest: bool = True) -> ComparedFeeds:
    return compare_feeds(deployment(scene), scene.now / 1000, at_rest=at_rest)


def test_feeds_that_number_what_the_log_holds_do_not_differ(scene: Scene) -> None:
    scene.subscribe()
    scene.say("one", "two")
    scene.say("of another", session_id="s-2")
    scene.log.append(event(cause(START), ConnectionClosed()))

    assert compared(scene) == ComparedFeeds(3, ())


def test_an_event_without_a_number_is_found(scene: Scene) -> None:
    scene.say("one")
    lost = scene.append("two")

    [difference] = compared(scene).differences

    assert difference.what == f"event {FEED} {lost.connection_id} {lost.event_id}"
    assert (difference.log, difference.read_model) == ("an event", "no number")


def test_a_number_without_an_event_is_found(scene: Scene) -> None:
    [first, _] = scene.say("one", "two")
    key = to_item({"connection_id": first.connection_id, "event_id": first.event_id})
    scene.client.delete_item(TableName=scene.tables.events, Key=key)

    [difference] = compared(scene).differences

    assert difference.what == f"number {FEED} {first.connection_id} {first.event_id}"
    assert (difference.log, difference.read_model) == ("no event", "a number")


def test_beside_live_traffic_what_may_be_on_its_way_is_not_judged(scene: Scene) -> None:
    scene.append("one")
    scene.now += 15 * MINUTE - 1

    assert compared(scene, at_rest=False).differences == ()
    scene.now += 1
    assert len(compared(scene, at_rest=False).differences) == 1


def test_what_has_expired_is_not_judged(scene: Scene) -> None:
    scene.append("one", expires_at=scene.now // 1000 + 60)
    scene.now += 61_000

    assert compared(scene).differences == ()


def test_what_cannot_be_read_as_an_event_is_not_judged(scene: Scene) -> None:
    item = {"connection_id": "c-1", "event_id": "e-1", "type": "TextMessageReceived", "expires_at": 2**40}
    scene.client.put_item(TableName=scene.tables.events, Item=to_item(item))

    assert compared(scene) == ComparedFeeds(0, ())
