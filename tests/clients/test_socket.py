"""The client in JavaScript on a socket: it connects by itself, again and again, and knows when not to."""

from collections.abc import Iterator

import pytest

from tests.clients.answering import HALF, REPLY, Answering, answering
from tests.clients.page import open_page
from tests.integration.waiting import eventually


@pytest.fixture
def backend() -> Iterator[Answering]:
    with answering() as backend:
        yield backend


def test_a_connection_that_ends_is_followed_by_another_with_a_ticket_of_its_own(backend: Answering) -> None:
    with open_page(f"{backend.url}?ticket=t-{{asked}}", "s-1") as page:
        eventually(lambda: page.of("reset"))
        page.do("say", "[close 1001] hello")

        eventually(lambda: len(page.shown) == 2)

    assert [message["text"] for message in page.shown] == ["[close 1001] hello", REPLY]
    assert page.said == REPLY
    assert next(action["code"] for action in page.of("offline")) == 1001
    assert len(page.of("online")) == 2
    # the first time that a ticket is asked for there is none
    assert len(page.of("failed")) == 1
    assert backend.names == [{"ticket": [f"t-{number}"], "sessionId": ["s-1"]} for number in (2, 3)]


@pytest.mark.parametrize("code", [1003, 1009])
def test_after_a_final_end_there_is_no_other_connection(backend: Answering, code: int) -> None:
    with open_page(backend.url) as page:
        eventually(lambda: page.of("reset"))
        page.do("say", f"[close {code}] hello")

        eventually(lambda: page.of("offline"))
        page.do("say", "nobody hears this")
        eventually(lambda: len(page.of("said")) == 2)

    assert page.said == REPLY[:HALF]
    assert page.of("offline") == [{"event": "offline", "code": code}]
    assert len(backend.names) == 1


def test_a_page_stops_a_reply_and_asks_for_what_it_likes(backend: Answering) -> None:
    with open_page(backend.url) as page:
        eventually(lambda: page.of("reset"))
        page.do("say", "hello")
        [question] = eventually(lambda: page.of("acknowledged"))
        eventually(lambda: page.said)
        page.do("cancel", question["messageId"])
        page.do("ask", "sessions", {"limit": 5})
        page.do("older")

        eventually(lambda: len(page.of("answered")) == 2 and page.of("older") and len(page.shown) == 2)

    assert [answer["type"] for answer in page.of("answered")] == ["text_cancelled", "sessions_page"]
    assert page.shown[1]["stopReason"] == "cancelled"
