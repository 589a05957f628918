"""What the log promises, on every DynamoDB."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.aws.log.event_items import decode
from functions.aws.log.event_log import ClaimRefusedError, EventLog
from functions.aws.log.patience import Patience
from functions.domain.log.claims import Claim, Count, Release, Reserve, Settle, Take, session_key, voice_key
from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import (
    VERSIONS,
    ActivityRecorded,
    ConnectionClosed,
    ConnectionFailed,
    ConnectionLost,
    ConnectionOpened,
    ConnectionStatusSet,
    Fact,
    MessageRejected,
    NotificationSent,
    PersonForgotten,
    ReplyCompleted,
    ReplyFailed,
    TextMessageReceived,
    VoiceSessionEnded,
    VoiceSessionStarted,
    VoiceTurnTranscribed,
)
from functions.domain.log.ids import lowest
from functions.names import EVENTS_BY_ARRIVAL, EVENTS_BY_USER
from tests.tables import Tables

AT = 1_795_410_000_000
NOW = AT // 1000
ARRIVED_AT = AT + 87
VOICE = "01KAQ0000000000000000000VS"

FACTS: tuple[Fact, ...] = (
    ConnectionOpened("203.0.113.9", "a browser", NOW + 7200),
    ConnectionOpened(),
    ConnectionFailed(),
    ActivityRecorded(VOICE, 600),
    ActivityRecorded(),
    TextMessageReceived("Grüße, 世界 \u0000 🎈"),
    ReplyCompleted(VOICE, "An answer.", "end_turn", 12, 0, "a model", 2),
    ReplyFailed(VOICE, "too slow", 5),
    VoiceSessionStarted(16000, "lpcm", "Ada"),
    VoiceSessionEnded(VOICE, 2**53, 30, "client", 9600, 7),
    VoiceTurnTranscribed(VOICE, "assistant", "Grüße, 世界 🎈"),
    MessageRejected("too_large"),
    ConnectionClosed(1006, "Going away"),
    ConnectionLost("post"),
    ConnectionStatusSet("DISCONNECTED", "an operator", "abuse"),
    PersonForgotten("an operator"),
    NotificationSent("invoice", '{"number": 7}', NOW + 60, receipt=True),
)


def cause(number: int = 0, **changes: Any) -> Cause:
    values = {
        "connection_id": "one=",
        "user_id": "ada",
        "session_id": "talk",
        "connected_at": AT - 1000,
        "expires_at": NOW + 90 * 86_400,
        "at": AT + number,
        "id": f"request-{number}",
        "trace_id": "1-69229a20-5bd2f1a63e07c4d812f09b7a",
    }
    return Cause(**{**values, **changes})


def text(number: int, words: str = "Hello") -> Event:
    return event(cause(number), TextMessageReceived(words))


def take(value: str, **changes: Any) -> Take:
    return Take(**{"key": "claim", "value": value, "now": NOW, "expires_at": NOW + 60, **changes})


@pytest.fixture
def log(client: Any, tables: Tables) -> EventLog:
    return EventLog(client, tables.events, tables.claims, lambda: ARRIVED_AT)


@pytest.fixture
def holds(client: Any, tables: Tables) -> Any:
    """Return the value that a claim holds, None if nobody holds it."""

    def value_of(key: str = "claim") -> str | None:
        found = client.get_item(TableName=tables.claims, Key={"claim": {"S": key}}, ConsistentRead=True)
        value: str | None = found.get("Item", {}).get("value", {}).get("S")
        return value

    return value_of


def events(log: EventLog) -> list[Event]:
    return [decode(item) for item in log.items("one=")]


def test_an_event_is_appended_once(log: EventLog) -> None:
    first, second = log.append(text(1)), log.append(text(1))

    assert (first, second) == (True, False)
    assert events(log) == [text(1)]


def test_what_is_there_is_never_overwritten(log: EventLog) -> None:
    log.append(text(1, "first"))

    new = log.append(text(1, "second"))

    assert not new
    assert events(log) == [text(1, "first")]


def test_of_events_that_share_an_id_the_first_stays_and_its_type_is_told(log: EventLog) -> None:
    failed, opened = event(cause(), ConnectionFailed()), event(cause(), ConnectionOpened("203.0.113.9"))

    told = [log.append_exclusive(failed), log.append_exclusive(opened), log.append_exclusive(failed)]

    assert told == ["ConnectionFailed"] * 3
    assert log.append(opened, (take("one"),)) is False
    assert events(log) == [failed]


def test_what_is_written_reads_as_the_same_event_whatever_its_type(log: EventLog) -> None:
    written = [event(cause(number), fact) for number, fact in enumerate(FACTS)]

    for each in written:
        log.append(each)

    assert events(log) == written
    assert {each.type for each in written} == set(VERSIONS)


def test_an_event_without_session_or_trace_reads_as_the_same_event(log: EventLog) -> None:
    written = event(cause(session_id=None, trace_id=None), ConnectionOpened())

    log.append(written)

    assert events(log) == [written]


def test_events_are_found_by_user_and_by_arrival(client: Any, tables: Tables, log: EventLog) -> None:
    appended = text(1)

    log.append(appended)

    day = next(log.items("one="))["arrival_day"]["S"]
    by_user = query_index(client, tables, EVENTS_BY_USER, "user_id", "ada")
    by_arrival = query_index(client, tables, EVENTS_BY_ARRIVAL, "arrival_day", day)
    assert day.startswith("2026-11-23#")
    assert [decode(item) for item in by_user] == [decode(item) for item in by_arrival] == [appended]


def test_what_was_appended_first_keeps_its_arrival(client: Any, tables: Tables, log: EventLog) -> None:
    log.append(text(1))

    EventLog(client, tables.events, now=lambda: ARRIVED_AT + 5_000).append(text(1))

    assert [item["arrived_at"] for item in log.items("one=")] == [{"N": str(ARRIVED_AT)}]


def test_a_transaction_stamps_the_arrival_too(log: EventLog) -> None:
    log.append(text(1), (take("mine"),))

    assert [item["arrived_at"] for item in log.items("one=")] == [{"N": str(ARRIVED_AT)}]


def query_index(client: Any, tables: Tables, index: str, attribute: str, value: str) -> Any:
    return client.query(
        TableName=tables.events,
        IndexName=index,
        KeyConditionExpression="#key = :value",
        ExpressionAttributeNames={"#key": attribute},
        ExpressionAttributeValues={":value": {"S": value}},
    )["Items"]


def test_items_come_in_the_order_of_their_ids_and_of_one_connection_only(log: EventLog) -> None:
    for number in (3, 1, 2):
        log.append(text(number))
    log.append(event(cause(connection_id="two="), ConnectionOpened()))

    found = events(log)

    assert found == [text(1), text(2), text(3)]


def test_a_log_of_more_than_a_megabyte_is_read_whole_and_in_order(log: EventLog) -> None:
    appended = [text(number, "x" * 200_000) for number in range(7)]
    for each in appended:
        log.append(each)

    found = events(log)

    assert found == appended


def test_the_largest_text_fits_into_an_item_with_its_claim(log: EventLog) -> None:
    largest = text(1, "🎈" * 8000)

    new = log.append(largest, (take("one"),))

    assert new
    assert events(log) == [largest]


def test_no_events_are_no_items(log: EventLog) -> None:
    found = events(log)

    assert found == []


def test_a_free_claim_is_granted_with_the_event(log: EventLog, holds: Any) -> None:
    new = log.append(text(1), (take("one"),))

    assert new
    assert events(log) == [text(1)]
    assert holds() == "one"


def test_a_held_claim_refuses_the_event_and_tells_what_it_holds(log: EventLog, holds: Any) -> None:
    log.append(text(1), (take("one"),))

    with pytest.raises(ClaimRefusedError) as refused:
        log.append(text(2), (take("two"),))

    assert refused.value.standing == {"claim": "one"}
    assert events(log) == [text(1)]
    assert holds() == "one"


def test_a_claim_may_be_taken_at_its_expiry_and_not_before(log: EventLog, holds: Any) -> None:
    log.append(text(1), (take("one", expires_at=NOW + 60),))

    with pytest.raises(ClaimRefusedError):
        log.append(text(2), (take("two", now=NOW + 59),))
    log.append(text(3), (take("three", now=NOW + 60, expires_at=NOW + 120),))

    assert events(log) == [text(1), text(3)]
    assert holds() == "three"


def test_a_claim_that_holds_the_same_value_is_granted_again(log: EventLog, holds: Any) -> None:
    log.append(text(1), (take("one"),))

    new = log.append(text(2), (take("one"),))

    assert new
    assert events(log) == [text(1), text(2)]
    assert holds() == "one"


def test_a_claim_of_ones_own_never_gets_shorter(log: EventLog, holds: Any) -> None:
    log.append(text(1), (take("one", expires_at=NOW + 60),))

    with pytest.raises(ClaimRefusedError) as refused:
        log.append(text(2), (take("one", expires_at=NOW + 59),))
    log.append(text(3), (take("one", expires_at=NOW + 61),))
    with pytest.raises(ClaimRefusedError):
        log.append(text(4), (take("two", now=NOW + 60),))

    assert refused.value.standing == {"claim": "one"}
    assert events(log) == [text(1), text(3)]


def test_a_claim_overrides_what_sorts_below_its_bound_only(log: EventLog, holds: Any) -> None:
    log.append(text(1), (take(text(1).event_id, key=voice_key("one=")),))

    with pytest.raises(ClaimRefusedError) as refused:
        log.append(text(5), (take("5", key=voice_key("one="), overrides_below=text(1).event_id),))
    log.append(text(6), (take("6", key=voice_key("one="), overrides_below=lowest(AT + 2)),))

    assert refused.value.standing == {voice_key("one="): text(1).event_id}
    assert events(log) == [text(1), text(6)]
    assert holds(voice_key("one=")) == "6"


def test_a_session_belongs_to_the_first_user_who_used_it(log: EventLog, holds: Any) -> None:
    def connect(number: int, user: str) -> bool:
        opened = event(cause(number, user_id=user, connection_id=f"{number}="), ConnectionOpened())
        return log.append(opened, (take(user, key=session_key("talk")),))

    first, own = connect(1, "ada"), connect(2, "ada")
    with pytest.raises(ClaimRefusedError) as refused:
        connect(3, "bob")

    assert first
    assert own
    assert refused.value.standing == {session_key("talk"): "ada"}
    assert holds(session_key("talk")) == "ada"
    assert list(log.items("3=")) == []


def test_a_released_claim_is_free(log: EventLog, holds: Any) -> None:
    log.append(text(1), (take("one"),))

    log.append(text(2), (Release("claim", "one"),))

    assert holds() is None
    assert log.append(text(3), (take("three"),))


def test_a_claim_that_another_holds_is_not_released(log: EventLog, holds: Any) -> None:
    log.append(text(1), (take("one"),))

    with pytest.raises(ClaimRefusedError) as refused:
        log.append(text(2), (Release("claim", "two"),))

    assert refused.value.standing == {"claim": "one"}
    assert holds() == "one"
    assert events(log) == [text(1)]


def test_a_claim_that_nobody_holds_is_not_released(log: EventLog) -> None:
    with pytest.raises(ClaimRefusedError) as refused:
        log.append(text(1), (Release("claim", "one"),))

    assert refused.value.standing == {"claim": None}
    assert events(log) == []


@pytest.mark.parametrize("claims", [(take("one"),), (Release("claim", "held"),)], ids=["a take", "a release"])
def test_an_event_that_is_there_already_changes_no_claim(
    log: EventLog, holds: Any, claims: tuple[Any, ...]
) -> None:
    log.append(text(0), (take("held", expires_at=NOW + 60),))
    log.append(text(1))

    new = log.append(text(1), claims)

    assert not new
    assert holds() == "held"


def test_a_repeated_append_with_its_claim_is_a_success(log: EventLog, holds: Any) -> None:
    first = log.append(text(1), (take("one"),))

    again = log.append(text(1), (take("one"),))

    assert (first, again) == (True, False)
    assert holds() == "one"


def test_a_repeated_release_is_a_success(log: EventLog, holds: Any) -> None:
    log.append(text(1), (take("one"),))
    log.append(text(2), (Release("claim", "one"),))

    again = log.append(text(2), (Release("claim", "one"),))

    assert not again
    assert holds() is None


@pytest.mark.parametrize("keys", [("held", "free"), ("free", "held")])
def test_of_several_claims_all_are_granted_or_none(log: EventLog, holds: Any, keys: tuple[str, ...]) -> None:
    log.append(text(1), (take("one", key="held"),))

    with pytest.raises(ClaimRefusedError) as refused:
        log.append(text(2), tuple(take("two", key=key) for key in keys))

    assert refused.value.standing == {"held": "one"}
    assert holds("free") is None
    assert events(log) == [text(1)]


def test_of_several_claims_that_are_refused_each_tells_what_it_holds(log: EventLog) -> None:
    log.append(text(1), (take("one", key="reply"), take("five", key="voice"), count(1)))

    with pytest.raises(ClaimRefusedError) as refused:
        log.append(
            text(2), (take("two", key="reply"), take("free", key="free"), Release("voice", "six"), count(1))
        )

    assert refused.value.standing == {"reply": "one", "voice": "five", count(1).key: None}
    assert list(refused.value.standing) == ["reply", "voice", count(1).key]
    assert events(log) == [text(1)]


def test_a_claim_that_would_be_granted_does_not_stand_against_another(log: EventLog) -> None:
    log.append(text(1), (take("one", key="reply"), take("one", key="voice", expires_at=NOW)))

    with pytest.raises(ClaimRefusedError) as refused:
        log.append(text(2), (take("two", key="reply"), take("two", key="voice")))

    assert refused.value.standing == {"reply": "one"}


def test_several_claims_are_granted_together(log: EventLog, holds: Any) -> None:
    new = log.append(text(1), (take("one", key="a"), take("one", key="b")))

    assert new
    assert (holds("a"), holds("b")) == ("one", "one")


# --- Counts ----------------------------------------------------------------------------------


def count(limit: int) -> Count:
    return Count("texts#ada#1", limit, NOW + 60)


def test_a_count_is_granted_up_to_its_limit(log: EventLog) -> None:
    granted = [log.append(text(number), (count(3),)) for number in range(3)]

    with pytest.raises(ClaimRefusedError) as refused:
        log.append(text(3), (count(3),))

    assert granted == [True] * 3
    assert refused.value.standing == {count(3).key: None}
    assert len(list(log.items("one="))) == 3


def words(size: int) -> Count:
    return Count("texts#ada#1", 9, NOW + 60, size, 100)


def test_bytes_are_granted_up_to_their_limit(log: EventLog) -> None:
    for number, size in enumerate((60, 30)):
        log.append(text(number), (words(size),))

    with pytest.raises(ClaimRefusedError):
        log.append(text(2), (words(11),))

    assert log.append(text(3), (words(10),)) is True
    with pytest.raises(ClaimRefusedError):
        log.append(text(4), (words(1),))


def test_an_event_that_is_there_counts_no_bytes_again(log: EventLog) -> None:
    again = [log.append(text(0), (words(50),)) for _ in range(4)]

    assert again == [True, False, False, False]
    assert log.append(text(1), (words(50),)) is True


def test_a_count_with_another_claim_is_granted_with_it_or_not_at_all(log: EventLog) -> None:
    log.append(text(0), (take("one"),))

    for number in range(1, 4):
        with pytest.raises(ClaimRefusedError) as refused:
            log.append(text(number), (take("two"), count(1)))
        assert refused.value.standing == {"claim": "one"}

    assert log.append(text(4), (count(1),)) is True


def test_an_event_that_is_there_is_not_counted_again(log: EventLog) -> None:
    log.append(text(0), (count(2),))
    again = [log.append(text(0), (count(2),)) for _ in range(3)]

    assert again == [False] * 3
    assert log.append(text(1), (count(2),)) is True


# --- Reservations ----------------------------------------------------------------------------


def reserve(amount: int) -> Reserve:
    return Reserve("tokens#ada#0", amount, 100, NOW + 60)


def settle(amount: int) -> Settle:
    return Settle("tokens#ada#0", amount, NOW + 60)


def is_granted(log: EventLog, number: int, *claims: Claim) -> bool:
    """Tell whether a text is appended with some claims."""
    try:
        return log.append(text(number), claims)
    except ClaimRefusedError:
        return False


def test_as_much_is_reserved_as_there_is(log: EventLog) -> None:
    granted = [is_granted(log, number, reserve(amount)) for number, amount in enumerate((60, 41, 40, 1))]

    assert granted == [True, False, True, False]


def test_more_than_there_is_cannot_be_reserved_even_first(log: EventLog) -> None:
    assert not is_granted(log, 0, reserve(101))
    assert is_granted(log, 1, reserve(100))


def test_what_is_given_back_can_be_reserved_again_once(log: EventLog) -> None:
    log.append(text(0), (reserve(100),))

    again = [log.append(text(1), (settle(-30),)) for _ in range(3)]

    assert again == [True, False, False]
    assert [is_granted(log, number, reserve(amount)) for number, amount in ((2, 31), (3, 30))] == [
        False,
        True,
    ]


def test_what_was_used_beyond_the_reservation_is_charged(log: EventLog) -> None:
    log.append(text(0), (reserve(90),))
    log.append(text(1), (settle(30),))

    assert not is_granted(log, 2, reserve(1))
    log.append(text(3), (settle(-21),))
    assert is_granted(log, 4, reserve(1))


def test_a_settlement_is_granted_where_its_reservation_has_expired_and_is_gone(log: EventLog) -> None:
    assert log.append(text(0), (settle(-30),)) is True


def test_of_several_reservations_all_are_granted_or_none(log: EventLog) -> None:
    one_at_a_time = Reserve("inflight#ada#0", 1, 1, NOW + 60)

    granted = [
        is_granted(log, number, reserve(amount), one_at_a_time) for number, amount in enumerate((101, 50, 1))
    ]
    log.append(text(3), (Settle("inflight#ada#0", -1, NOW + 60),))

    assert granted == [False, True, False]
    assert is_granted(log, 4, reserve(50), one_at_a_time)


def granted_of_many(client: Any, tables: Tables, claim: Count | Reserve) -> int:
    """Return how many of 24 appends with a claim, eight at a time, are granted; the others are refused.

    One that is neither raises: all of them have the time to wait for each other, on a busy machine too.
    """
    log = EventLog(client, tables.events, tables.claims, lambda: ARRIVED_AT, patience=Patience(60))

    with ThreadPoolExecutor(8) as threads:
        granted = sum(threads.map(lambda number: is_granted(log, number, claim), range(24)))
    assert granted == len(list(log.items("one=")))
    return granted


# AWS's own engine alone: the others do not keep transactions apart that come at once
@pytest.mark.parametrize("make_client", ["aws_engine"], indirect=True)
def test_of_many_who_count_at_once_as_many_are_granted_as_the_limit_says(client: Any, tables: Tables) -> None:
    assert granted_of_many(client, tables, count(5)) == 5


@pytest.mark.parametrize("make_client", ["aws_engine"], indirect=True)
def test_of_many_whose_bytes_count_at_once_as_many_are_granted_as_fit(client: Any, tables: Tables) -> None:
    assert granted_of_many(client, tables, Count("texts#ada#1", 99, NOW + 60, 30, 100)) == 3


@pytest.mark.parametrize("make_client", ["aws_engine"], indirect=True)
def test_of_many_who_reserve_at_once_as_many_are_granted_as_fit(client: Any, tables: Tables) -> None:
    assert granted_of_many(client, tables, reserve(30)) == 3


def test_an_event_that_an_instance_knows_to_be_there_is_not_written(client: Any, log: EventLog) -> None:
    asked: list[str] = []
    client.meta.events.register("before-call.dynamodb", lambda model, **_: asked.append(model.name))

    for _ in range(5):
        log.append_once(text(0))

    assert asked == ["PutItem"]
    assert len(list(log.items("one="))) == 1
