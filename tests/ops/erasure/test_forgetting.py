"""Forgetting a person: what is left of them, what stays as it was, and what happens meanwhile."""

from typing import Any

import pytest

from functions.aws.attributes import to_item
from functions.aws.log.arrivals import stamp
from functions.aws.log.event_items import decode, encode
from functions.domain.log.claims import voice_key
from functions.domain.log.facts import (
    ConnectionClosed,
    ConnectionOpened,
    NotificationSent,
    PersonForgotten,
    TextMessageReceived,
)
from functions.domain.log.redaction import is_pseudonym
from ops.erasure.person import survey
from ops.erasure.problems import CannotForgetError, StuckError
from ops.erasure.register import Register
from ops.read_models.control import ControlItem
from ops.read_models.rebuild import rebuild
from tests.ops.erasure.persons import (
    ALONE,
    EVERYTHING,
    OPENED,
    OTHERS,
    PERSON,
    SESSION,
    SPOKEN,
    TEXT,
    WORDS,
    Scene,
    did,
)
from tests.stage import NOW, Requests, Stage, notified

EXPIRED = {"expires_at": NOW // 1000}


def test_nothing_of_the_person_is_left_in_any_table(scene: Scene) -> None:
    scene.begin(*EVERYTHING)

    done = scene.forget()

    assert scene.left() == []
    assert (done.connections, done.events, done.messages, done.sessions) == (2, 14, 5, 1)
    assert done.opened_since == ()


def test_what_was_sent_to_them_is_blank_too_and_no_connection_of_theirs(scene: Scene) -> None:
    note = NotificationSent(f"to {PERSON}", f'{{"text": "{WORDS}"}}', NOW + 1, receipt=True)
    sent = [notified(to, PERSON, fact=note) for to in (SESSION, None)]
    scene.begin(*EVERYTHING, *sent)

    done = scene.forget()

    assert scene.left() == []
    assert done.events == len(EVERYTHING) - len(OTHERS) + len(sent)
    assert (done.connections, done.opened_since) == (2, ())
    kept = [decode(scene.log()[each.connection_id, each.event_id]) for each in sent]
    assert [each.fact for each in kept] == [NotificationSent("", "", NOW + 1, receipt=True)] * 2
    assert all(is_pseudonym(each.user_id) for each in kept)
    assert all(len(list(scene.stage.log.items(each.connection_id))) == 1 for each in sent)
    assert scene.differences() == ()


def test_counters_do_not_move_and_the_read_models_are_those_of_the_log(scene: Scene) -> None:
    scene.begin(*EVERYTHING)
    counts = scene.stage.counts()

    scene.forget()

    assert scene.stage.counts() == counts
    assert scene.differences() == ()


def test_a_rebuild_gives_the_same(scene: Scene) -> None:
    scene.begin(*EVERYTHING)
    scene.forget()
    tables = scene.stage.tables
    outside = dict.fromkeys(("revision", "generation"))

    def rows() -> list[dict[str, Any]]:
        items = [*scene.stage.items(tables.connections), *scene.stage.items(tables.messages)]
        return sorted(({**item, **outside} for item in items), key=str)

    before = rows()

    rebuild(scene.deployment, wait_seconds=0, now=lambda: NOW / 1000, sleep=lambda _seconds: None)

    assert rows() == before
    assert scene.differences() == ()


def test_types_times_and_ids_stay(scene: Scene) -> None:
    scene.begin(*EVERYTHING)
    before = scene.log()

    scene.forget()

    after = scene.log()
    kept = ("type", "version", "at", "connected_at", "expires_at", "arrived_at", "arrival_day")
    added = [decode(after[key]).fact for key in after.keys() - before.keys()]
    assert added == [PersonForgotten("olga")] * 2
    assert {key: [item[name] for name in kept] for key, item in before.items()} == {
        key: [after[key][name] for name in kept] for key in before
    }


def test_nothing_is_done_to_others(scene: Scene) -> None:
    scene.begin(*EVERYTHING)
    others = [scene.log()[each.connection_id, each.event_id] for each in OTHERS]
    row = scene.stage.row("o1")

    scene.forget()

    assert [scene.log()[each.connection_id, each.event_id] for each in OTHERS] == others
    assert {**scene.stage.row("o1"), "revision": None} == {**row, "revision": None}


def test_their_connections_are_ended_first(scene: Scene) -> None:
    scene.begin(*EVERYTHING)
    seen: list[set[str]] = []
    scene.manager.then = lambda: seen.append({item["user_id"]["S"] for item in scene.log().values()})

    scene.forget()

    assert scene.manager.asked == [
        {"operation": "disconnect_user", "userId": PERSON, "by": "olga", "reason": "erasure"}
    ]
    assert seen == [{PERSON, "bob"}]


def test_where_connections_are_not_closed_nothing_more_is_done(scene: Scene) -> None:
    scene.begin(*EVERYTHING)
    scene.manager.answer["failed"] = 1
    before = scene.log()

    with pytest.raises(StuckError, match="1 connections were not closed"):
        scene.forget()

    assert scene.log() == before


def test_messages_are_moved_once_no_projection_is_under_way_that_does_not_know(scene: Scene) -> None:
    scene.begin(*EVERYTHING)
    rows: list[Any] = []
    scene.meanwhile = lambda: rows.append(scene.stage.row("c1").get("forgotten"))

    scene.forget()

    assert scene.slept == [65]
    assert rows == [{"BOOL": True}]


def test_what_the_stream_brings_again_changes_nothing(scene: Scene) -> None:
    scene.begin(*EVERYTHING)
    counts = scene.stage.counts()
    scene.forget()

    scene.stage.project(*EVERYTHING)

    assert scene.left() == []
    assert scene.stage.counts() == counts
    assert scene.differences() == ()


def test_what_was_never_projected_is_counted_once(scene: Scene) -> None:
    scene.begin(OPENED)
    scene.stage.append(*SPOKEN[1:], *ALONE)
    scene.forget()

    scene.stage.project(*SPOKEN, *ALONE)

    assert scene.left() == []
    assert scene.differences() == ()


def test_what_comes_while_they_are_forgotten_is_redacted_too(scene: Scene) -> None:
    scene.begin(OPENED, TEXT)
    closed = did("c1", ConnectionClosed(1000, WORDS), 9_000)
    scene.meanwhile = lambda: scene.stage.happen(closed, did("c1", TextMessageReceived(WORDS), 8_000))

    scene.forget()

    assert scene.left() == []
    assert scene.differences() == ()


def test_what_comes_late_is_redacted_by_another_run_under_the_same_pseudonym(scene: Scene) -> None:
    scene.begin(OPENED, TEXT)
    scene.forget()
    [first] = {item["user_id"]["S"] for item in scene.log().values()}
    scene.stage.happen(did("c1", TextMessageReceived(WORDS), 8_000))
    assert scene.differences() == ()
    assert scene.stage.row("c1")["userId"] == {"S": first}

    scene.forget()

    assert scene.left() == []
    assert {item["user_id"]["S"] for item in scene.log().values()} == {first}
    assert scene.differences() == ()


def test_a_connection_that_is_opened_meanwhile_is_left_alone_and_named(scene: Scene) -> None:
    scene.begin(OPENED, TEXT)
    scene.meanwhile = lambda: scene.stage.happen(did("c3", ConnectionOpened(), 8_000))

    done = scene.forget()

    assert done.opened_since == ("c3",)
    assert scene.forget().opened_since == ()
    assert scene.left() == []


def test_what_is_said_meanwhile_in_a_new_connection_of_a_session_stays_with_its_events(scene: Scene) -> None:
    scene.begin(OPENED, TEXT)
    again = [did("c3", ConnectionOpened(), 8_000), did("c3", TextMessageReceived(WORDS), 9_000)]
    scene.meanwhile = lambda: scene.stage.happen(*again)
    scene.forget()
    assert scene.differences() == ()
    counts, scene.meanwhile = scene.stage.counts(), lambda: None

    scene.stage.project(*again)
    scene.forget()

    assert scene.left() == []
    assert scene.stage.counts() == counts
    assert scene.differences() == ()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"type": {"S": "Teleported"}}, "Teleported, an unknown type"),
        ({"version": {"N": "2"}}, "an unknown version"),
        ({"data": {"M": {"text": {"S": WORDS}, "mood": {"S": "glad"}}}}, "does not write data.mood"),
        ({"nickname": {"S": "ada"}}, "does not write nickname"),
        ({"at": {"S": "noon"}}, "not an event"),
    ],
)
def test_what_this_release_does_not_know_is_refused_before_anything_is_changed(
    scene: Scene, changes: dict[str, Any], problem: str
) -> None:
    scene.begin(*EVERYTHING)
    strange = did("c1", TextMessageReceived(WORDS), 9_000)
    item = encode(strange) | stamp(strange.event_id, NOW) | changes
    scene.stage.client.put_item(TableName=scene.stage.tables.events, Item=item)
    requests = Requests(scene.deployment.client)

    with pytest.raises(CannotForgetError, match=problem):
        scene.forget()

    assert requests.writes == []
    assert scene.manager.asked == []


