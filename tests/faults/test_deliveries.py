"""What the stream's deliveries do to the read models: repeated, late, lost, unreadable."""

from tests.faults.checks import problems
from tests.faults.equality import scan
from tests.faults.kinds import Fault
from tests.faults.people import report_ends
from tests.faults.scenes import ahead, connected, deliver, row, say, settled
from tests.faults.stream import Stream
from tests.faults.world import World


def test_a_delivery_that_is_repeated_counts_nothing(world: World, stream: Stream) -> None:
    say(world, connected(world))
    deliver(world, stream)
    written = len([request for request in world.requests if request.startswith("Transact")])

    stream.deliver_again()

    assert settled(world, stream) == []
    assert len([request for request in world.requests if request.startswith("Transact")]) == written


def test_records_out_of_order_are_the_same_row(world: World, stream: Stream) -> None:
    line = connected(world)
    ahead(world, line)
    say(world, line)
    world.gateway.end(line)
    report_ends(world)
    world.faults.order(Fault.REORDERED)

    wrong = settled(world, stream)

    assert world.faults.injected[Fault.REORDERED] == 1
    assert wrong == []


def test_a_record_that_is_late_is_joined_when_it_comes(world: World, stream: Stream) -> None:
    connected(world)
    world.faults.order(Fault.DELAYED)
    world.turns.run(*stream.pollers())
    rows = list(scan(world, world.tables.connections))

    wrong = settled(world, stream)

    assert rows == []
    assert wrong == []


def test_a_delivery_that_is_given_up_is_missed_until_it_is_redriven(world: World, stream: Stream) -> None:
    line = connected(world)
    say(world, line)
    world.faults.order(Fault.DROPPED)
    deliver(world, stream)
    missed = {problem.kind for problem in problems(world)}

    stream.redrive()

    assert missed == {"read model", "counter"}
    assert problems(world) == []


def test_a_record_that_cannot_be_read_holds_up_no_other(world: World, stream: Stream) -> None:
    line, other = connected(world), connected(world, None)
    world.faults.order(Fault.POISON)
    say(world, line)
    deliver(world, stream)
    shown = row(world, other)["status"]["S"]

    stream.redrive()

    assert shown == "CONNECTED"
    assert problems(world) == []


def test_an_item_of_the_log_that_is_no_event_holds_up_no_other(world: World, stream: Stream) -> None:
    line = connected(world)
    poison = {"connection_id": {"S": line.id}, "event_id": {"S": "01Q9GD6TBMSGT4C69RX01E4K6P"}}
    world.calm.put_item(TableName=world.tables.events, Item={**poison, "expires_at": {"N": str(2**33)}})
    say(world, line)

    assert settled(world, stream) == []


def test_what_is_deleted_from_the_log_is_not_projected_where_the_filter_lets_it_pass(
    world: World, stream: Stream
) -> None:
    line = connected(world)
    say(world, line)
    deliver(world, stream)
    item = next(iter(scan(world, world.tables.messages)))
    key = {"connection_id": {"S": line.id}, "event_id": item["event_id"]}
    world.calm.delete_item(TableName=world.tables.events, Key=key)
    world.faults.order(Fault.UNFILTERED)

    deliver(world, stream)

    assert world.faults.injected[Fault.UNFILTERED] == 1
    assert stream.unexplained == []


def test_a_connection_that_two_shards_share_is_one_row(world: World, stream: Stream) -> None:
    line = connected(world)
    ahead(world, line)
    say(world, line)
    world.faults.order(Fault.SPLIT)

    wrong = settled(world, stream)

    assert world.faults.injected[Fault.SPLIT] == 1
    assert wrong == []


def test_two_projectors_of_one_stream_count_everything_once(world: World) -> None:
    line = connected(world)
    ahead(world, line)
    say(world, line)

    assert settled(world, Stream(world), Stream(world)) == []


def test_a_row_that_cannot_be_written_holds_up_no_other_and_is_redriven(world: World, stream: Stream) -> None:
    line, other = connected(world), connected(world, None)
    say(world, line)
    world.unwritable[line.id] = 1000
    deliver(world, stream)
    shown = [item["connectionId"]["S"] for item in scan(world, world.tables.connections)]
    world.unwritable.clear()

    stream.redrive()

    assert shown == [other.id]
    assert problems(world) == []
