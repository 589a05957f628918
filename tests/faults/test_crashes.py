"""What is left of functions that die, and of invocations that are repeated."""

import pytest

from functions.domain.log.ids import MINUTE
from tests.faults.kinds import Fault
from tests.faults.scenes import connected, deliver, say, settled, types
from tests.faults.stream import Stream
from tests.faults.world import World


@pytest.mark.parametrize("fault", [Fault.CRASH_BEFORE, Fault.CRASH_AFTER])
def test_a_client_that_repeats_a_text_after_a_crash_has_sent_it_once(
    world: World, stream: Stream, fault: Fault
) -> None:
    line = connected(world)
    world.faults.order(fault, "TransactWriteItems")

    told = [say(world, line), say(world, line)]

    assert told == [None, "text_ack"]
    assert types(world).count("TextMessageReceived") == 1
    assert settled(world, stream) == []


@pytest.mark.parametrize("fault", [Fault.CRASH_BEFORE, Fault.CRASH_AFTER])
def test_a_projector_that_crashes_at_a_write_counts_everything_once(
    world: World, stream: Stream, fault: Fault
) -> None:
    say(world, connected(world))
    world.faults.order(fault, "TransactWriteItems")

    wrong = settled(world, stream)

    assert world.died == 1
    assert wrong == []


def test_a_connection_that_a_crash_refused_after_it_was_recorded_is_lost_in_the_end(
    world: World, stream: Stream
) -> None:
    world.faults.order(Fault.CRASH_AFTER, "PutItem")
    refused = world.connect("ada", None)
    again = connected(world, None)
    deliver(world, stream)
    world.now += 10 * MINUTE
    again.last_active_at = world.now

    world.sweep(60)

    assert refused is None
    assert types(world).count("ConnectionOpened") == 2
    assert types(world).count("ConnectionLost") == 1
    assert settled(world, stream) == []


def test_an_invocation_that_is_repeated_appends_nothing(world: World, stream: Stream) -> None:
    line = connected(world, None)
    world.faults.order(Fault.REPEATED)

    told = say(world, line, {"type": "text_message", "data": {"text": "Without an id"}})

    assert told == "text_ack"
    assert types(world).count("TextMessageReceived") == 1
    assert world.untrue == []
    assert settled(world, stream) == []
