"""What each fault does, one at a time: what the client is told, and what the tables hold in the end."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from functions.domain.ids import MINUTE
from tests.faults.checks import problems
from tests.faults.equality import scan
from tests.faults.gateway import Line
from tests.faults.kinds import Fault, Faults
from tests.faults.people import report_ends
from tests.faults.rebuilding import Rebuilding
from tests.faults.stream import Stream
from tests.faults.world import BEGINNING, RETENTION_DAYS, World

HELLO = {"type": "text_message", "id": "m-1", "data": {"text": "Hello"}}


@pytest.fixture
def world() -> World:
    random = Random(0)  # noqa: S311 - it must repeat
    return World(0, Faults(random, frozenset()), random)


@pytest.fixture
def stream(world: World) -> Stream:
    return Stream(world)


def connected(world: World, session: str | None = "talk") -> Line:
    line = world.connect("ada", session)
    assert line
    return line


def say(world: World, line: Line, frame: dict[str, Any] = HELLO) -> str | None:
    answer = world.frame(line, frame, text=frame.get("data", {}).get("text"))
    if answer is None:
        return None
    return str(answer["data"]["code"] if answer["type"] == "error" else answer["type"])


def types(world: World) -> list[str]:
    items = scan(world, world.tables.events)
    return [item["type"]["S"] for item in sorted(items, key=lambda item: str(item["event_id"]["S"]))]


def row(world: World, line: Line) -> dict[str, Any]:
    rows = scan(world, world.tables.connections)
    return next(item for item in rows if item["connectionId"]["S"] == line.id)


def deliver(world: World, *streams: Stream) -> None:
    pollers: list[Callable[[], None]] = []
    for stream in streams:
        pollers += stream.pollers(last=True)
    world.turns.run(*pollers)


def settled(world: World, *streams: Stream) -> list[Any]:
    """Deliver everything, redrive what was given up, and return what is wrong."""
    deliver(world, *streams)
    for stream in streams:
        stream.redrive()
    return problems(world)


# --- DynamoDB ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.BROKEN, Fault.LATE])
def test_a_text_that_could_not_be_appended_is_refused_and_accepted_when_repeated(
    world: World, stream: Stream, fault: Fault
) -> None:
    line = connected(world)
    world.faults.order(fault, "TransactWriteItems")

    told = [say(world, line), say(world, line)]

    assert told == ["unavailable", "text_ack"]
    assert types(world).count("TextMessageReceived") == 1
    assert settled(world, stream) == []


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.BROKEN_AFTER])
def test_a_text_that_was_appended_without_an_answer_is_not_appended_again(
    world: World, stream: Stream, fault: Fault
) -> None:
    line = connected(world)
    world.faults.order(fault, "TransactWriteItems")

    told = [say(world, line), say(world, line)]

    assert told == ["unavailable", "text_ack"]
    assert types(world).count("TextMessageReceived") == 1
    assert settled(world, stream) == []


def test_a_transaction_in_conflict_is_repeated_and_the_client_learns_nothing_of_it(
    world: World, stream: Stream
) -> None:
    line = connected(world)
    world.faults.order(Fault.CONFLICT, "TransactWriteItems")

    told = say(world, line)

    assert told == "text_ack"
    assert world.faults.injected[Fault.CONFLICT] == 1
    assert settled(world, stream) == []


def test_keys_that_are_left_unprocessed_are_asked_for_again(world: World, stream: Stream) -> None:
    say(world, connected(world))
    world.faults.order(Fault.UNPROCESSED, "BatchGetItem")

    wrong = settled(world, stream)

    assert world.requests.count("BatchGetItem ") == 1
    assert wrong == []


@pytest.mark.parametrize("operation", ["BatchGetItem", "TransactWriteItems"])
@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.BROKEN, Fault.LATE])
def test_a_batch_that_the_tables_could_not_take_is_delivered_again(
    world: World, stream: Stream, fault: Fault, operation: str
) -> None:
    say(world, connected(world))
    world.faults.order(fault, operation)

    wrong = settled(world, stream)

    assert world.faults.injected[fault] == 1
    assert wrong == []


# --- crashes ----------------------------------------------------------------------------------------


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


# --- callbacks --------------------------------------------------------------------------------------


def ahead(world: World, line: Line) -> None:
    """Speak faster than speech, which is answered by callback."""
    voice = world.frame(line, {"type": "voice_start"})
    assert voice
    world.now += MINUTE
    data = {"voiceSessionId": voice["data"]["voiceSessionId"], "seq": 10**6, "audio": "AAAA"}
    world.frame(line, {"type": "voice_data", "data": data}, route="voice_data")


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


# --- deliveries -------------------------------------------------------------------------------------


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
    world.unwritable = frozenset({line.id})
    deliver(world, stream)
    shown = [item["connectionId"]["S"] for item in scan(world, world.tables.connections)]
    world.unwritable = frozenset()

    stream.redrive()

    assert shown == [other.id]
    assert problems(world) == []


# --- clients and the gateway ------------------------------------------------------------------------


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


# --- rebuilds and expiry ----------------------------------------------------------------------------


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