def test_during_a_rebuild_nobody_is_forgotten(scene: Scene) -> None:
    scene.begin(*EVERYTHING)
    control = ControlItem(scene.stage.client, scene.stage.tables.metrics)
    control.begin(control.read())

    with pytest.raises(CannotForgetError, match="a rebuild was begun"):
        scene.forget()


def test_what_a_rebuild_that_begins_meanwhile_writes_again_is_deleted_where_it_names_them(
    scene: Scene,
) -> None:
    texts = [TEXT, did("c1", TextMessageReceived(WORDS), 8_000)]
    scene.begin(OPENED, *texts)

    def rebuild_begins() -> None:
        control = ControlItem(scene.stage.client, scene.stage.tables.metrics)
        control.begin(control.read())
        scene.stage.project(*texts)

    Requests(scene.deployment.client).at_next("UpdateItem", rebuild_begins)

    with pytest.raises(StuckError, match="2 messages were in two conversations"):
        scene.forget()

    for _ in range(2):
        rebuild(scene.deployment, wait_seconds=0, now=lambda: NOW / 1000, sleep=lambda _seconds: None)
    scene.forget()
    assert scene.left() == []
    assert scene.differences() == ()


def test_what_has_expired_and_is_still_there_is_deleted(scene: Scene) -> None:
    old = [
        did("old", ConnectionOpened(), **EXPIRED),
        did("old", TextMessageReceived(WORDS), 1_000, **EXPIRED),
    ]
    scene.begin(*EVERYTHING)
    scene.stage.append(*old)
    scene.stage.project(*old, now=0)

    scene.forget()

    assert scene.left() == []
    assert [key for key in scene.log() if key[0] == "old"] == []
    rows = scene.stage.items(scene.stage.tables.connections)
    assert {row["connectionId"]["S"] for row in rows} == {"c1", "c2", "o1"}


