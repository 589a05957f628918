"""The client in JavaScript on a real socket, which is cut again and again."""

import json
import subprocess
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import pytest

from tests.clients.scripts import node
from tests.clients.tunnel import Tunnel, tunnel
from tests.integration.backend import Backend
from tests.integration.client import Frame
from tests.integration.conftest import Connect
from tests.integration.waiting import eventually

TALK = "tests/clients/talk.mjs"
CUTS = 6


class Page:
    """What a client in JavaScript shows, as far as it has said so."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.actions: list[Frame] = []
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.actions.append(json.loads(line))

    def do(self, name: str, *values: Any) -> None:
        """Have it do something."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([name, *values]) + "\n")
        self._process.stdin.flush()

    def of(self, event: str) -> list[Frame]:
        """Return its actions of a name, in order."""
        return [action for action in self.actions if action["event"] == event]

    @property
    def shown(self) -> list[Frame]:
        """The messages of the session that it shows, in order."""
        shown: list[Frame] = []
        for action in [each for each in self.actions if each.get("feed") == "session"]:
            if action["event"] == "reset":
                shown.clear()
            elif action["event"] == "message":
                shown.append(action["message"])
        return shown

    def end(self) -> None:
        """Let it leave."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(timeout=30) == 0
        self._thread.join()


@pytest.fixture
def way(backend: Backend) -> Iterator[Tunnel]:
    port = urlsplit(backend.outputs.websocket_url).port
    assert port is not None
    with tunnel(port) as way:
        yield way


@pytest.fixture
def page(backend: Backend, way: Tunnel, user: str) -> Iterator[Page]:
    there = urlsplit(backend.outputs.websocket_url)
    url = urlunsplit(there._replace(netloc=f"127.0.0.1:{way.port}", query=urlencode({"userId": user})))
    with subprocess.Popen(
        [node(), TALK, url, f"session-{user}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        page = Page(process)
        try:
            yield page
            page.end()
        except BaseException:
            process.kill()
            raise


def test_what_it_shows_is_the_feed_however_often_it_is_cut(
    connect: Connect, page: Page, way: Tunnel, user: str
) -> None:
    other = connect(user, f"session-{user}")
    eventually(lambda: page.of("reset"))
    for number in range(CUTS):
        page.do("say", f"mine {number}")
        other.text(f"theirs {number}")
        eventually(way.cut)
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
