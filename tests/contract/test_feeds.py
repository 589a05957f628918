"""What the feeds promise, on every DynamoDB."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.aws.attributes import from_item, to_item
from functions.aws.feeds.acknowledgements import Acknowledgements
from functions.aws.feeds.cancellations import Cancellations
from functions.aws.feeds.erasing import delete_feed
from functions.aws.feeds.pointers import Pointers
from functions.aws.feeds.subscribers import Subscribers
from functions.aws.log.counts import Counts
from functions.aws.log.event_log import EventLog
from functions.aws.log.event_reads import EventReads
from functions.aws.log.patience import Patience
from functions.domain.feeds.feeds import Pointer, Subscriber
from functions.domain.feeds.numbering import Unnumbered
from functions.domain.frames.feed_frames import Position
from functions.domain.log.claims import Count
from functions.domain.log.events import Event, event
from functions.domain.log.facts import TextMessageReceived
from tests.gateway_events import cause
from tests.stage import Requests
from tests.tables import Tables

NOW = 1_795_420_800_000
KEPT = NOW // 1000 + 90 * 86_400
FEED = "session#s-1"
ADA = Subscriber("c-1", "ada", "s-1", NOW, KEPT)


class Clock:
    """Tells the time that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pointers(client: Any, tables: Tables, clock: Clock) -> Pointers:
    return Pointers(client, tables.feeds, clock)


@pytest.fixture
def subscribers(client: Any, tables: Tables) -> Subscribers:
    return Subscribers(client, tables.feeds)


def unnumbered(number: int, *, expires_at: int = KEPT, arrived_at: int = NOW) -> Unnumbered:
    return Unnumbered("c-1", f"e{number}", arrived_at, expires_at)


def seqs(found: list[Pointer]) -> list[tuple[int, str]]:
    return [(pointer.seq, pointer.event_id) for pointer in found]


def test_events_are_numbered_from_1_without_a_gap(pointers: Pointers) -> None:
    given = [pointers.number(FEED, unnumbered(number)) for number in range(25)]

    assert given == list(range(1, 26))
    assert pointers.top(FEED) == Position(25, "e24")


def test_the_top_is_found_in_few_requests_though_all_has_expired(
    make_client: Callable[[], Any], tables: Tables, clock: Clock
) -> None:
    client = make_client()
    pointers = Pointers(client, tables.feeds, clock)
    for number in range(60):
        pointers.number(FEED, unnumbered(number))
    clock.now = KEPT * 1000
    requests = Requests(client)

    assert pointers.top(FEED) == Position(0, "")
    assert requests.seen.count("Query") <= 4


def test_each_feed_has_numbers_of_its_own(pointers: Pointers) -> None:
    first, other = pointers.number(FEED, unnumbered(1)), pointers.number("user#ada", unnumbered(1))

    assert (first, other) == (1, 1)


def test_an_event_has_one_number_however_often_it_is_asked_for(pointers: Pointers) -> None:
    for number in range(30):
        pointers.number(FEED, unnumbered(number))

    again = [pointers.number(FEED, unnumbered(number)) for number in range(30)]

    assert again == list(range(1, 31))
    assert len(pointers.from_seq(FEED, 1, 100)) == 30


def test_rivals_that_number_at_once_leave_no_gap_and_give_each_event_one_number(
    make_client: Callable[[], Any], tables: Tables, clock: Clock
) -> None:
    work = [unnumbered(number) for number in range(12)] * 2

    def number(one: Unnumbered) -> tuple[str, int]:
        pointers = Pointers(client, tables.feeds, clock, patience=Patience(seconds=60))
        return one.event_id, pointers.number(FEED, one)

    client = make_client()
    with ThreadPoolExecutor(6) as pool:
        given = set(pool.map(number, work))

    assert sorted(seq for _, seq in given) == list(range(1, 13))
    assert len({event_id for event_id, _ in given}) == 12


def test_a_pointer_says_which_event_and_when_and_expires_with_it(
    pointers: Pointers, client: Any, tables: Tables
) -> None:
    pointers.number(FEED, unnumbered(1))

    [item] = client.scan(TableName=tables.feeds, ConsistentRead=True)["Items"]
    assert from_item(item) == {
        "feed": FEED,
        "key": "m#0000000001",
        "connection_id": "c-1",
        "event_id": "e1",
        "numbered_at": NOW,
        "expires_at": KEPT,
    }


