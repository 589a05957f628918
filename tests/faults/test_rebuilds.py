"""What a rebuild leaves beside live traffic and after a crash, and what expiry does."""

import pytest

from functions.domain.log.ids import MINUTE
from tests.faults.equality import scan
from tests.faults.ground import BEGINNING, RETENTION_DAYS
from tests.faults.kinds import Fault
from tests.faults.people import report_ends
from tests.faults.rebuilding import Rebuilding
from tests.faults.scenes import connected, deliver, say, settled
from tests.faults.stream import Stream
from tests.faults.world import World


def test_a_rebuild_beside_live_traffic_ends_equal_to_the_log(world: World, stream: Stream) -> None:
    line = connected(world)
    say(world, line)
    deliver(world, stream)
    busy = [True]
    rebuilding = Rebuilding(world)

    def talk() -> None:
        for number in range(10):
            words = {"text": f"text {number}"}
            say(world, line, {"type": "text_message", "data": words})
        busy.clear()

    world.turns.run(rebuilding.run, talk, stream.follow(lambda: bool(busy)))

    assert rebuilding.done
    assert settled(world, stream) == []


def test_a_generation_that_was_left_unprocessed_is_read_before_anything_is_written(
    world: World, stream: Stream
) -> None:
    Rebuilding(world).run()
    connected(world)
    world.faults.order(Fault.UNPROCESSED, "BatchGetItem")

    assert settled(world, stream) == []


@pytest.mark.parametrize("request_number", range(1, 40, 3))
def test_a_rebuild_that_crashed_anywhere_goes_on(world: World, stream: Stream, request_number: int) -> None:
    say(world, connected(world))
    deliver(world, stream)
    rebuilding = Rebuilding(world)
    world.crash_at = request_number

    world.turns.run(rebuilding.run)
    interrupted = not rebuilding.done
    world.turns.run(rebuilding.run)

    assert interrupted
    assert world.untrue == []
    assert settled(world, stream) == []


def test_what_has_expired_and_is_delivered_again_is_not_raised(world: World, stream: Stream) -> None:
    line = connected(world)
    world.gateway.end(line)
    report_ends(world)
    deliver(world, stream)
    world.now = BEGINNING + (RETENTION_DAYS + 1) * 1440 * MINUTE
    for table, names in ((world.tables.events, ("connection_id", "event_id")),):
        for item in list(scan(world, table)):
            world.calm.delete_item(TableName=table, Key={name: item[name] for name in names})
    world.calm.delete_item(TableName=world.tables.connections, Key={"connectionId": {"S": line.id}})

    stream.deliver_again()
    deliver(world, stream)

    assert list(scan(world, world.tables.connections)) == []
