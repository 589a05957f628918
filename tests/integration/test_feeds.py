"""Two screens, cuts and resumes: each text once, in order, on every screen of its conversation."""

import json
from typing import Any, Final

import pytest

from tests.feeds.device import Device, asking, cut, received
from tests.integration.backend import Backend
from tests.integration.client import Client, Frame
from tests.integration.conftest import Connect
from tests.integration.waiting import eventually

NOTE: Final = {"type": "invoice", "data": {"sum": 9.5}}


class Screen:
    """A device that keeps to the client's rules in the feed of its conversation."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.device = Device(room=200)
        self.texts: dict[str, str] = {}
        self._parts: dict[tuple[str, int], dict[int, str]] = {}

    def reconnect(self, client: Client) -> None:
        """Go on on another connection."""
        self.client = client
        self.device = cut(self.device)

    def catch_up(self) -> None:
        """Ask for what was missed until there is no more."""
        while self.device.must_resume or self.device.wants_history:
            if self.device.must_resume:
                self.device = asking(self.device)
                begun = {"session": {"seq": self.device.seq, "id": self.device.id}}
                self.client.send(
                    {"type": "resume", "data": {"positions": begun if self.device.begun else {}}}
                )
                for _ in range(2):  # one for each feed
                    self._take(self.client.receive())
            else:
                self._take(self.client.ask({"type": "history"}))
            self._read()

    def wait_for(self, message_id: str) -> None:
        """Wait until a text is shown, and all before it: two may overtake each other, but none is missing."""
        self._read()
        while message_id not in {id_ for _, id_ in self.device.shown}:
            self._tell("message", self.client.receive_message())
            assert not self.device.owed

    @property
    def shown(self) -> list[str]:
        """The texts that it shows, in order."""
        return [self.texts[id_] for _, id_ in self.device.shown]

    def _read(self) -> None:
        while self.client.messages:
            self._tell("message", self.client.messages.pop(0))

    def _take(self, frame: Frame) -> None:
        self._read()
        assert frame["type"] in {"reset", "resumed", "history_page"}, frame
        for message in frame["data"].get("messages", ()):
            self._keep(message)
        if frame["data"]["feed"] == "session":
            self.device = received(self.device, frame["type"], frame["data"])

    def _tell(self, kind: str, data: Frame) -> None:
        if self._keep(data):
            self.device = received(self.device, kind, data)

    def _keep(self, data: Frame) -> bool:
        """Keep a text, or a part of it, and tell whether it is whole."""
        parts = self._parts.setdefault((data["id"], data["seq"]), {})
        parts[data.get("part", 1)] = data.get("text", "")
        if len(parts) < data.get("parts", 1):
            return False
        self.texts[data["id"]] = "".join(text for _, text in sorted(parts.items()))
        return True


@pytest.fixture
def session(user: str) -> str:
    return f"session-{user}"


@pytest.fixture
def screens(connect: Connect, user: str, session: str) -> tuple[Screen, Screen]:
    one, two = Screen(connect(user, session)), Screen(connect(user, session))
    one.catch_up()
    two.catch_up()
    return one, two


def test_a_text_reaches_every_screen_of_its_conversation(screens: tuple[Screen, Screen]) -> None:
    one, two = screens

    sent = [one.client.text("one"), two.client.text("two"), one.client.text("three")]

    for screen in screens:
        for message_id in sent:
            screen.wait_for(message_id)
    assert one.shown == two.shown
    assert sorted(one.shown) == ["one", "three", "two"]
    assert [seq for seq, _ in one.device.shown] == [1, 2, 3]


def test_who_sent_a_text_finds_their_own_id_on_it_and_nobody_else_does(
    backend: Backend, connect: Connect, user: str, session: str
) -> None:
    one, two = connect(user, session), connect(user, session)

    one.send({"type": "text_message", "id": "m-1", "data": {"text": "hello"}})
    frames = [json.loads(one.receive_any()) for _ in range(2)]
    told = json.loads(two.receive_any())

    ack, message = sorted(frames, key=lambda frame: frame["type"], reverse=True)
    assert (ack["type"], ack["id"]) == ("text_ack", "m-1")
    assert (message["type"], message["id"]) == ("message", "m-1")
    assert message["data"]["id"] == ack["data"]["messageId"]
    assert message["data"] == told["data"]
    assert "id" not in told


def test_who_was_away_is_told_what_they_missed_once_and_in_order(
    connect: Connect, screens: tuple[Screen, Screen], user: str, session: str
) -> None:
    one, two = screens
    one.wait_for(one.client.text("before"))
    two.wait_for(one.device.id)
    two.client.abort()
    for number in range(3):  # each once the one before has its number: nothing else keeps their order
        one.wait_for(one.client.text(f"missed {number}"))

    two.reconnect(connect(user, session))
    live = one.client.text("after")
    two.catch_up()
    two.wait_for(live)

    one.wait_for(live)
    assert two.shown == one.shown == ["before", "missed 0", "missed 1", "missed 2", "after"]


def test_a_new_screen_begins_at_the_top_and_loads_what_was_before(
    connect: Connect, screens: tuple[Screen, Screen], user: str, session: str
) -> None:
    one, _ = screens
    for message_id in [one.client.text("one"), one.client.text("two")]:
        one.wait_for(message_id)

    third = Screen(connect(user, session))
    third.catch_up()

    assert third.shown == one.shown
    live = one.client.text("three")
    third.wait_for(live)
    assert third.shown[-1] == "three"


def test_a_text_that_is_too_long_for_a_frame_comes_in_parts(screens: tuple[Screen, Screen]) -> None:
    one, _ = screens
    long = "\U0001f600" * 7_900

    one.client.send(json.dumps({"type": "text_message", "data": {"text": long}}, ensure_ascii=False))
    answer = one.client.receive()

    for screen in screens:
        screen.wait_for(answer["data"]["messageId"])
        assert screen.shown == [long]


def test_history_comes_in_pages_the_newest_first(connect: Connect, screens: tuple[Screen, Screen]) -> None:
    one, _ = screens
    for message_id in [one.client.text(f"text {number}") for number in range(5)]:
        one.wait_for(message_id)

    first = one.client.ask({"type": "history", "id": "h-1", "data": {"limit": 2}})
    oldest = first["data"]["messages"][-1]["seq"]
    rest = one.client.ask({"type": "history", "data": {"before": {"seq": oldest}}})

    assert (first["type"], first["id"]) == ("history_page", "h-1")
    assert [each["seq"] for each in first["data"]["messages"]] == [5, 4]
    assert (first["data"]["more"], first["data"]["complete"]["seq"]) == (True, 5)
    assert [each["seq"] for each in rest["data"]["messages"]] == [3, 2, 1]
    assert not {"more", "complete"} & rest["data"].keys()


def test_nobody_is_told_what_is_said_in_anothers_conversation(
    connect: Connect, screens: tuple[Screen, Screen]
) -> None:
    one, _ = screens
    other = connect()
    one.wait_for(one.client.text("between us"))

    mine = other.ask({"type": "history"})

    assert mine["data"]["messages"] == []
    assert other.messages == []


def test_a_position_that_is_not_the_feeds_begins_anew(screens: tuple[Screen, Screen]) -> None:
    one, _ = screens
    one.wait_for(one.client.text("one"))
    invented = {"session": {"seq": 1, "id": "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"}}

    answer = one.client.ask({"type": "resume", "id": "r-1", "data": {"positions": invented}})

    assert (answer["type"], answer["id"]) == ("reset", "r-1")
    assert answer["data"]["position"] == {"seq": 1, "id": one.device.id}


def test_what_a_screen_acknowledges_is_kept_for_its_user(
    backend: Backend, screens: tuple[Screen, Screen], user: str, session: str
) -> None:
    one, _ = screens
    one.wait_for(one.client.text("one"))

    one.client.send({"type": "ack", "data": {"feed": "session", "seq": 1}})

    def kept() -> dict[str, Any] | None:
        return backend.feed(f"session#{session}").get(f"a#{user}")

    found = eventually(kept)
    assert (found["seq"], found["event_id"]) == (1, one.device.id)


def test_an_acknowledgement_of_nothing_is_refused(client: Client) -> None:
    client.send({"type": "ack", "id": "a-1", "data": {"feed": "user", "seq": 1}})

    error = client.receive()
    assert (error["type"], error["id"], error["data"]["code"]) == ("error", "a-1", "not_found")


def test_a_connection_that_has_ended_is_no_subscriber(
    backend: Backend, connect: Connect, user: str, session: str
) -> None:
    client = connect(user, session)
    key = f"s#{client.connection_id}"
    assert key in backend.feed(f"session#{session}")
    assert key in backend.feed(f"user#{user}")

    client.close()

    eventually(lambda: key not in backend.feed(f"session#{session}"))
    eventually(lambda: key not in backend.feed(f"user#{user}"))


def cancel(client: Client, message_id: str) -> Frame:
    """Cancel a text and return the answer."""
    return client.ask({"type": "text_cancel", "id": "x-1", "data": {"messageId": message_id}})


def test_any_screen_of_a_conversation_cancels_a_text(
    backend: Backend, screens: tuple[Screen, Screen], session: str
) -> None:
    one, two = screens
    message_id = one.client.text("tell me all")
    two.wait_for(message_id)

    answers = [cancel(screen.client, message_id) for screen in screens]

    assert [(each["type"], each["id"]) for each in answers] == [("text_cancelled", "x-1")] * 2
    assert {each["data"]["messageId"] for each in answers} == {message_id}
    assert f"x#{message_id}" in backend.feed(f"session#{session}")


def test_who_comes_back_on_another_connection_cancels_what_they_said_before(
    connect: Connect, screens: tuple[Screen, Screen], user: str, session: str
) -> None:
    one, _ = screens
    message_id = one.client.text("tell me all")
    one.client.abort()

    answer = cancel(connect(user, session), message_id)

    assert answer["type"] == "text_cancelled"


def test_a_text_of_anothers_conversation_is_not_cancelled(
    backend: Backend, connect: Connect, screens: tuple[Screen, Screen], user: str, session: str
) -> None:
    one, _ = screens
    message_id = one.client.text("tell me all")
    one.wait_for(message_id)
    others = [connect(), connect(user), connect(user, f"{session}-2")]

    refused = [cancel(other, message_id)["data"]["code"] for other in others]

    feeds = [f"session#{session}", f"session#{session}-2", f"connection#{others[1].connection_id}"]
    assert refused == ["not_found"] * 3
    assert [key for feed in feeds for key in backend.feed(feed) if key.startswith("x#")] == []


# --- What services send ----------------------------------------------------------------------


def test_what_a_service_sends_reaches_every_screen_of_its_user(
    backend: Backend, connect: Connect, user: str
) -> None:
    screens = connect(user), connect(user)

    answer = backend.manage("send", feed="user", userId=user, message=NOTE)

    assert (answer["seq"], answer["posted"]) == (1, 2)
    for screen in screens:
        message = screen.receive_message()
        assert (message["feed"], message["seq"], message["id"]) == ("user", 1, answer["messageId"])
        assert message["kind"] == "notification"
        assert {name: message[name] for name in NOTE} == NOTE


def test_who_is_away_gets_what_was_sent_on_their_next_resume_and_acknowledges_it(
    backend: Backend, connect: Connect, user: str, session: str
) -> None:
    to = {"feed": "session", "sessionId": session}
    assert backend.manage("send", message=NOTE, **to)["error"]["code"] == "not_found"
    connect(user, session).abort()
    sent, again = (backend.manage("send", message=NOTE, id="n-1", receipt=True, **to) for _ in range(2))
    assert again["messageId"] == sent["messageId"]
    assert backend.manage("send", message={"type": "x"}, id="n-1", **to)["error"]["code"] == "conflict"

    client = connect(user, session)
    client.send({"type": "resume", "data": {"positions": {"session": {"seq": 0, "id": ""}}}})
    message = client.receive_message()
    assert (message["seq"], message["id"], message["receipt"]) == (1, sent["messageId"], True)
    client.send({"type": "ack", "data": {"feed": "session", "seq": 1}})

    eventually(lambda: _acknowledged(backend, to) == [(user, 1, sent["messageId"])])


def _acknowledged(backend: Backend, of: dict[str, str]) -> list[tuple[str, int, str]]:
    shown = backend.manage("receipts", **of)["receipts"]
    return [(each["userId"], each["seq"], each["messageId"]) for each in shown]
