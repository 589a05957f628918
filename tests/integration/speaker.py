"""Somebody who speaks by a real socket, and remembers what came."""

import json
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Any, Final

from tests.contract.speaking import FRAME_SECONDS, RATE
from tests.integration.client import Client, Frame

FRAME: Final = round(RATE * FRAME_SECONDS) * 2
"""Bytes of a frame of speech."""
_SECONDS: Final = 20.0
_AGAIN_SECONDS: Final = 2.0


class Speaker:
    """A connection that may speak, in a voice session of its own or of the conversation's.

    Attributes
    ----------
    frames
        What came, in order.
    """

    def __init__(self, client: Client, session: str = "", seq: int = 0) -> None:
        self.client = client
        self.session = session
        self.seq = seq
        self.frames: list[Frame] = []

    # --- What is said ------------------------------------------------------------------------
    def start(self, voice: str | None = None, client_id: str = "start") -> str:
        """Open a voice session, wait until somebody listens, and return its id."""
        self.ask_to_start(voice, client_id)
        self.session = self.until_opened()
        return self.session

    def ask_to_start(self, voice: str | None = None, client_id: str = "start") -> None:
        """Ask for a voice session."""
        data = {"sampleRate": RATE} | ({"voice": voice} if voice else {})
        self.client.send({"type": "voice_start", "id": client_id, "data": data})

    def say(self, audio: bytes, *, at_pace: bool = False) -> None:
        """Say it, all at once or in as much time as it takes."""
        began = time.monotonic()
        for number, at in enumerate(range(0, len(audio), FRAME), 1):
            frame = b64encode(audio[at : at + FRAME]).decode()
            self.send("voice_data", seq=self.seq, audio=frame)
            self.seq += 1
            if at_pace:
                self.take(until=began + number * FRAME_SECONDS)

    def end(self, client_id: str = "end") -> Frame:
        """End the voice session, and return how it ended; it is asked for until it is told."""
        while True:
            self.send("voice_end", client_id, lastSeq=self.seq - 1)
            with suppress(AssertionError):
                return self.until("voice_ended", seconds=_AGAIN_SECONDS)

    def send(self, type_: str, client_id: str | None = None, **data: Any) -> None:
        """Send a frame of the voice session."""
        named = {} if client_id is None else {"id": client_id}
        self.client.send({"type": type_, **named, "data": {"voiceSessionId": self.session, **data}})

    # --- What comes --------------------------------------------------------------------------
    def until(
        self, type_: str, enough: Callable[[Frame], bool] = lambda _data: True, seconds: float = _SECONDS
    ) -> Frame:
        """Return the data of the next frame of a type that is enough."""
        data: Frame = self._until({type_}, enough, seconds)["data"]
        return data

    def until_opened(self) -> str:
        """Return the id that both answers to a start tell: either may overtake the other."""
        answers = {"voice_starting", "voice_ready"}
        sessions = set()
        while answers:
            frame = self._until(answers)
            answers.remove(frame["type"])
            sessions.add(str(frame["data"]["voiceSessionId"]))
        (session,) = sessions
        return session

    def until_said(self, role: str) -> str:
        """Return the final words of a turn of a side, as soon as they come."""
        said = self.until("voice_transcript", lambda data: data["final"] and data["role"] == role)
        return str(said["text"])

    def take(self, until: float) -> None:
        """Take what comes until a time of the monotonic clock."""
        while (left := until - time.monotonic()) > 0:
            try:
                self._next(left)
            except TimeoutError:
                return

    def told(self, count: int) -> list[Frame]:
        """Return so many turns that were told as messages, the oldest first, as soon as they have come."""
        while len(told := [each for each in self.of("message") if each["kind"] == "spoken"]) < count:
            self.until("message")
        return told

    def of(self, type_: str) -> list[Frame]:
        """Return the data of all frames of a type that came."""
        return [frame["data"] for frame in self.frames if frame["type"] == type_]

    @property
    def heard(self) -> bytes:
        """All audio that came; no piece is missing, and none came twice."""
        pieces = self.of("voice_audio")
        first = pieces[0]["seq"] if pieces else 0
        assert [piece["seq"] for piece in pieces] == list(range(first, first + len(pieces)))
        return b"".join(b64decode(piece["audio"]) for piece in pieces)

    def _until(
        self,
        types: AbstractSet[str],
        enough: Callable[[Frame], bool] = lambda _data: True,
        seconds: float = _SECONDS,
    ) -> Frame:
        deadline = time.monotonic() + seconds
        while True:
            try:
                frame = self._next(deadline - time.monotonic())
            except TimeoutError:
                others = [each for each in self.frames if each["type"] != "voice_audio"]
                among = " or ".join(sorted(types))
                raise AssertionError(f"no such {among} after {len(self.frames)} frames: {others}") from None
            if frame["type"] in types and enough(frame["data"]):
                return frame

    def _next(self, seconds: float) -> Frame:
        frame: Frame = json.loads(self.client.receive_any(seconds))
        self.frames.append(frame)
        return frame