def test_a_feed_begins_anew_when_all_of_it_has_expired(pointers: Pointers, clock: Clock) -> None:
    soon = NOW // 1000 + 60
    for number in (1, 2, 3):
        pointers.number(FEED, unnumbered(number, expires_at=soon))
    clock.now = soon * 1000

    assert pointers.top(FEED) == Position(0, "")
    assert pointers.number(FEED, unnumbered(4, arrived_at=clock.now)) == 1
    assert pointers.top(FEED) == Position(1, "e4")


def test_a_number_that_has_expired_is_given_again(pointers: Pointers, clock: Clock) -> None:
    soon = NOW // 1000 + 60
    pointers.number(FEED, unnumbered(1))
    pointers.number(FEED, unnumbered(2, expires_at=soon))
    clock.now = soon * 1000

    assert pointers.number(FEED, unnumbered(3, arrived_at=clock.now)) == 2
    assert seqs(pointers.from_top(FEED, 9)) == [(2, "e3"), (1, "e1")]


def test_a_feed_is_read_from_its_top_and_from_a_number_on(pointers: Pointers) -> None:
    for number in range(1, 26):
        pointers.number(FEED, unnumbered(number))

    assert seqs(pointers.from_top(FEED, 2)) == [(25, "e25"), (24, "e24")]
    assert seqs(pointers.from_top(FEED, 2, below=24)) == [(23, "e23"), (22, "e22")]
    assert pointers.from_top(FEED, 2, below=1) == []
    assert len(pointers.from_top(FEED, 99)) == 25
    assert seqs(pointers.from_seq(FEED, 24, 9)) == [(24, "e24"), (25, "e25")]
    assert seqs(pointers.from_seq(FEED, 2, 1)) == [(2, "e2")]


def test_a_feed_is_read_down_to_a_time(pointers: Pointers, clock: Clock) -> None:
    for number in range(1, 50):
        clock.now = NOW + number * 1000
        pointers.number(FEED, unnumbered(number))

    found = pointers.since(FEED, NOW + 20_000)

    assert {(pointer.seq, pointer.event_id) for pointer in found} >= {(n, f"e{n}") for n in range(20, 50)}
    assert len(found) < 49


def test_a_connection_is_a_subscriber_of_both_its_feeds_until_it_ends(subscribers: Subscribers) -> None:
    subscribers.subscribe(ADA)

    assert subscribers.of(FEED, NOW) == subscribers.of("user#ada", NOW) == [ADA]
    subscribers.unsubscribe(ADA)
    assert subscribers.of(FEED, NOW) == subscribers.of("user#ada", NOW) == []


def test_the_end_of_a_connection_ends_no_other(subscribers: Subscribers) -> None:
    second = Subscriber("c-2", "ada", None, NOW, KEPT)
    subscribers.subscribe(ADA)
    subscribers.subscribe(second)

    subscribers.unsubscribe(ADA)

    assert subscribers.of("user#ada", NOW) == subscribers.of("connection#c-2", NOW) == [second]


def test_a_subscriber_expires(subscribers: Subscribers) -> None:
    subscribers.subscribe(ADA)

    assert subscribers.of(FEED, ADA.expires_at * 1000 - 1) == [ADA]
    assert subscribers.of(FEED, ADA.expires_at * 1000) == []


def test_a_subscriber_that_a_feed_has_forgotten_is_subscribed_again(
    subscribers: Subscribers, client: Any, tables: Tables
) -> None:
    subscribers.subscribe(ADA)
    client.delete_item(TableName=tables.feeds, Key=to_item({"feed": FEED, "key": "s#c-1"}))

    subscribers.ensure(ADA)

    assert subscribers.of(FEED, NOW) == [ADA]


def test_numbers_and_subscribers_of_one_feed_are_not_taken_for_each_other(
    pointers: Pointers, subscribers: Subscribers
) -> None:
    pointers.number(FEED, unnumbered(1))
    subscribers.subscribe(ADA)

    assert subscribers.of(FEED, NOW) == [ADA]
    assert seqs(pointers.from_top(FEED, 9)) == seqs(pointers.from_seq(FEED, 1, 9)) == [(1, "e1")]


