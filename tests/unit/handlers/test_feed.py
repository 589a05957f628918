"""The function of the feeds: what it delivers, and what it answers who missed it."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.aws.gateway.callbacks import Posted
from functions.domain.feeds.limits import FeedLimits
from functions.domain.log.events import event
from functions.domain.log.facts import ConnectionClosed
from functions.domain.refusals import Unavailable
from tests.feeds.scene import FEED, START, Scene
from tests.gateway_events import cause, identity


@pytest.fixture
def scene() -> Scene:
    return Scene()


def numbers(frames: list[dict[str, Any]]) -> list[tuple[int, str | None]]:
    """Return the numbers and the texts that frames tell."""
    return [(frame["data"]["seq"], frame["data"].get("text")) for frame in frames]


def position(scene: Scene, seq: int) -> dict[str, Any]:
    [pointer] = scene.stores.pointers.from_seq(FEED, seq, 1)
    return {"session": {"seq": pointer.seq, "id": pointer.event_id}}


# --- Deliveries ------------------------------------------------------------------------------


def test_a_text_is_numbered_and_posted_to_every_subscriber(scene: Scene) -> None:
    scene.subscribe("c-1")
    scene.subscribe("c-2")

    [said] = scene.say("hello")

    for connection_id in ("c-1", "c-2"):
        [frame] = scene.told(connection_id)
        assert frame["type"] == "message"
        assert frame["data"] == {
            "feed": "session",
            "seq": 1,
            "id": said.event_id,
            "at": "2026-11-23T05:13:01.123Z",
            "kind": "text",
            "text": "hello",
        }


def test_a_delivery_that_is_repeated_gives_no_other_number(scene: Scene) -> None:
    scene.subscribe()
    [first, second] = scene.say("one", "two")

    again = scene.deliver(first)

    assert again == {"seq": 1}
    assert numbers(scene.told()) == [(1, "one"), (2, "two"), (1, "one")]
    assert scene.stores.pointers.top(FEED).id == second.event_id


def test_the_clients_own_id_is_told_to_who_sent_it_alone(scene: Scene) -> None:
    scene.subscribe("c-1")
    scene.subscribe("c-2")

    scene.deliver(scene.append("hello", connection_id="c-1"), "m-1")

    assert [frame.get("id") for frame in (*scene.told("c-1"), *scene.told("c-2"))] == ["m-1", None]


def test_what_another_user_says_in_the_session_is_told_as_nothing_but_its_number(scene: Scene) -> None:
    scene.subscribe("c-1", user_id="bob")

    scene.say("for alice only")

    [frame] = scene.told()
    assert (frame["data"]["kind"], "text" in frame["data"]) == ("expired", False)


def test_what_is_told_is_what_the_log_holds(scene: Scene) -> None:
    scene.subscribe()
    closed = event(cause(START), ConnectionClosed())
    scene.log.append(closed)

    assert scene.deliver(closed) == {"seq": None}
    assert scene.told() == []


def test_what_the_log_does_not_hold_is_not_numbered(scene: Scene) -> None:
    scene.subscribe()
    never = event(cause(START), ConnectionClosed())

    assert scene.deliver(never) == {"seq": None}
    assert scene.stores.pointers.top(FEED).seq == 0


def test_a_subscriber_that_is_gone_is_lost_and_told_no_more(scene: Scene) -> None:
    scene.subscribe()
    scene.callbacks.outcome = Posted.GONE

    scene.say("one")

    assert scene.stores.subscribers.of(FEED, scene.now) == []
    assert scene.stores.subscribers.of("user#alice", scene.now) == []
    items = scene.log.items("c-1")
    assert [
        item["data"]["M"]["detected_by"]["S"] for item in items if item["type"]["S"] == "ConnectionLost"
    ] == ["post"]


def test_a_connection_that_is_being_opened_stays_a_subscriber(scene: Scene) -> None:
    young = scene.subscribe(connected_at=scene.now - 20_000)
    scene.callbacks.outcome = Posted.GONE

    scene.say("one")

    assert scene.stores.subscribers.of(FEED, scene.now) == [young]


def test_what_one_subscriber_does_not_take_the_others_get(scene: Scene) -> None:
    scene.subscribe("c-1")
    scene.subscribe("c-2")
    scene.callbacks.post_faults = [Unavailable("ReadTimeoutError")]

    scene.say("one")

    assert numbers([*scene.told("c-1"), *scene.told("c-2")]) == [(1, "one"), (1, "one")]


def test_a_delivery_that_fails_is_one_that_lambda_repeats(scene: Scene) -> None:
    said = scene.append("hello")
    scene.client.delete_table(TableName=scene.tables.feeds)

    with pytest.raises(ClientError):
        scene.deliver(said)


# --- Resumes ---------------------------------------------------------------------------------


def test_a_client_without_a_position_begins_at_the_top_of_each_feed(scene: Scene) -> None:
    [_, second] = scene.say("one", "two")

    of_user = scene.frame("resume")

    [of_session] = scene.told()
    assert (of_session["type"], of_session["id"]) == ("reset", "f-1")
    assert of_session["data"] == {"feed": "session", "position": {"seq": 2, "id": second.event_id}}
    assert (of_user["type"], of_user["id"]) == ("reset", "f-1")
    assert of_user["data"] == {"feed": "user", "position": {"seq": 0, "id": ""}}


def test_a_client_is_posted_what_it_missed_and_then_told_so(scene: Scene) -> None:
    scene.say("one", "two", "three")

    of_user = scene.frame("resume", {"positions": {**position(scene, 1), "user": {"seq": 0, "id": ""}}})

    *missed, resumed = scene.told()
    assert numbers(missed) == [(2, "two"), (3, "three")]
    assert (resumed["type"], resumed["data"]) == ("resumed", {"feed": "session", "seq": 3})
    assert (of_user["type"], of_user["data"]) == ("resumed", {"feed": "user", "seq": 0})


def test_what_was_erased_still_sends_its_number(scene: Scene) -> None:
    [_, second, _] = scene.say("one", "two", "three")
    key = {"connection_id": {"S": second.connection_id}, "event_id": {"S": second.event_id}}
    scene.client.delete_item(TableName=scene.tables.events, Key=key)

    scene.frame("resume", {"positions": {"session": {"seq": 0, "id": ""}}})

    assert numbers(scene.told()[:-1]) == [(1, "one"), (2, None), (3, "three")]


@pytest.mark.parametrize("id_", ["01KAQ0000000000000000000ZZ", ""])
def test_a_position_that_the_feed_does_not_hold_begins_anew(scene: Scene, id_: str) -> None:
    scene.say("one")

    scene.frame("resume", {"positions": {"session": {"seq": 1, "id": id_}}})

    assert [frame["type"] for frame in scene.told()] == ["reset"]


def test_what_is_older_than_the_window_is_not_posted(scene: Scene) -> None:
    scene.limits = FeedLimits(window_seconds=3_600)
    scene.say("one", "two")
    scene.now += 3_600_001

    scene.frame("resume", {"positions": position(scene, 1)})

    assert [frame["type"] for frame in scene.told()] == ["reset"]


def test_a_resume_brings_200_messages_and_says_that_there_are_more(scene: Scene) -> None:
    for number in range(203):
        scene.say(f"text {number}")

    scene.frame("resume", {"positions": {"session": {"seq": 0, "id": ""}}})
    *first, told = scene.told()
    scene.frame("resume", {"positions": position(scene, 200)})
    *second, told_again = scene.told()

    assert [seq for seq, _ in numbers([*first, *second])] == list(range(1, 204))
    assert told["data"] == {"feed": "session", "seq": 200, "more": True}
    assert told_again["data"] == {"feed": "session", "seq": 203}


def test_a_resume_without_time_says_how_far_it_came(scene: Scene) -> None:
    scene.say("one", "two")
    scene.remaining = 5_000

    scene.frame("resume", {"positions": {"session": {"seq": 0, "id": ""}}})

    [told] = scene.told()
    assert told["data"] == {"feed": "session", "seq": 0, "more": True}


def test_a_client_that_is_not_told_of_its_conversation_asks_again(scene: Scene) -> None:
    scene.callbacks.post_faults = [Unavailable("ReadTimeoutError")]

    answer = scene.frame("resume")

    assert (answer["type"], answer["data"]["code"]) == ("error", "unavailable")


def test_a_connection_whose_feeds_have_forgotten_it_is_a_subscriber_after_a_resume(scene: Scene) -> None:
    scene.frame("resume")

    assert [each.connection_id for each in scene.stores.subscribers.of(FEED, scene.now)] == ["c-1"]


def test_a_connection_that_has_just_opened_writes_nothing_to_resume(scene: Scene) -> None:
    young = identity(connectedAt=str(scene.now - 20_000))

    scene.frame("resume", authorizer=young)

    assert scene.stores.subscribers.of(FEED, scene.now) == []


@pytest.mark.parametrize("kind", ["resume", "history"])
def test_who_asks_too_often_is_told_when_to_ask_again(scene: Scene, kind: str) -> None:
    scene.limits = FeedLimits(resumes=2, histories=2)

    answers = [scene.frame(kind, requestId=f"r-{number}") for number in range(3)]

    assert [answer["type"] == "error" for answer in answers] == [False, False, True]
    assert answers[-1]["data"]["code"] == "rate_limited"
    assert answers[-1]["data"]["retryAfter"] > 0
    assert [item["data"]["M"] for item in scene.log.items("c-1")] == [{"code": {"S": "rate_limited"}}]


# --- History ---------------------------------------------------------------------------------


def test_history_is_what_the_feed_and_the_log_hold(scene: Scene) -> None:
    [_, second] = scene.say("one", "two")

    page = scene.frame("history")

    assert (page["type"], page["id"]) == ("history_page", "f-1")
    assert numbers([{"data": each} for each in page["data"]["messages"]]) == [(2, "two"), (1, "one")]
    assert page["data"]["complete"] == {"seq": 2, "id": second.event_id}
    assert "more" not in page["data"]


def test_history_goes_on_before_what_is_known(scene: Scene) -> None:
    scene.say("one", "two", "three")

    first = scene.frame("history", {"limit": 1})
    rest = scene.frame("history", {"before": {"seq": 3}})

    assert (first["data"]["more"], [each["seq"] for each in first["data"]["messages"]]) == (True, [3])
    assert [each["seq"] for each in rest["data"]["messages"]] == [2, 1]
    assert "complete" not in rest["data"]


def test_the_history_of_nothing_is_empty(scene: Scene) -> None:
    page = scene.frame("history", {"feed": "user"})

    assert page["data"] == {"feed": "user", "messages": [], "complete": {"seq": 0, "id": ""}}


@pytest.mark.parametrize("limit", [1, 20])
def test_long_texts_come_in_pages_that_are_frames_and_nothing_is_left_out(scene: Scene, limit: int) -> None:
    texts = ["\U0001f600" * 7_990, "short", "\x00" * 7_990]
    scene.say(*texts)
    found: dict[int, dict[int, str]] = {}
    before: dict[str, int] | None = None

    for _ in range(20):
        page = scene.frame(
            "history", {"limit": limit} if before is None else {"limit": limit, "before": before}
        )
        for each in page["data"]["messages"]:
            found.setdefault(each["seq"], {})[each.get("part", 1)] = each["text"]
            before = {name: each[name] for name in ("seq", "part") if name in each}
        if not page["data"].get("more"):
            break

    assert ["".join(found[seq][part] for part in sorted(found[seq])) for seq in (1, 2, 3)] == texts
    assert len(found[1]) == len(found[3]) == 2


# --- Acknowledgements ------------------------------------------------------------------------


def test_an_acknowledgement_is_answered_by_nothing(scene: Scene) -> None:
    scene.say("one")

    assert scene.frame("ack", {"feed": "session", "seq": 1}) is None
    assert scene.told() == []


def test_an_acknowledgement_of_what_is_not_there_is_refused(scene: Scene) -> None:
    scene.say("one")

    scene.frame("ack", {"feed": "session", "seq": 2})

    [error] = scene.told()
    assert (error["id"], error["data"]["code"]) == ("f-1", "not_found")


def test_a_feed_is_acknowledged_once_a_second(scene: Scene) -> None:
    scene.say("one", "two")
    scene.frame("ack", {"feed": "session", "seq": 1})

    scene.frame("ack", {"feed": "session", "seq": 2})

    [error] = scene.told()
    assert (error["data"]["code"], error["data"]["retryAfter"]) == ("rate_limited", 1)


def test_an_acknowledgement_that_is_repeated_is_no_fault(scene: Scene) -> None:
    scene.say("one")

    for _ in range(2):
        scene.frame("ack", {"feed": "session", "seq": 1})

    assert scene.told() == []


# --- What is no frame of a feed --------------------------------------------------------------


def test_another_type_on_a_feeds_route_is_refused(scene: Scene) -> None:
    answer = scene.send("resume", '{"type": "resume", "type": "ping"}')

    assert answer["data"]["code"] == "invalid_message"


def test_a_fault_of_ours_is_answered_on_a_two_way_route(scene: Scene) -> None:
    scene.client.delete_table(TableName=scene.tables.feeds)

    answer = scene.frame("history")

    assert (answer["type"], answer["data"]["code"]) == ("error", "internal")


def test_an_expired_identity_reads_nothing(scene: Scene) -> None:
    scene.now = START + 3 * 3_600_000

    assert scene.frame("history") is None

    [error] = scene.told()
    assert error["data"]["code"] == "token_expired"
    assert scene.callbacks.closed == ["c-1"]
