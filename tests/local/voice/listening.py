"""A backend behind a real socket that says every frame of speech back, and does what a test tells it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from websockets.sync.server import ServerConnection

from tests.sockets import served

SESSION: Final = "v-1"


class Listening:
    """What it was sent and what it is to do.

    Attributes
    ----------
    frames
        What it was sent, in order, on all connections.
    refuses
        The error that a ``voice_start`` is answered by, if it is.
    cut_after
        At which frame of speech the connection is cut, once.
    """

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.refuses: str | None = None
        self.ends: str | None = None
        self.cut_after: int | None = None
        self.url = ""
        self._seq = 0
        self._is_answered = False

    def of(self, type_: str) -> list[dict[str, Any]]:
        """Return the data of what it was sent of a type."""
        return [frame["data"] for frame in self.frames if frame["type"] == type_]

    def handle(self, socket: ServerConnection) -> None:
        """Serve a connection to its end."""
        for text in socket:
            frame = json.loads(text)
            self.frames.append(frame)
            if frame["type"] == "voice_data" and self.cut_after == frame["data"]["seq"]:
                self.cut_after = None
                socket.close_socket()
                return
            for answer in self._answers(frame):
                socket.send(json.dumps(answer))

    def _answers(self, frame: dict[str, Any]) -> Iterator[dict[str, Any]]:
        id_, data = frame.get("id"), frame["data"]
        match frame["type"]:
            case "voice_start" if self.refuses is not None:
                refused = {"code": self.refuses, "message": "No.", "correlationId": "c"}
                yield {"type": "error", "id": id_, "data": refused}
            case "voice_start":
                yield _voice("voice_starting", id_)
                if self.ends is None:
                    yield _voice("voice_ready", id_, sampleRate=16_000)
                else:
                    yield _voice("voice_ended", reason=self.ends, frames=0, seconds=0)
            case "voice_data" if data["audio"].strip("A="):
                yield _voice("voice_audio", turn=1, seq=self._seq, audio=data["audio"])
                self._seq += 1
            case "voice_data" if not self._is_answered:
                self._is_answered = True
                yield _voice("voice_transcript", turn=1, role="assistant", text="Yes.", final=True)
                spoken = {"kind": "spoken", "role": "assistant", "text": "Yes.", "voiceSessionId": SESSION}
                yield {"type": "message", "data": {"feed": "session", "seq": 1, "id": "m-1", **spoken}}
            case "voice_end":
                yield _voice("voice_ended", id_, reason="client", frames=data["lastSeq"] + 1, seconds=1)
            case "resume":
                yield {"type": "resumed", "id": id_, "data": {"feed": "session", "seq": 0}}
                yield {"type": "resumed", "id": id_, "data": {"feed": "user", "seq": 0}}


def _voice(type_: str, id_: str | None = None, **data: Any) -> dict[str, Any]:
    return {"type": type_, "id": id_, "data": {"voiceSessionId": SESSION, **data}}


@contextmanager
def listening() -> Iterator[Listening]:
    """A backend on a free port of loopback for as long as the block lasts."""
    backend = Listening()
    with served(backend.handle) as backend.url:
        yield backend
