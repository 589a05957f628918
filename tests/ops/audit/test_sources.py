"""Which events an audit finds, whatever it is asked by, and what that reads."""

from collections.abc import Callable

import msgspec
import pytest

from functions.aws.attributes import Item, to_item
from functions.aws.log.arrivals import stamp
from functions.aws.log.event_items import encode
from functions.domain.log.claims import Take, session_key
from functions.domain.log.events import Event
from functions.domain.log.facts import (
    ActivityRecorded,
    ConnectionClosed,
    ConnectionOpened,
    TextMessageReceived,
)
from functions.domain.log.redaction import forgetting
from functions.names import ARRIVAL_SHARDS
from ops.audit.meter import Meter
from ops.audit.selection import Selection
from ops.audit.sources import MOST_FILTERED, TooManyReadError, select
from tests.stage import NOW, RETENTION_DAYS, Stage, happened, notified

MINUTE = 60_000
TIME = Selection(NOW - MINUTE, NOW + MINUTE)

OPENED = happened("c1", ConnectionOpened(), session_id="talk")
TEXT = happened("c1", TextMessageReceived("Hello there"), 10, session_id="talk")
AGAIN = happened("c2", ConnectionOpened(), 20, session_id="talk")
OTHER = happened("c3", ConnectionOpened(), 30, user_id="bob")
CLOSED = happened("c3", ConnectionClosed(1000), 40, user_id="bob")
ALL = (OPENED, TEXT, AGAIN, OTHER, CLOSED)

TRACE = "1-69229a20-5bd2f1a63e07c4d812f09b7a"

