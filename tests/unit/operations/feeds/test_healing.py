"""What the sweeper finds that nobody delivered."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError

from functions.aws.read_models.connection_items import ConnectionInfo
from functions.aws.read_models.connections import Connections
from functions.domain.feeds.healing import Span, span
from functions.domain.log.events import event
from functions.domain.log.facts import ConnectionClosed
from functions.domain.times import iso
from functions.handlers import sweeper
from tests.fakes import OneByOne
from tests.feeds.hesitant import Clock, Hesitant, Slow
from tests.feeds.scene import FEED, START, Scene
from tests.gateway_events import cause
from tests.unit.operations.connections.connection_rows import Context, Table

MINUTE = 60_000


@pytest.fixture
def scene() -> Scene:
    return Scene()


def run(
    scene: Scene, connections: Connections, context: Clock | Context | None = None, **schedule: Any
) -> dict[str, int]:
    """Run the sweeper at the scene's time, with a schedule of every five minutes by default."""
    scene.now = scene.now // 1000 * 1000
    return sweeper.handler(
        {"time": iso(scene.now), **schedule},
        context or Context(),
        connections,
        scene.log,
        scene.callbacks,
        OneByOne,
        lambda: scene.now,
        scene.stores,
    )


def test_a_text_that_nobody_delivered_is_delivered(scene: Scene, table: Table) -> None:
    scene.subscribe()
    scene.say("one")
    scene.append("two")
    scene.told()
    scene.now += 2 * MINUTE

    assert run(scene, table)["healed"] == 1

    assert [(frame["data"]["seq"], frame["data"]["text"]) for frame in scene.told()] == [(2, "two")]


def test_texts_are_delivered_in_the_order_in_which_they_arrived(scene: Scene, table: Table) -> None:
    texts = [f"text {number}" for number in range(8)]
    scene.subscribe()
    for text in texts:
        scene.append(text)
    scene.now += 2 * MINUTE

    run(scene, table)

    assert [frame["data"]["text"] for frame in scene.told()] == texts


def test_what_has_a_number_is_not_delivered_again(scene: Scene, table: Table) -> None:
    scene.subscribe()
    scene.say("one", "two")
    scene.told()
    scene.now += 2 * MINUTE

    assert run(scene, table)["healed"] == 0
    assert scene.told() == []


def test_what_is_younger_than_a_minute_may_be_on_its_way(scene: Scene, table: Table) -> None:
    scene.append("one")
    scene.now += 30_000

    assert run(scene, table)["healed"] == 0
    scene.now += 31_000
    assert run(scene, table)["healed"] == 1


def test_what_is_not_told_to_screens_is_not_looked_at(scene: Scene, table: Table) -> None:
    scene.log.append(event(cause(START), ConnectionClosed()))
    scene.now += 2 * MINUTE

    assert run(scene, table)["healed"] == 0
    assert scene.stores.pointers.top(FEED).seq == 0


def test_each_conversation_has_its_own_order(scene: Scene, table: Table) -> None:
    scene.append("of one", session_id="one")
    scene.append("of the other", session_id="other")
    scene.now += 2 * MINUTE

    run(scene, table)

    assert scene.stores.pointers.top("session#one").seq == scene.stores.pointers.top("session#other").seq == 1


@pytest.mark.parametrize(("every_minutes", "minutes"), [(1, 15), (5, 15), (6, 18), (1_440, 4_320)])
def test_a_run_looks_back_to_three_runs_or_a_quarter_of_an_hour(every_minutes: int, minutes: int) -> None:
    assert span(START, every_minutes) == Span(START - minutes * MINUTE, START - MINUTE)


def test_a_rare_run_looks_back_further(scene: Scene, table: Table) -> None:
    scene.append("one")
    scene.now += 20 * MINUTE

    assert run(scene, table, everyMinutes=5)["healed"] == 0
    assert run(scene, table, everyMinutes=10)["healed"] == 1


class Watched(Connections):
    """Connections of which none is stale, and that know whether somebody asked."""

    def __init__(self) -> None:
        super().__init__(None, "connections")
        self.asked: list[tuple[int, int]] = []

    def stale(self, idle_seconds: int, now: int) -> Iterator[tuple[ConnectionInfo, ...]]:
        self.asked.append((idle_seconds, now))
        yield from ()


def test_connections_are_swept_where_nothing_can_be_healed(scene: Scene) -> None:
    connections = Watched()
    scene.client.delete_table(TableName=scene.tables.events)

    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        run(scene, connections)

    assert connections.asked == [(3_600, scene.now)]


def test_a_feed_that_cannot_be_healed_does_not_keep_the_others_waiting(scene: Scene, table: Table) -> None:
    scene.append("of one", session_id="one")
    scene.append("of the other", session_id="other")
    scene.now += 2 * MINUTE
    scene.stores = msgspec.structs.replace(scene.stores, pointers=Hesitant(scene.stores.pointers))

    assert run(scene, table)["healed"] == 1


def run_for(seconds: int, scene: Scene, connections: Connections) -> dict[str, int]:
    """Run the sweeper with so much time, where each look at a feed takes a second."""
    clock, pointers = Clock(seconds), scene.stores.pointers
    scene.stores = msgspec.structs.replace(scene.stores, pointers=Slow(pointers, clock))
    try:
        return run(scene, connections, clock)
    finally:
        scene.stores = msgspec.structs.replace(scene.stores, pointers=pointers)


def test_each_run_begins_with_other_feeds_where_there_is_no_time_for_all(
    scene: Scene, table: Table, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(20):
        scene.append("one", session_id=f"session {number}")
    scene.now += 2 * MINUTE

    healed = []
    for _ in range(40):
        healed.append(run_for(10 + 10, scene, table)["healed"])
        scene.now += 10_000

    assert 0 < max(healed) < 20
    assert sum(healed) == 20
    first = next(vars(each) for each in caplog.records if each.message == "healing_stopped")
    assert (first["feeds"], first["not_begun"]) == (20, 15)


def test_what_there_is_no_time_to_read_is_left_to_the_next_run(scene: Scene, table: Table) -> None:
    scene.append("one")
    scene.append("two")
    scene.now += 2 * MINUTE

    assert run_for(10, scene, table)["healed"] == 0
    assert run(scene, table)["healed"] == 2
