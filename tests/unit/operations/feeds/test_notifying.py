"""What a service sends to a user or a session: once, kept for who is away, and who is known to have it."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from functions.aws.feeds.pointers import Pointers
from functions.aws.gateway.callbacks import Posted
from functions.aws.log.event_items import decode
from functions.domain.feeds.healing import span
from functions.domain.feeds.numbering import Unnumbered
from functions.domain.log.claims import session_key
from functions.domain.log.facts import NotificationSent
from functions.domain.refusals import Unavailable
from functions.domain.times import iso
from functions.operations.connections.invocation import Invocation
from functions.operations.feeds.feeds import Feeds
from tests.fakes import MemoryLog, OneByOne
from tests.feeds.scene import Scene
from tests.feeds.service import NOTE, Service
from tests.unit.operations.connections.connection_rows import RETENTION_SECONDS, Context


class Unnumbering(Pointers):
    """Numbers that cannot be given in time."""

    def number(self, feed: str, event: Unnumbered) -> int:
        raise Unavailable(f"{feed} {event.event_id}")


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def service(scene: Scene) -> Service:
    return Service(scene)


def sent(scene: Scene) -> list[Any]:
    """Return the notifications that the log holds."""
    items = scene.client.scan(TableName=scene.tables.events, ConsistentRead=True)["Items"]
    return sorted((each for each in items if each["type"]["S"] == "NotificationSent"), key=str)


def test_a_notification_is_numbered_and_posted_to_every_screen_of_its_user(
    scene: Scene, service: Service
) -> None:
    scene.subscribe("c-1")
    scene.subscribe("c-2", session_id="s-2")
    scene.subscribe("c-3", user_id="bob")

    answer = service.send()

    [item] = sent(scene)
    assert answer == {"messageId": item["event_id"]["S"], "seq": 1, "posted": 2}
    for connection_id in ("c-1", "c-2"):
        [frame] = scene.told(connection_id)
        assert frame["type"] == "message"
        assert frame["data"] == {
            "feed": "user",
            "seq": 1,
            "id": answer["messageId"],
            "at": iso(scene.now),
            "kind": "notification",
            **NOTE,
        }
    assert scene.told("c-3") == []


def test_it_stands_in_the_log_where_no_connection_can(scene: Scene, service: Service) -> None:
    answer = service.send()

    [item] = sent(scene)
    assert item["connection_id"]["S"] == f"feed#{answer['messageId']}"
    assert item["user_id"]["S"] == "alice"
    assert item["connected_at"] == item["at"] == {"N": str(scene.now)}
    assert int(item["expires_at"]["N"]) == scene.now // 1000 + RETENTION_SECONDS


def test_a_notification_of_a_session_is_its_owners(scene: Scene, service: Service) -> None:
    service.own()
    scene.subscribe("c-1")
    scene.subscribe("c-2", session_id="s-2")

    answer = service.send(feed="session", sessionId="s-1")

    assert (answer["seq"], answer["posted"]) == (1, 1)
    [frame] = scene.told("c-1")
    assert (frame["data"]["feed"], frame["data"]["kind"]) == ("session", "notification")
    assert scene.told("c-2") == []
    assert sent(scene)[0]["user_id"]["S"] == "alice"


def test_its_session_stays_its_owners_for_as_long_as_it_is_kept(scene: Scene, service: Service) -> None:
    service.own()
    scene.now += 3_600_000

    service.send(feed="session", sessionId="s-1")

    key = {"claim": {"S": session_key("s-1")}}
    claim = scene.client.get_item(TableName=scene.tables.claims, Key=key, ConsistentRead=True)["Item"]
    assert claim["value"]["S"] == "alice"
    assert claim["expires_at"] == sent(scene)[0]["expires_at"]


def test_a_session_that_is_its_owners_for_longer_stays_so(scene: Scene, service: Service) -> None:
    scene.now += 3_600_000
    service.own()
    scene.now -= 3_600_000

    assert service.send(feed="session", sessionId="s-1", id="n-1")["seq"] == 1
    assert service.send(feed="session", sessionId="s-1", id="n-1")["seq"] == 1


@pytest.mark.parametrize("later", [0, RETENTION_SECONDS * 1_000])
def test_a_session_without_an_owner_is_not_found(scene: Scene, service: Service, later: int) -> None:
    if later:
        service.own()
    scene.now += later

    answer = service.send(feed="session", sessionId="s-1")

    assert answer["error"]["code"] == "not_found"
    assert sent(scene) == []


def test_a_session_that_changed_hands_meanwhile_is_not_found(scene: Scene, service: Service) -> None:
    service.own()
    service.log = MemoryLog()
    service.log.held[session_key("s-1")] = ("bob", 2**40)

    assert service.send(feed="session", sessionId="s-1")["error"]["code"] == "not_found"


def test_who_was_away_gets_it_on_resume(scene: Scene, service: Service) -> None:
    answer = service.send()
    scene.now += 3_600_000
    scene.subscribe("c-1")

    scene.frame("resume", {"positions": {"user": {"seq": 0, "id": ""}}})

    [message] = [frame["data"] for frame in scene.told() if frame["type"] == "message"]
    assert (message["seq"], message["id"], message["kind"]) == (1, answer["messageId"], "notification")
    assert message["data"] == NOTE["data"]


def test_history_shows_it(scene: Scene, service: Service) -> None:
    service.send()

    page = scene.frame("history", {"feed": "user"})

    assert [(each["kind"], each["type"]) for each in page["data"]["messages"]] == [
        ("notification", "invoice")
    ]


def test_one_without_data_has_none(scene: Scene, service: Service) -> None:
    scene.subscribe("c-1")

    service.send({"type": "ring"})

    [frame] = scene.told()
    assert frame["data"]["type"] == "ring"
    assert "data" not in frame["data"]


# --- Once under an id ------------------------------------------------------------------------


def test_under_an_id_it_is_sent_once(scene: Scene, service: Service) -> None:
    scene.subscribe("c-1")
    first = service.send(id="n-1")
    scene.now += 60_000

    again = service.send(id="n-1")

    assert again == first
    assert len(sent(scene)) == 1
    assert {frame["data"]["seq"] for frame in scene.told()} == {1}


def test_the_order_of_what_it_says_makes_no_other_content(scene: Scene, service: Service) -> None:
    first = service.send({"type": "x", "data": {"a": 1, "b": 2}}, id="n-1")

    assert service.send({"data": {"b": 2, "a": 1}, "type": "x"}, id="n-1") == first


@pytest.mark.parametrize(
    "other",
    [
        {"message": {"type": "invoice", "data": {"number": 8}}},
        {"message": {"type": "bill", "data": NOTE["data"]}},
        {"receipt": True},
        {"expiresAt": "2099-01-01T00:00:00Z"},
    ],
    ids=repr,
)
def test_other_content_under_an_id_is_a_conflict(
    scene: Scene, service: Service, other: dict[str, Any]
) -> None:
    service.send(id="n-1")

    answer = service.send(**{"message": NOTE, "id": "n-1", **other})

    assert answer["error"]["code"] == "conflict"
    assert len(sent(scene)) == 1


def test_an_id_is_one_feeds(scene: Scene, service: Service) -> None:
    first = service.send(id="n-1")

    second = service.send(id="n-1", userId="bob")

    assert first["messageId"] != second["messageId"]


def test_after_a_day_an_id_is_free(scene: Scene, service: Service) -> None:
    first = service.send(id="n-1")
    scene.now += 24 * 3_600_000

    second = service.send({"type": "other"}, id="n-1")

    assert second["seq"] == first["seq"] + 1


def test_without_an_id_each_is_another(scene: Scene, service: Service) -> None:
    assert [service.send()["seq"] for _ in range(2)] == [1, 2]


def test_what_was_sent_under_an_id_and_is_no_more_has_no_number(scene: Scene, service: Service) -> None:
    first = service.send(id="n-1")
    [item] = sent(scene)
    key = {name: item[name] for name in ("connection_id", "event_id")}
    scene.client.delete_item(TableName=scene.tables.events, Key=key)

    assert service.send(id="n-1") == {"messageId": first["messageId"], "posted": 0}


# --- Until when ------------------------------------------------------------------------------


def at(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()


def test_after_its_time_it_is_told_as_nothing_but_its_number(scene: Scene, service: Service) -> None:
    answer = service.send(expiresAt=at(scene.now + 60_000))
    scene.now += 60_000
    scene.subscribe("c-1")

    scene.frame("resume", {"positions": {"user": {"seq": 0, "id": ""}}})
    page = scene.frame("history", {"feed": "user"})

    [resumed] = [frame["data"] for frame in scene.told() if frame["type"] == "message"]
    for message in (resumed, *page["data"]["messages"]):
        assert (message["seq"], message["id"], message["kind"]) == (1, answer["messageId"], "expired")
        assert not {"type", "data"} & message.keys()


def test_until_its_time_it_is_shown(scene: Scene, service: Service) -> None:
    service.send(expiresAt=at(scene.now + 60_000))
    scene.now += 59_999

    page = scene.frame("history", {"feed": "user"})

    assert [each["kind"] for each in page["data"]["messages"]] == ["notification"]


def test_one_that_is_delivered_late_is_posted_as_its_number(scene: Scene, service: Service) -> None:
    service.send(expiresAt=at(scene.now + 60_000), id="n-1")
    [item] = sent(scene)
    scene.now += 60_000
    scene.subscribe("c-1")

    scene.deliver(decode(item))

    [frame] = scene.told()
    assert (frame["data"]["seq"], frame["data"]["kind"]) == (1, "expired")


def test_one_that_is_over_already_is_refused(scene: Scene, service: Service) -> None:
    answer = service.send(expiresAt=at(scene.now))

    assert answer["error"]["code"] == "invalid_request"
    assert sent(scene) == []


# --- Faults ----------------------------------------------------------------------------------


def test_one_that_nobody_numbered_is_delivered_by_the_sweeper(scene: Scene, service: Service) -> None:
    scene.subscribe("c-1")

    with pytest.raises(MemoryError):
        _dies_before_it_numbers(scene, service)
    scene.now += 120_000
    _sweep(scene)

    [frame] = scene.told()
    assert (frame["data"]["seq"], frame["data"]["kind"]) == (1, "notification")


def test_one_is_not_begun_without_the_time_for_it(scene: Scene, service: Service) -> None:
    answer = service.ask("send", left=0, message=NOTE, feed="user", userId="alice")

    assert answer["error"]["code"] == "unavailable"
    assert sent(scene) == []


def test_one_that_cannot_be_numbered_is_sent_all_the_same(
    scene: Scene, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING", "airium")
    scene.stores = msgspec.structs.replace(scene.stores, pointers=Unnumbering(None, "", lambda: 0))

    answer = service.send()

    assert answer == {"messageId": sent(scene)[0]["event_id"]["S"], "posted": 0}
    assert [line.message for line in caplog.records] == ["not_delivered"]


def test_one_whose_append_has_no_answer_is_unavailable_and_sent_once_in_the_end(
    scene: Scene, service: Service
) -> None:
    lost = MemoryLog()
    lost.after = [Unavailable("ReadTimeoutError")]
    service.log = lost

    assert service.send(id="n-1")["error"]["code"] == "unavailable"
    service.send(id="n-1")

    assert [type(fact) for fact in lost.facts] == [NotificationSent]


def test_a_screen_that_is_gone_is_a_screen_no_more(scene: Scene, service: Service) -> None:
    scene.subscribe("c-1")
    scene.callbacks.outcome = Posted.GONE

    assert service.send()["posted"] == 0
    assert service.send()["posted"] == 0

    assert len(scene.callbacks.posts) == 1


def test_a_screen_that_is_busy_gets_it_by_its_next_resume(scene: Scene, service: Service) -> None:
    scene.subscribe("c-1")
    scene.callbacks.outcome = Posted.BUSY
    answer = service.send()
    assert (answer["seq"], answer["posted"]) == (1, 0)
    scene.told()
    scene.callbacks.outcome = Posted.DELIVERED

    scene.frame("resume", {"positions": {"user": {"seq": 0, "id": ""}}})

    assert [frame["data"]["seq"] for frame in scene.told() if frame["type"] == "message"] == [1]


# --- Requests --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"feed": "user"},
        {"feed": "user", "sessionId": "s-1"},
        {"feed": "session", "userId": "alice"},
        {"feed": "session", "sessionId": "s-1", "userId": "alice"},
        {"feed": "user", "userId": "alice", "connectionId": "c-1"},
        {"feed": "user", "userId": "alice", "all": True},
        {"feed": "user", "userId": "alice", "cursor": "x"},
        {"feed": "user", "userId": "alice", "id": "with space"},
        {"feed": "user", "userId": "alice", "expiresAt": "2099-01-01T00:00:00"},
        {"feed": "all"},
        {"feed": "user", "userId": "alice", "message": {"type": "x", "data": {"text": "x" * 27_648}}},
        {"feed": "user", "userId": "alice", "message": {"type": "message"}},
    ],
    ids=repr,
)
def test_a_request_that_names_no_feed_rightly_is_refused(
    scene: Scene, service: Service, wrong: dict[str, Any]
) -> None:
    answer = service.send(**{"message": NOTE, **wrong})

    assert answer["error"]["code"] == "invalid_request"
    assert sent(scene) == []


@pytest.mark.parametrize(
    "alone",
    [{"id": "n-1"}, {"receipt": True}, {"expiresAt": "2099-01-01T00:00:00Z"}, {"sessionId": "s-1"}],
    ids=repr,
)
def test_what_belongs_to_a_feed_is_refused_without_one(service: Service, alone: dict[str, Any]) -> None:
    answer = service.ask("send", message=NOTE, userId="alice", **alone)

    assert answer["error"]["code"] == "invalid_request"


def test_the_longest_one_fits_into_a_frame_and_a_page(scene: Scene, service: Service) -> None:
    scene.subscribe("c-1")
    note = {"type": "x", "data": {"text": "x" * (27_648 - len('{"text":""}') - len('"x"'))}}

    assert service.send(note)["seq"] == 1

    assert len(scene.callbacks.posts[0][1]) <= 28_672
    page = scene.frame("history", {"feed": "user"})
    assert [each["data"] for each in page["data"]["messages"]] == [note["data"]]


# --- Receipts --------------------------------------------------------------------------------


def test_a_receipt_is_asked_for_and_shown(scene: Scene, service: Service) -> None:
    scene.subscribe("c-1")
    answer = service.send(receipt=True)
    [frame] = scene.told()
    assert frame["data"]["receipt"] is True

    before = service.ask("receipts", feed="user", userId="alice")
    scene.frame("ack", {"feed": "user", "seq": 1})
    after = service.ask("receipts", feed="user", userId="alice")

    position = {"seq": 1, "id": answer["messageId"]}
    assert before == {"position": position, "receipts": []}
    assert after == {
        "position": position,
        "receipts": [{"userId": "alice", "seq": 1, "messageId": answer["messageId"], "at": iso(scene.now)}],
    }


def test_of_all_screens_the_greatest_number_is_shown(scene: Scene, service: Service) -> None:
    service.own()
    for _ in range(3):
        service.send(feed="session", sessionId="s-1")
    for connection_id, seq in (("c-1", 3), ("c-2", 2)):
        scene.frame("ack", {"feed": "session", "seq": seq}, connection_id)
        scene.now += 1_000

    shown = service.ask("receipts", feed="session", sessionId="s-1")

    assert [(each["userId"], each["seq"]) for each in shown["receipts"]] == [("alice", 3)]


def test_a_feed_that_nobody_knows_has_no_receipts(service: Service) -> None:
    shown = service.ask("receipts", feed="user", userId="nobody")

    assert shown == {"position": {"seq": 0, "id": ""}, "receipts": []}


def test_a_receipt_goes_with_what_it_is_of(scene: Scene, service: Service) -> None:
    service.send()
    scene.frame("ack", {"feed": "user", "seq": 1})
    scene.now += RETENTION_SECONDS * 1_000

    assert service.ask("receipts", feed="user", userId="alice")["receipts"] == []


def _dies_before_it_numbers(scene: Scene, service: Service) -> None:
    class Dying(MemoryLog):
        def append(self, event: Any, claims: Any = (), *, deadline: Any = None) -> bool:
            scene.log.append(event, claims, deadline=deadline)
            raise MemoryError

    service.log = Dying()
    service.send()


def _sweep(scene: Scene) -> None:
    feeds = Feeds(scene.stores, scene.log, scene.callbacks, lambda: scene.now, OneByOne)
    remaining = Context().get_remaining_time_in_millis
    feeds.healing.heal(span(scene.now, 5), Invocation("i-1", scene.now, RETENTION_SECONDS, remaining))
