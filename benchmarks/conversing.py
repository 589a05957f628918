"""How soon a text is acknowledged, begun and answered on the embedded AWS, beside a bare echo.

The echo is a function of the same emulator that does nothing. Each round asks both, one after the other, so
that what else the machine does is the same for both. Several people talk in turn, each in their own
conversation: each says something every few seconds, as nobody does more often. Then how soon who comes back
in the middle of a reply sees it again.
"""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import urlencode

from websockets.sync.client import ClientConnection, connect

from benchmarks.table import Figure, at_most
from local import embedded, emulator
from local.outputs import Outputs
from local.state import StateDir
from tests.local.small import SmallProgram

_ROUNDS: Final = 80
_PEOPLE: Final = 8
_WARM: Final = _PEOPLE
_CUTS: Final = 30
_FAST: Final = "[say 3] [pause 0]"
_SLOW: Final = "[say 400] [pause 20]"
_REST_SECONDS: Final = 0.3
"""Between two rounds: the last text is projected meanwhile."""
_LOOK_SECONDS: Final = 1.0
"""How often the responder looks who listens."""
_MANY: Final = json.dumps(
    {
        "textsPerMinute": 6_000,
        "textBytesPerMinute": 10_000_000,
        "repliesInFlight": 1_000,
        "resumesPerMinute": 600,
    }
)


def figures() -> list[Figure]:
    """Start both on one embedded AWS, and measure."""
    with TemporaryDirectory() as temporary, _both(Path(temporary)) as (bare, backend):
        return [*_beside_echo(bare, backend), *_after_cuts(backend)]


@contextmanager
def _both(folder: Path) -> Iterator[tuple[Outputs, Outputs]]:
    program = SmallProgram.copied(folder / "program")
    program.answers("x")
    state, beside = StateDir(folder / "backend"), StateDir(folder / "echo")
    process = embedded.begin(state, emulator.free_port())
    try:
        backend = embedded.deploy(state, process, restarted=True, config={"airium-realtime:limits": _MANY})
        # a state of its own: neither removes what the other has
        beside.make()
        yield embedded.deploy(beside, process, program.root, restarted=False), backend
    finally:
        embedded.end(state, process)


def _beside_echo(bare: Outputs, backend: Outputs) -> Iterator[Figure]:
    rounds, echoes = [], []
    with ExitStack() as stack:
        echoing = stack.enter_context(connect(bare.websocket_url))
        screens = [stack.enter_context(_screen(backend, f"p-{each}", f"t-{each}")) for each in range(_PEOPLE)]
        for number in range(_WARM + _ROUNDS):
            time.sleep(_REST_SECONDS)
            began = time.perf_counter()
            echoing.send("x")
            echoing.recv(timeout=20)
            echo = time.perf_counter() - began
            times = _ask(screens[number % _PEOPLE], number)
            if number >= _WARM:
                echoes.append(echo * 1_000)
                rounds.append([each / echo for each in times])
    yield Figure("bare echo, milliseconds, median", f"{median(echoes):.1f}")
    for what, limit, column in zip(
        ("text_ack", "first delta", "whole reply"), (3, 5, 7), zip(*rounds, strict=True), strict=True
    ):
        deciles = quantiles(column, n=10)
        told = f"text to {what} ÷ bare echo, median"
        yield at_most(told, deciles[4], limit, "{:.2f}")
        yield Figure(f"{told}: from the first to the ninth decile", f"{deciles[0]:.2f} to {deciles[8]:.2f}")


def _ask(screen: ClientConnection, number: int) -> tuple[float, float, float]:
    """Send a text, and return the seconds to its ack, its first delta and its end."""
    began = time.perf_counter()
    screen.send(json.dumps({"type": "text_message", "id": f"m-{number}", "data": {"text": _FAST}}))
    at: dict[str, float] = {}
    while not {"text_ack", "text_delta", "reply"} <= at.keys():
        frame = json.loads(screen.recv(timeout=20))
        kind = frame["data"].get("kind") if frame["type"] == "message" else frame["type"]
        at.setdefault(kind, time.perf_counter() - began)
    return at["text_ack"], at["text_delta"], at["reply"]


def _after_cuts(backend: Outputs) -> Iterator[Figure]:
    waited = []
    for number in range(_CUTS):
        session = f"cut-{number}"
        with _screen(backend, "ada", session) as screen:
            screen.send(json.dumps({"type": "text_message", "data": {"text": _SLOW}}))
            while (first := json.loads(screen.recv(timeout=20)))["type"] != "text_delta":
                pass
        with _screen(backend, "ada", session) as screen:
            began = time.perf_counter()
            while json.loads(screen.recv(timeout=20))["type"] != "text_delta":
                pass
            waited.append((time.perf_counter() - began) / _LOOK_SECONDS)
            cancelled = {"messageId": first["data"]["messageId"]}
            screen.send(json.dumps({"type": "text_cancel", "data": cancelled}))
    percentiles = quantiles(waited, n=20)
    told = "back in mid-answer to the first delta, in looks of the responder"
    yield at_most(f"{told}: p50", percentiles[9], 1.2, "{:.2f}")
    yield at_most(f"{told}: p95", percentiles[18], 1.2, "{:.2f}")


@contextmanager
def _screen(backend: Outputs, user: str, session: str) -> Iterator[ClientConnection]:
    url = f"{backend.websocket_url}?{urlencode({'userId': user, 'sessionId': session})}"
    with connect(url, max_size=None) as screen:
        resume: dict[str, Any] = {"type": "resume", "data": {}}
        screen.send(json.dumps(resume))
        yield screen