def test_what_expires_meanwhile_is_not_brought_back(scene: Scene, stage: Stage) -> None:
    scene.begin(*EVERYTHING)
    gone = [
        (stage.tables.events, {"connection_id": "c1", "event_id": TEXT.event_id}),
        (stage.tables.messages, {"conversation": SESSION, "event_id": TEXT.event_id}),
    ]

    def expire() -> None:
        for table, key in gone:
            stage.client.delete_item(TableName=table, Key=to_item(key))

    Requests(scene.deployment.client).at_next("UpdateItem", expire)

    scene.forget()

    assert ("c1", TEXT.event_id) not in scene.log()
    assert scene.left() == []


def test_who_they_are_called_is_drawn_and_told_to_nobody(scene: Scene) -> None:
    scene.begin(*EVERYTHING)

    scene.forget()

    [called] = {item["user_id"]["S"] for item in scene.log().values()} - {"bob"}
    assert is_pseudonym(called)
    assert len(called) == 21
    [erasure] = Register(scene.stage.client, scene.stage.tables.metrics).erasures()
    assert (erasure.pseudonym, erasure.user_id, erasure.finished_at) == (called, None, NOW)


def test_a_person_of_whom_nothing_is_kept_is_forgotten_already(scene: Scene) -> None:
    scene.stage.happen(*OTHERS)

    assert scene.forget("nobody").connections == 0


def test_many_connections_are_forgotten_in_one_run(scene: Scene) -> None:
    scene.stage.happen(*(did(f"m{number}", ConnectionOpened()) for number in range(120)))

    assert scene.forget().connections == 120
    assert scene.left() == []


def test_connections_that_are_known_are_surveyed_whatever_the_index_says(scene: Scene) -> None:
    scene.begin(OPENED, TEXT)

    found = survey(scene.deployment, "somebody else", NOW, known=frozenset({"c1"}))

    assert {each: trace.named for each, trace in found.traces.items()} == {"c1": 2}


def test_feeds_of_others_stay(scene: Scene) -> None:
    scene.begin(*EVERYTHING)

    scene.forget()

    left = {item["feed"]["S"] for item in scene.stage.items(scene.stage.tables.feeds)}
    assert left == {"user#bob", "session#talk-of-bob"}


def test_a_session_that_is_somebody_elses_by_now_keeps_its_feed(scene: Scene) -> None:
    scene.begin(OPENED, TEXT)
    taken = {"claim": f"session#{SESSION}", "value": "bob"}
    scene.stage.client.put_item(TableName=scene.stage.tables.claims, Item=to_item(taken))

    scene.forget()

    left = {item["feed"]["S"] for item in scene.stage.items(scene.stage.tables.feeds)}
    assert left == {f"session#{SESSION}"}


def test_a_conversation_in_which_somebody_else_speaks_by_now_is_not_freed(scene: Scene) -> None:
    scene.begin(*EVERYTHING)
    held = {"claim": voice_key(SESSION), "value": "a session of bob's"}
    scene.stage.client.put_item(TableName=scene.stage.tables.claims, Item=to_item(held))

    scene.forget()

    claims = {item["claim"]["S"] for item in scene.stage.items(scene.stage.tables.claims)}
    assert voice_key(SESSION) in claims
