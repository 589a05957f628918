"""How soon and how surely speech comes back on the embedded AWS, beside a bare echo; and what it weighs.

Each round asks both, one after the other, so that what else the machine does is the same for both. A bare
echo is answered when its invocation ends, for whose last line the emulator waits 5 ms; what is said is on its
way back before that. On AWS nobody waits: read the milliseconds beside the ratios.
"""

import json
import os
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import urlencode

from websockets.sync.client import ClientConnection, connect

from benchmarks.table import Figure, at_least, at_most
from infra.functions.locks import DEPENDENCIES, NOVA, VOICE, Lock
from infra.functions.packaging import build_layer
from infra.settings.settings import LayerTarget
from local import embedded
from local.outputs import Outputs
from tests.contract.speaking import FRAME_SECONDS, sound
from tests.local.small import SmallProgram

_WARM: Final = 10
_ROUNDS: Final = 200
_STARTS: Final = 5
_BURST: Final = 80
"""Frames at once: fewer than the pace lets come so."""
_HANDOVER_SECONDS: Final = 5
_HANDOVERS: Final = 10
# At the log level DEBUG of the stack file: the emulator waits 50 ms for a line of who writes none.
_SPOKEN: Final = {
    "airium-realtime:voice": json.dumps(
        {"enabled": "true", "engine": "echo", "handoverSeconds": _HANDOVER_SECONDS}
    ),
    "airium-realtime:limits": json.dumps({"voiceSessionsPerMinute": 30, "voiceSessionsAtATime": 30}),
}
_LASTING: Final = _SPOKEN | {"airium-realtime:voice": json.dumps({"enabled": "true", "engine": "echo"})}
_AUDIO: Final = b64encode(sound(FRAME_SECONDS)).decode()
_WAIT: Final = 30


def figures() -> list[Figure]:
    """Start a bare echo and two backends on the embedded AWS, one after the other, and measure."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        program = SmallProgram.copied(folder / "program")
        program.answers(_AUDIO)
        bare = stack.enter_context(embedded.running(root=program.root))
        with embedded.running(state_dir=folder / "lasting", config=_LASTING) as backend:
            measured = [*_starts(backend), *_beside_echo(bare, backend)]
        with embedded.running(state_dir=folder / "handing", config=_SPOKEN) as backend:
            measured += _handed_over(backend)
    return [*measured, *_layers()]


class _Call:
    """A voice session, and the pieces that came of it."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.seqs: list[int] = []
        self.came_at: list[float] = []
        self.sent = 0
        began = time.perf_counter()
        self._send("voice_start", "start", {"sampleRate": 16_000})
        self.session = self.until("voice_ready")["voiceSessionId"]
        self.ready_seconds = time.perf_counter() - began

    def speak(self) -> None:
        """Send the next frame."""
        data = {"voiceSessionId": self.session, "seq": self.sent, "audio": _AUDIO}
        self._send("voice_data", None, data)
        self.sent += 1

    def until(self, type_: str, seconds: float = _WAIT) -> dict[str, Any]:
        """Return the data of the next frame of a type; audio is counted."""
        deadline = time.perf_counter() + seconds
        while True:
            frame = json.loads(self._socket.recv(timeout=max(0, deadline - time.perf_counter())))
            data: dict[str, Any] = frame["data"]
            if frame["type"] == "voice_audio":
                self.seqs.append(data["seq"])
                self.came_at.append(time.perf_counter())
            if frame["type"] == type_:
                return data

    def hear(self, until: float) -> None:
        """Take what comes until a time."""
        while (left := until - time.perf_counter()) > 0:
            try:
                self.until("voice_audio", left)
            except TimeoutError:
                return

    def end(self) -> dict[str, Any]:
        """End it, and return how it ended."""
        self._send("voice_end", "end", {"voiceSessionId": self.session, "lastSeq": self.sent - 1})
        return self.until("voice_ended")

    def _send(self, type_: str, id_: str | None, data: dict[str, Any]) -> None:
        named = {} if id_ is None else {"id": id_}
        self._socket.send(json.dumps({"type": type_, **named, "data": data}))