Ask = Callable[..., list[str]]


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def ask(stage: Stage, meter: Meter) -> Ask:
    owned = Take(session_key("talk"), "alice", NOW // 1000, NOW // 1000 + 90 * 86_400)
    stage.log.append(OPENED, (owned,))
    stage.happen(*ALL)

    def asked(*, wanted: int | None = None, go_on: bool = True, **changes: object) -> list[str]:
        selection = msgspec.structs.replace(TIME, **changes)
        found = select(stage.deployment, selection, meter, wanted=wanted, go_on=lambda _: go_on)
        return [item["event_id"]["S"] for item in found]

    return asked


def ids(*events: Event) -> list[str]:
    return [event.event_id for event in events]


def test_by_connection_exactly_its_events_are_read(ask: Ask, meter: Meter) -> None:
    assert ask(connection_id="c1", newest_first=False) == ids(OPENED, TEXT)
    assert meter.scanned == meter.returned == 2


def test_by_user_exactly_their_events_are_read(ask: Ask, meter: Meter) -> None:
    assert ask(user_id="alice") == ids(AGAIN, TEXT, OPENED)
    assert meter.scanned == 3


def test_by_user_what_arrived_long_after_its_cause_is_found(stage: Stage, ask: Ask) -> None:
    refreshed = happened("c1", ActivityRecorded(), 50 - 2 * 60 * MINUTE, session_id="talk")
    stage.log.append(refreshed)

    assert refreshed.event_id in ask(user_id="alice", first=NOW - 1, last=NOW + 1)


def test_by_pseudonym_when_they_were_forgotten_is_found(stage: Stage, ask: Ask) -> None:
    days_ago = NOW - 30 * 24 * 60 * MINUTE
    forgotten = forgetting(happened("old", ConnectionOpened(), connected_at=days_ago), "~SOMEBODY", "olga")
    stage.log.append(forgotten)

    assert ask(user_id="~SOMEBODY") == ids(forgotten)


def test_by_session_the_connections_of_its_owner_are_read(ask: Ask, meter: Meter) -> None:
    assert ask(session_id="talk", newest_first=False) == ids(OPENED, TEXT, AGAIN)
    # the claim, the rows of its owner, the events, and what the owner has in the index, for what was sent
    assert meter.scanned == 1 + 2 + 3 + 3


def test_by_session_what_was_sent_to_it_is_among_the_events(stage: Stage, ask: Ask) -> None:
    sent, other = (notified(to) for to in ("talk", None))
    stage.log.append(sent)
    stage.log.append(other)

    assert ask(session_id="talk", newest_first=False) == ids(OPENED, TEXT, AGAIN, sent)
    assert {*ids(sent, other)} <= {*ask(user_id="alice")}
    assert ask(connection_id=sent.connection_id) == ids(sent)


def test_a_session_whose_claim_has_expired_is_found_by_a_filter(stage: Stage, ask: Ask) -> None:
    key = to_item({"claim": session_key("talk")})
    stage.client.delete_item(TableName=stage.tables.claims, Key=key)

    assert sorted(ask(session_id="talk")) == sorted(ids(OPENED, TEXT, AGAIN))


def test_what_is_older_than_the_retention_is_not_looked_for(ask: Ask, meter: Meter) -> None:
    assert sorted(ask(first=0)) == sorted(ids(*ALL))
    assert meter.requests <= (RETENTION_DAYS + 1) * ARRIVAL_SHARDS


def test_by_time_all_that_arrived_then_is_found(ask: Ask, meter: Meter) -> None:
    assert sorted(ask()) == sorted(ids(*ALL))
    assert meter.scanned == 5


def test_by_type_the_others_are_read_too_and_not_shown(ask: Ask, meter: Meter) -> None:
    assert ask(types=frozenset({"TextMessageReceived"})) == ids(TEXT)
    assert meter.scanned == 5


def test_by_trace_the_others_are_read_too_and_not_shown(stage: Stage, ask: Ask, meter: Meter) -> None:
    traced = happened("c4", ConnectionOpened(), 50, trace_id=TRACE)
    stage.log.append(traced)

    assert ask(trace_id=TRACE) == ids(traced)
    assert meter.scanned == 6
    assert ask(trace_id=TRACE.replace("9b7a", "9b7b")) == ask(trace_id=TRACE, connection_id="c1") == []


def test_a_filter_by_trace_asks_before_it_goes_on_reading(ask: Ask, meter: Meter) -> None:
    meter.scanned = MOST_FILTERED - 3

    with pytest.raises(TooManyReadError):
        ask(trace_id=TRACE, go_on=False)


def test_what_is_asked_by_several_things_fits_all_of_them(ask: Ask) -> None:
    opened = frozenset({"ConnectionOpened"})

    assert ask(user_id="alice", session_id="talk", types=opened, newest_first=False) == ids(OPENED, AGAIN)
    assert ask(connection_id="c3", user_id="alice") == []


def test_what_arrived_at_another_time_is_not_shown(ask: Ask) -> None:
    later = {"first": NOW + 1, "last": NOW + MINUTE}

    assert ask(connection_id="c1", **later) == ask(user_id="alice", **later) == ask(**later) == []


def test_no_more_is_shown_than_is_wanted(ask: Ask) -> None:
    assert ask(user_id="alice", wanted=2) == ids(AGAIN, TEXT)


def test_an_item_that_is_no_event_is_found_too(stage: Stage, ask: Ask) -> None:
    broken: Item = encode(happened("c9", ConnectionOpened())) | stamp(OPENED.event_id, NOW)
    del broken["at"], broken["user_id"]
    stage.client.put_item(TableName=stage.tables.events, Item=broken)

    assert broken["event_id"]["S"] in ask()


def test_a_filter_asks_before_it_goes_on_reading(ask: Ask, meter: Meter) -> None:
    meter.scanned = MOST_FILTERED - 3

    with pytest.raises(TooManyReadError):
        ask(types=frozenset({"ConnectionLost"}), go_on=False)


def test_without_a_filter_nobody_is_asked(ask: Ask, meter: Meter) -> None:
    meter.scanned = MOST_FILTERED

    assert len(ask(go_on=False)) == 5


def test_the_units_are_those_of_the_service(ask: Ask, meter: Meter) -> None:
    ask(connection_id="c1")

    assert meter.units == 1.0
    assert meter.dollars == pytest.approx(0.125e-6)
