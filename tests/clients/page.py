"""The client in JavaScript in a process of its own, as a page would use it."""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.clients.scripts import node

TALK: Final = Path(__file__).parent / "talk.mjs"

Frame = dict[str, Any]


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

    @property
    def is_online(self) -> bool:
        """Whether it has a connection."""
        return len(self.of("online")) > len(self.of("offline"))

    @property
    def is_served(self) -> bool:
        """Whether something has come on the connection that it has."""
        events = [action["event"] for action in self.actions if action["event"] != "said"]
        return self.is_online and events[-1] != "online"

    @property
    def said(self) -> str:
        """What was said of a reply so far."""
        return "".join(delta["text"] for delta in self.of("delta"))

    def end(self) -> None:
        """Let it leave."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(timeout=30) == 0
        self._thread.join()


@contextmanager
def open_page(*arguments: str) -> Iterator[Page]:
    """A page for as long as the block lasts.

    Parameters
    ----------
    arguments
        The URL, and the session if there is one.
    """
    with subprocess.Popen(
        [node(), str(TALK), *arguments],
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
