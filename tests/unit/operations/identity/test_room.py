"""Whether a user may have one more connection."""

from collections.abc import Sequence

import pytest

from functions.aws.gateway.callbacks import Callbacks, GoneError, UnknownConnectionError
from functions.domain.feeds.feeds import Subscriber
from functions.domain.refusals import Unavailable
from functions.operations.identity.room import Room
from tests.fakes import MemorySubscribers

NOW = 1_795_420_800_000
HOUR = 3_600_000
ALIVE, SILENT = NOW - 300_000, NOW - 400_000


class Gateway(Callbacks):
    """Says when it last saw each connection, or raises; those it is not told of are Gone."""

    def __init__(self, **seen: int | Exception) -> None:
        self.asked: list[str] = []
        self.closed: list[str] = []
        self._seen = seen

    def last_active_at(self, connection_id: str) -> int:
        self.asked.append(connection_id)
        seen = self._seen.get(connection_id, GoneError(connection_id))
        if isinstance(seen, Exception):
            raise seen
        return seen

    def close(self, connection_id: str) -> None:
        self.closed.append(connection_id)


def first(connections: Sequence[Subscriber], most: int) -> Sequence[Subscriber]:
    return connections[:most]


@pytest.fixture
def subscribers() -> MemorySubscribers:
    return MemorySubscribers()


def opened(subscribers: MemorySubscribers, *connections: str, at: int = NOW - HOUR) -> None:
    for connection_id in connections:
        subscribers.subscribe(Subscriber(connection_id, "ada", None, at, NOW // 1000 + 86_400))


def is_room(subscribers: MemorySubscribers, gateway: Gateway, most: int = 2) -> bool:
    return Room(subscribers, gateway, most, first).is_there_for("ada", NOW)


def test_who_has_fewer_than_may_be_has_room_and_the_gateway_is_not_asked(
    subscribers: MemorySubscribers,
) -> None:
    opened(subscribers, "a")
    gateway = Gateway()

    assert is_room(subscribers, gateway)
    assert gateway.asked == []


def test_who_has_as_many_as_may_be_has_none(subscribers: MemorySubscribers) -> None:
    opened(subscribers, "a", "b")

    assert not is_room(subscribers, Gateway(a=ALIVE, b=ALIVE))


def test_the_connections_of_others_count_for_nothing(subscribers: MemorySubscribers) -> None:
    opened(subscribers, "a")
    subscribers.subscribe(Subscriber("b", "bob", None, NOW, NOW // 1000 + 86_400))

    assert is_room(subscribers, Gateway(a=ALIVE))


def test_one_that_is_gone_gives_way_and_is_no_subscriber_any_more(subscribers: MemorySubscribers) -> None:
    opened(subscribers, "a", "b")

    assert is_room(subscribers, Gateway(a=ALIVE))
    assert set(subscribers.feeds["user#ada"]) == {"a"}


@pytest.mark.parametrize(("seen", "closed"), [(SILENT, ["a"]), (SILENT + 1, [])])
def test_one_that_was_silent_for_400_s_gives_way_and_is_closed(
    subscribers: MemorySubscribers, seen: int, closed: list[str]
) -> None:
    opened(subscribers, "a", "b")
    gateway = Gateway(a=seen, b=ALIVE)

    assert is_room(subscribers, gateway) == bool(closed)
    assert gateway.closed == closed


def test_one_that_is_being_opened_does_not_give_way(subscribers: MemorySubscribers) -> None:
    opened(subscribers, "a", "b", at=NOW - 29_999)

    assert not is_room(subscribers, Gateway())


def test_what_cannot_be_a_connection_gives_way(subscribers: MemorySubscribers) -> None:
    opened(subscribers, "a", "b")

    assert is_room(subscribers, Gateway(a=UnknownConnectionError("a"), b=ALIVE))


def test_an_attempt_asks_three_questions_at_most(subscribers: MemorySubscribers) -> None:
    opened(subscribers, *"abcde")
    gateway = Gateway(a=ALIVE, b=ALIVE, c=ALIVE)

    assert not is_room(subscribers, gateway, most=5)
    assert gateway.asked == ["a", "b", "c"]


def test_those_that_are_asked_for_are_drawn(subscribers: MemorySubscribers) -> None:
    opened(subscribers, *"abcdefghij")
    asked: set[str] = set()

    for _ in range(200):
        gateway = Gateway(**dict.fromkeys("abcdefghij", ALIVE))
        Room(subscribers, gateway, 10).is_there_for("ada", NOW)
        asked.update(gateway.asked)

    assert asked == set("abcdefghij")


def test_no_more_is_asked_where_the_gateway_does_not_answer(subscribers: MemorySubscribers) -> None:
    opened(subscribers, "a", "b")
    gateway = Gateway(a=Unavailable("ReadTimeoutError"))

    assert not is_room(subscribers, gateway)
    assert gateway.asked == ["a"]


def test_whose_connections_cannot_be_read_is_for_others_to_decide(subscribers: MemorySubscribers) -> None:
    subscribers.read_faults = [Unavailable("ThrottlingException of Query")]

    with pytest.raises(Unavailable):
        is_room(subscribers, Gateway())
