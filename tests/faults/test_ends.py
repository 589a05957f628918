"""How connections end that nobody ended properly."""

import pytest

from functions.domain.log.ids import MINUTE
from tests.faults.kinds import Fault
from tests.faults.people import report_ends
from tests.faults.scenes import connected, deliver, row, settled, types
from tests.faults.stream import Stream
from tests.faults.world import World


@pytest.mark.parametrize("closed", [True, False])
def test_a_connection_whose_disconnect_never_comes_is_found_lost(
    world: World,
    stream: Stream,
    closed: bool,  # noqa: FBT001 - of a parameter
) -> None:
    line = connected(world)
    world.faults.order(Fault.DISCONNECT_LOST)
    if closed:
        world.gateway.end(line)
    deliver(world, stream)
    world.now += 3 * 60 * MINUTE

    world.sweep(3600)

    assert types(world) == ["ConnectionOpened", "ConnectionLost"]
    assert settled(world, stream) == []


def test_a_disconnect_that_comes_after_the_reconnection_ends_the_old_connection_alone(
    world: World, stream: Stream
) -> None:
    old = connected(world)
    new = connected(world)
    world.gateway.end(old)

    report_ends(world)

    assert settled(world, stream) == []
    assert [row(world, line)["status"]["S"] for line in (old, new)] == ["DISCONNECTED", "CONNECTED"]


def test_a_disconnect_that_is_reported_twice_counts_once(world: World, stream: Stream) -> None:
    line = connected(world)
    world.gateway.end(line)
    world.faults.order(Fault.DISCONNECT_AGAIN)

    report_ends(world)

    assert types(world).count("ConnectionClosed") == 2
    assert settled(world, stream) == []


def test_a_sweep_that_crashes_after_its_report_reports_the_same_again(world: World, stream: Stream) -> None:
    line = connected(world)
    deliver(world, stream)
    line.open = False
    world.now += 10 * MINUTE
    world.faults.order(Fault.CRASH_AFTER, "PutItem")

    world.sweep(60)

    assert world.died == 1
    assert types(world) == ["ConnectionOpened", "ConnectionLost"]
    assert settled(world, stream) == []
