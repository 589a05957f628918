"""What becomes of connections that callbacks do not reach."""

import pytest

from tests.faults.kinds import Fault
from tests.faults.scenes import ahead, connected, deliver, row, say, settled, types
from tests.faults.stream import Stream
from tests.faults.world import World


def test_who_is_found_gone_falsely_is_revived_by_the_next_frame(world: World, stream: Stream) -> None:
    line = connected(world)
    world.faults.order(Fault.GONE)
    ahead(world, line)
    deliver(world, stream)
    lost = row(world, line)["status"]["S"]

    say(world, line)

    assert lost == "DISCONNECTED"
    assert settled(world, stream) == []
    assert row(world, line)["status"]["S"] == "CONNECTED"


@pytest.mark.parametrize("fault", [Fault.LIMIT, Fault.CALLBACK_LATE])
def test_who_cannot_be_told_is_not_lost(world: World, stream: Stream, fault: Fault) -> None:
    line = connected(world)
    world.faults.order(fault)

    ahead(world, line)

    assert world.gateway.told == []
    assert "ConnectionLost" not in types(world)
    assert settled(world, stream) == []


def test_an_operators_word_stands_though_the_deed_fails(world: World, stream: Stream) -> None:
    line = connected(world)
    deliver(world, stream)
    request = {"operation": "disconnect", "connectionId": line.id, "by": "an operator"}
    world.faults.order(Fault.CALLBACK_LATE)

    refused, done = world.manage(request), world.manage(request)

    assert refused == {
        "error": {
            "code": "unavailable",
            "message": "The request could not be completed in time. Try again.",
        }
    }
    assert done
    assert types(world).count("ConnectionStatusSet") == 2
    assert not line.open
    assert settled(world, stream) == []
