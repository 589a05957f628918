"""Sessions: kept with the rows that add to them, whatever is delivered twice, late or at once."""

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest

from functions.aws.read_models.session_items import session_of
from functions.domain.log.events import Event
from functions.domain.log.facts import (
    ConnectionClosed,
    ConnectionOpened,
    ReplyCompleted,
    ReplyFailed,
    TextMessageReceived,
    VoiceSessionStarted,
)
from functions.domain.log.redaction import forgetting
from functions.domain.texts.sessions import Session, Title
from functions.operations.projection.projecting import Projection
from tests.contract.engines import moto
from tests.gateway_events import CONNECTED_AT, EXPIRES_AT
from tests.stage import NOW, Stage, error, happened, make_stage, raising


@pytest.fixture
def stage() -> Iterator[Stage]:
    with moto() as make_client:
        yield make_stage(make_client(), "t")


def did(fact: Any, after: int, connection: str = "c1") -> Event:
    return happened(connection, fact, after, session_id="s-1")


OPENED = did(ConnectionOpened(), 0)
FIRST = did(TextMessageReceived("what is the time?"), 1_000)
SECOND = did(TextMessageReceived("hello?"), 9_000, "c2")
REPLY = did(ReplyCompleted(FIRST.event_id, "noon", "end_turn"), 2_000)
FAILED = did(ReplyFailed(SECOND.event_id, "empty"), 10_000, "c2")
SPOKEN = did(VoiceSessionStarted(16_000, "lpcm"), 20_000, "c2")
TALK = (FIRST, SECOND, REPLY, FAILED, SPOKEN)
DUE = Session(
    "alice",
    "s-1",
    CONNECTED_AT + 1_000,
    CONNECTED_AT + 20_000,
    texts=2,
    replies=1,
    failed=1,
    voice_sessions=1,
    title=Title(FIRST.event_id, "what is the time?", EXPIRES_AT),
    complete_until=EXPIRES_AT,
    expires_at=EXPIRES_AT,
)


def sessions(stage: Stage) -> list[Session]:
    return [session_of(item) for item in stage.items(stage.tables.sessions)]


@pytest.mark.parametrize("order", list(permutations(range(5)))[::7], ids=str)
def test_a_session_is_the_same_in_whatever_order_it_is_projected(
    stage: Stage, order: tuple[int, ...]
) -> None:
    for number in order:
        stage.project(TALK[number])

    assert sessions(stage) == [DUE]


def test_a_talk_on_two_connections_in_one_batch_is_one_write_of_its_session(stage: Stage) -> None:
    stage.project(*TALK)

    [item] = stage.items(stage.tables.sessions)
    assert session_of(item) == DUE
    assert item["revision"] == {"N": "1"}


def test_what_is_delivered_again_writes_nothing(stage: Stage) -> None:
    stage.project(*TALK)
    stage.requests.forget()

    stage.project(*TALK)
    stage.project(FIRST)

    assert stage.requests.writes == []


def test_to_connect_and_to_close_write_no_session(stage: Stage) -> None:
    stage.project(OPENED, did(ConnectionClosed(), 30_000))

    assert sessions(stage) == []


def test_a_reply_moves_no_session_in_its_index(stage: Stage) -> None:
    stage.project(FIRST)
    [before] = stage.items(stage.tables.sessions)

    stage.project(REPLY)

    [after] = stage.items(stage.tables.sessions)
    assert after["last_activity"] == before["last_activity"]
    assert after["replies"] == {"N": "1"}


def test_a_session_of_which_only_replies_are_known_is_in_no_index(stage: Stage) -> None:
    stage.project(REPLY)

    [item] = stage.items(stage.tables.sessions)
    assert {"first_activity", "last_activity"} & item.keys() == set()


def test_two_connections_of_a_session_that_are_projected_at_once_both_count(stage: Stage) -> None:
    stage.requests.at_next("TransactWriteItems", lambda: stage.project(SECOND))

    stage.project(FIRST)

    [session] = sessions(stage)
    assert (session.texts, session.last_activity) == (2, SECOND.at)
    assert session.title == DUE.title
    assert stage.pauses == []  # nothing but the session was read again


def test_a_session_that_is_never_still_is_left_to_another_attempt(stage: Stage) -> None:
    stage.project(FIRST)
    conflict = raising(error("TransactionCanceledException", reasons=["None", "None", "TransactionConflict"]))
    stage.requests.at_next("TransactWriteItems", *[conflict] * 5)

    stage.project(SECOND)

    assert [session.texts for session in sessions(stage)] == [2]
    assert stage.pauses == [1]


def test_a_new_generation_counts_a_session_anew(stage: Stage) -> None:
    stage.happen(*TALK)
    [item] = stage.items(stage.tables.sessions)
    stage.client.put_item(TableName=stage.tables.sessions, Item={**item, "texts": {"N": "7"}})
    stage.begin_generation(2)

    Projection(stage.model, stage.log, NOW).project({"c1": (), "c2": ()}, whole_log=True)

    [item] = stage.items(stage.tables.sessions)
    assert session_of(item) == DUE
    assert item["generation"] == {"N": "2"}


def test_a_redrive_adds_what_was_missing_and_no_more(stage: Stage) -> None:
    stage.append(*TALK)
    stage.project(FIRST, SPOKEN)

    Projection(stage.model, stage.log, NOW).project({"c1": (), "c2": ()}, whole_log=True)

    assert sessions(stage) == [DUE]


def test_a_title_whose_text_has_expired_gives_way_to_the_next(stage: Stage) -> None:
    short = happened(
        "c1", TextMessageReceived("long ago"), 1_000, session_id="s-1", expires_at=NOW // 1000 + 1
    )
    stage.project(short)

    stage.project(SECOND, now=NOW + 5_000)

    [session] = sessions(stage)
    assert session.title == Title(SECOND.event_id, "hello?", EXPIRES_AT)
    assert (session.texts, session.complete_until) == (2, NOW // 1000 + 1)


def test_of_who_was_forgotten_no_session_comes_back(stage: Stage) -> None:
    stage.happen(OPENED, FIRST)
    stage.happen(forgetting(OPENED, "~" + "A" * 20, "olga"))
    [item] = stage.items(stage.tables.sessions)
    key = {name: item[name] for name in ("user_id", "session_id")}
    stage.client.delete_item(TableName=stage.tables.sessions, Key=key)
    stage.append(late := did(TextMessageReceived("late"), 5_000), started := did(SPOKEN.fact, 6_000))

    stage.project(late, started)
    Projection(stage.model, stage.log, NOW).project({"c1": ()}, whole_log=True)

    assert sessions(stage) == []
