"""The client in JavaScript on a real socket, which is cut again and again."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit, urlunsplit

from tests.clients.page import Page, open_page
from tests.clients.tunnel import Tunnel, tunnel
from tests.integration.backend import Backend
from tests.integration.client import Frame
from tests.integration.conftest import Connect
from tests.integration.waiting import eventually

CUTS = 6


@contextmanager
def page_of(backend: Backend, user: str) -> Iterator[tuple[Page, Tunnel]]:
    """A page of a user's, and the way on which it reaches the backend, for as long as the block lasts."""
    there = urlsplit(backend.outputs.websocket_url)
    assert there.port is not None
    with tunnel(there.port) as way:
        here = there._replace(netloc=f"127.0.0.1:{way.port}", query=urlencode({"userId": user}))
        with open_page(urlunsplit(here), f"session-{user}") as page:
            yield page, way


def test_what_it_shows_is_the_feed_however_often_it_is_cut(
    backend: Backend, connect: Connect, user: str
) -> None:
    other = connect(user, f"session-{user}")
    with page_of(backend, user) as (page, way):
        eventually(lambda: page.of("reset"))
        for number in range(CUTS):
            page.do("say", f"mine {number}")
            other.text(f"theirs {number}")
            # every other connection as soon as it is there, the rest once something has come on it: a client
            # that is never served waits longer each time
            eventually(lambda: page.is_online if number % 2 else page.is_served)  # noqa: B023
            assert way.cut()
            eventually(lambda: not page.is_online)
            other.text(f"meanwhile {number}")

        eventually(lambda: len(page.of("acknowledged")) == CUTS)
        feed = eventually(lambda: _all_of_it(other.ask({"type": "history", "data": {"limit": 50}})))
        eventually(lambda: page.shown == feed)

    assert way.cuts >= CUTS
    assert [message["seq"] for message in feed] == list(range(1, 3 * CUTS + 1))
    assert [message["text"] for message in feed if message["text"].startswith("mine")] == [
        f"mine {number}" for number in range(CUTS)
    ]


def _all_of_it(page: Frame) -> list[Frame] | None:
    messages: list[Frame] = page["data"]["messages"]
    return messages[::-1] if len(messages) == 3 * CUTS else None


def test_a_reply_goes_on_where_it_was_cut(answering_backend: Backend, user: str) -> None:
    words = " ".join(map(str, range(1, 81)))
    with page_of(answering_backend, user) as (page, way):
        eventually(lambda: page.of("reset"))
        page.do("say", "[say 80] [pause 50]")
        eventually(lambda: page.said)
        eventually(way.cut)
        before = page.said

        eventually(lambda: len(page.shown) == 2)

    question, reply = page.shown
    assert (reply["kind"], reply["messageId"], reply["text"]) == ("reply", question["id"], words)
    assert len(before) < len(words)
    assert words.startswith(page.said)
    assert len(page.said) > len(before)
    assert [delta["offset"] for delta in page.of("delta")].count(0) == 1