def acknowledged(pointers: Pointers, acknowledgements: Acknowledgements, seq: int, at: int) -> int:
    [upto] = pointers.from_seq(FEED, seq, 1)
    return acknowledgements.acknowledge(FEED, "ada", upto, at)


def test_the_greatest_acknowledgement_stands(pointers: Pointers, client: Any, tables: Tables) -> None:
    acknowledgements = Acknowledgements(client, tables.feeds)
    for number in (1, 2, 3):
        pointers.number(FEED, unnumbered(number))

    assert acknowledged(pointers, acknowledgements, 2, NOW) == 2
    assert acknowledged(pointers, acknowledgements, 1, NOW + 5_000) == 2
    assert acknowledged(pointers, acknowledgements, 3, NOW + 1_000) == 2
    assert acknowledged(pointers, acknowledgements, 3, NOW + 1_001) == 3


def text(number: int, **changes: Any) -> Event:
    return event(cause(NOW, f"r-{number}", **changes), TextMessageReceived(f"text {number}"))


def test_events_are_read_by_their_keys_with_their_arrival(client: Any, tables: Tables) -> None:
    log, reads = EventLog(client, tables.events, now=lambda: NOW + 5), EventReads(client, tables.events)
    for number in range(3):
        log.append(text(number))
    keys = [(each.connection_id, each.event_id) for each in (text(0), text(2), text(7), text(0))]

    found = reads.get(keys, NOW)

    assert {key: (arrived.event, arrived.arrived_at) for key, arrived in found.items()} == {
        keys[0]: (text(0), NOW + 5),
        keys[1]: (text(2), NOW + 5),
    }


def test_an_event_that_has_expired_or_cannot_be_read_is_absent(client: Any, tables: Tables) -> None:
    reads, expired = EventReads(client, tables.events), text(1, expires_at=NOW // 1000)
    EventLog(client, tables.events).append(expired)
    client.put_item(TableName=tables.events, Item=to_item({"connection_id": "c-1", "event_id": "e-1"}))

    assert reads.get([(expired.connection_id, expired.event_id), ("c-1", "e-1")], NOW) == {}


def test_an_event_is_found_by_its_user_on_whichever_connection_it_happened(
    client: Any, tables: Tables
) -> None:
    reads, said, expired = EventReads(client, tables.events), text(1), text(2, expires_at=NOW // 1000)
    for each in (said, expired):
        EventLog(client, tables.events).append(each)

    assert reads.of_user(said.user_id, said.event_id, NOW) == said
    assert reads.of_user("bob", said.event_id, NOW) is None
    assert reads.of_user(said.user_id, text(7).event_id, NOW) is None
    assert reads.of_user(said.user_id, expired.event_id, NOW) is None


def test_a_text_is_cancelled_anew_whenever_it_is_cancelled(client: Any, tables: Tables) -> None:
    cancellations, key = Cancellations(client, tables.feeds), {"feed": FEED, "key": "x#e1"}
    for at in (NOW, NOW + 2_000):
        cancellations.cancel(FEED, "e1", at)

    item = client.get_item(TableName=tables.feeds, Key=to_item(key), ConsistentRead=True)["Item"]

    later = {"cancelled_at": NOW + 2_000, "expires_at": NOW // 1000 + 3_602}
    assert from_item(item) == {**key, **later}


def test_what_is_counted_alone_is_counted_up_to_its_limit(client: Any, tables: Tables) -> None:
    counts, one = Counts(client, tables.claims), Count("resumes#ada#1", 2, KEPT)

    assert [counts.count(one) for _ in range(3)] == [True, True, False]


def test_a_feed_is_deleted_whole_and_no_other(
    pointers: Pointers, subscribers: Subscribers, client: Any, tables: Tables
) -> None:
    for number in range(60):
        pointers.number(FEED, unnumbered(number))
    subscribers.subscribe(ADA)

    assert delete_feed(client, tables.feeds, FEED) == 61
    assert pointers.top(FEED) == Position(0, "")
    assert subscribers.of(FEED, NOW) == []
    assert subscribers.of("user#ada", NOW) == [ADA]
    assert delete_feed(client, tables.feeds, FEED) == 0
