"""What single faults of DynamoDB do to clients and to batches."""

import pytest

from functions.domain.log.ids import MINUTE
from tests.faults.kinds import Fault
from tests.faults.scenes import connected, deliver, row, say, settled, types
from tests.faults.stream import Stream
from tests.faults.world import World


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


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.BROKEN_AFTER])
@pytest.mark.parametrize(("session", "operation"), [(None, "PutItem"), ("talk", "TransactWriteItems")])
def test_a_connection_that_was_opened_without_an_answer_is_open(
    world: World, stream: Stream, fault: Fault, session: str | None, operation: str
) -> None:
    world.faults.order(fault, operation)

    line = connected(world, session)

    assert types(world) == ["ConnectionOpened"]
    assert settled(world, stream) == []
    assert row(world, line)["status"]["S"] == "CONNECTED"


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.BROKEN, Fault.LATE])
@pytest.mark.parametrize(("session", "operation"), [(None, "PutItem"), ("talk", "TransactWriteItems")])
def test_a_connection_that_was_not_opened_is_refused_and_counts_as_nothing(
    world: World, stream: Stream, fault: Fault, session: str | None, operation: str
) -> None:
    world.faults.order(fault, operation)

    refused = world.connect("ada", session)

    assert refused is None
    assert types(world) == ["ConnectionFailed"]
    assert settled(world, stream) == []
    assert world.stores.subscribers.of_user("ada", world.now) == []


@pytest.mark.parametrize("first", [Fault.ANSWER_LOST, Fault.LATE])
@pytest.mark.parametrize("second", [Fault.ANSWER_LOST, Fault.LATE])
def test_a_connection_of_which_nothing_is_known_ends_with_the_sweep_at_the_latest(
    world: World, stream: Stream, first: Fault, second: Fault
) -> None:
    world.faults.order(first, "PutItem")
    world.faults.order(second, "PutItem")

    refused = world.connect("ada", None)
    deliver(world, stream)
    world.now += 65 * MINUTE
    world.sweep(3600)

    assert refused is None
    assert settled(world, stream) == []
    assert world.stores.subscribers.of_user("ada", world.now) == []


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
    world.requests.clear()
    world.faults.order(Fault.UNPROCESSED, "BatchGetItem")

    wrong = settled(world, stream)

    assert world.requests[:2] == [f"BatchGetItem {Fault.UNPROCESSED}3", "BatchGetItem "]
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