def _starts(backend: Outputs) -> Iterator[Figure]:
    ready = []
    for number in range(1 + _STARTS):
        with _call(backend, f"start-{number}") as call:
            ready.append(call.ready_seconds)
            call.end()
    cold, warm = ready[0], sorted(ready[1:])[_STARTS // 2]
    yield Figure("voice_start to voice_ready, cold, in milliseconds", f"{cold * 1_000:.0f}")
    yield Figure("voice_start to voice_ready, warm, median, in milliseconds", f"{warm * 1_000:.0f}")


def _beside_echo(bare: Outputs, backend: Outputs) -> Iterator[Figure]:
    frame = json.dumps({"type": "voice_data", "data": {"seq": 0, "audio": _AUDIO}})
    echoes, rounds = [], []
    with connect(bare.websocket_url) as echoing, _call(backend, "talk") as call:
        used = _cpu_seconds()
        for number in range(_WARM + _ROUNDS):
            began = time.perf_counter()
            echoing.send(frame)
            echoing.recv(timeout=_WAIT)
            echo = time.perf_counter() - began
            began = time.perf_counter()
            call.speak()
            call.until("voice_audio")
            if number >= _WARM:
                echoes.append(echo)
                rounds.append(time.perf_counter() - began)
        spent = {name: after - used.get(name, 0) for name, after in _cpu_seconds().items()}
        time.sleep((_WARM + _ROUNDS) / 50)  # so that a burst keeps the pace
        took = _burst(call.speak, lambda: call.until("voice_audio"))
        beside = _burst(lambda: echoing.send(frame), lambda: echoing.recv(timeout=_WAIT))
        call.end()
    told, bare_told = quantiles(rounds, n=20), quantiles(echoes, n=20)
    yield at_most("a frame there and back ÷ bare echo: p50", told[9] / bare_told[9], 1.5, "{:.2f}")
    yield at_most("a frame there and back ÷ bare echo: p95", told[18] / bare_told[18], 2.5, "{:.2f}")
    yield Figure("the two medians, in milliseconds", f"{told[9] * 1_000:.1f} and {bare_told[9] * 1_000:.1f}")
    yield Figure("frames a second there and back, at once", f"{_BURST / took:.0f}")
    yield Figure("the same ÷ bare echo", f"{beside / took:.2f}")
    for function in ("message", "voice-session"):
        cpu = sum(each for name, each in spent.items() if function in name) / (_WARM + _ROUNDS)
        yield Figure(f"CPU of {function} a frame, in milliseconds", f"{cpu * 1_000:.1f}")


def _burst(send: Any, receive: Any) -> float:
    began = time.perf_counter()
    for _ in range(_BURST):
        send()
    for _ in range(_BURST):
        receive()
    return time.perf_counter() - began


def _handed_over(backend: Outputs) -> Iterator[Figure]:
    with _call(backend, "long") as call:
        began = time.perf_counter()
        count = round((_HANDOVERS + 0.5) * (_HANDOVER_SECONDS + 1) / FRAME_SECONDS)
        for number in range(1, count + 1):
            call.speak()
            call.hear(began + number * FRAME_SECONDS)
        call.hear(time.perf_counter() + 2)
        ended = call.end()
    stalls = [after - before for before, after in zip(call.came_at, call.came_at[1:], strict=False)]
    yield at_most("frames lost over hand-overs", ended.get("lost", 0) + count - len(set(call.seqs)), 0)
    yield at_most("frames doubled over hand-overs", len(call.seqs) - len(set(call.seqs)), 0)
    yield at_least("frames in the order in which they were said", call.seqs == sorted(call.seqs), 1)
    yield Figure("hand-overs meanwhile", str(_generations(backend, call.session)))
    yield Figure("longest stall between two pieces, in milliseconds", f"{max(stalls) * 1_000:.0f}")


def _generations(backend: Outputs, session: str) -> int:
    """Return how many generations of a voice session were held after the first, by their claims."""
    from local.cloud import Cloud  # noqa: PLC0415 - what reads tables is needed here alone

    pages = Cloud(backend.aws_endpoint_url, backend.region).client("dynamodb").get_paginator("scan")
    items = [item for page in pages.paginate(TableName=backend.claims_table) for item in page["Items"]]
    return sum(any(f"run#{session}#" in value.get("S", "") for value in item.values()) for item in items) - 1


def _layers() -> Iterator[Figure]:
    for lock in (DEPENDENCIES, VOICE, NOVA):
        yield Figure(f"layer {lock.name}: megabytes, unpacked", _size(lock))


def _size(lock: Lock) -> str:
    try:
        layer = build_layer(LayerTarget.ARM64, lock)
    except Exception as problem:  # noqa: BLE001 - told in its place: no interpreter, or no registry
        return f"cannot be built here: {problem}"
    return f"{sum(each.stat().st_size for each in layer.rglob('*') if each.is_file()) / 1e6:.1f}"


def _cpu_seconds() -> dict[str, float]:
    """Return the CPU time of each process of a function, by the function's name and pid (Linux)."""
    ticks = os.sysconf("SC_CLK_TCK")
    spent = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            variables = (process / "environ").read_bytes().split(b"\0")
            [name] = [
                each[25:].decode() for each in variables if each.startswith(b"AWS_LAMBDA_FUNCTION_NAME=")
            ]
            fields = (process / "stat").read_text().rpartition(")")[2].split()
        except (OSError, ValueError):
            continue
        spent[f"{name} {process.name}"] = (int(fields[11]) + int(fields[12])) / ticks
    return spent


@contextmanager
def _call(backend: Outputs, session: str) -> Iterator[_Call]:
    query = urlencode({"userId": f"ada-{session}", "sessionId": session})
    with connect(f"{backend.websocket_url}?{query}", max_size=None) as socket:
        yield _Call(socket)
