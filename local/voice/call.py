"""One voice session from a client's side: what is sent, and what is made of what comes. No socket, no clock.

It goes on over as many connections as it takes. What has an answer is sent again until it comes.
"""

from base64 import b64decode, b64encode
from typing import Any, Final

import msgspec

from local.chat.actions import Json
from local.chat.frames import Frame
from local.voice.player import Piece

UNANSWERED_MS: Final = 10_000
"""After which a frame is sent again."""
MOST_TRIES: Final = 3


class Format(msgspec.Struct, frozen=True):
    """What is spoken: samples a second, and who shall answer, if not the usual one."""

    rate: int
    voice: str | None = None


class Ready(msgspec.Struct, frozen=True):
    """Somebody listens, and speaks with so many samples a second."""

    rate: int


class Stop(msgspec.Struct, frozen=True):
    """A turn of the assistant's was broken into: play nothing more of it."""

    turn: int


class Words(msgspec.Struct, frozen=True):
    """What one side has said of a turn so far."""

    turn: int
    role: str
    text: str
    final: bool


class Over(msgspec.Struct, frozen=True):
    """The voice session has ended."""

    reason: str
    frames: int
    lost: int
    seconds: int


class Refused(msgspec.Struct, frozen=True):
    """A frame was refused; ``is_fatal`` if there is nothing to speak in without it."""

    code: str
    message: str
    is_fatal: bool


News = Ready | Piece | Stop | Words | Over | Refused


class Call:
    """A voice session, from the wish to speak until it is over.

    Parameters
    ----------
    prefix
        What the ids of its frames begin with; no other frame of the conversation has it.
    """

    def __init__(self, spoken: Format, prefix: str) -> None:
        data: Json = {"sampleRate": spoken.rate} | ({"voice": spoken.voice} if spoken.voice else {})
        self._asked: Json | None = {"type": "voice_start", "id": f"{prefix}-start", "data": data}
        self._end_id = f"{prefix}-end"
        self._rate = spoken.rate
        self._due_at = 0
        self._tries = 0
        self._is_open = False
        self._seq = 0
        self.session: str | None = None

    @property
    def due_at(self) -> int | None:
        """When `wake` is to be called, in milliseconds; None if nothing is due."""
        return self._due_at if self._asked is not None and self._is_open else None

    def opened(self, now: int) -> list[Json]:
        """Begin on a new connection: ask again for what has no answer, or for the audio to come here."""
        self._is_open, self._due_at, self._tries = True, now, 0
        if self._asked is None and self.session is not None:
            return [_frame("voice_listen", self.session, audio=True)]
        return self.wake(now)

    def closed(self) -> None:
        """Take note that the connection is over."""
        self._is_open = False

    def wake(self, now: int) -> list[Json]:
        """Return what is due: the frame that has no answer yet, if there is one."""
        if self._asked is None or not self._is_open or now < self._due_at or self._tries == MOST_TRIES:
            return []
        self._tries += 1
        self._due_at = now + UNANSWERED_MS
        return [self._asked]

    def is_unanswered(self, now: int) -> bool:
        """Tell whether the server does not answer, however often it is asked."""
        return self._asked is not None and self._tries == MOST_TRIES and now >= self._due_at

    def speak(self, audio: bytes) -> Json:
        """Return the next frame of speech; there has to be somebody who listens."""
        seq, self._seq = self._seq, self._seq + 1
        return _frame("voice_data", self.session, seq=seq, audio=b64encode(audio).decode())

    def played(self, turn: int, milliseconds: int) -> Json:
        """Return what says how much of a turn was played."""
        return _frame("voice_played", self.session, turn=turn, ms=milliseconds)

    def end(self, now: int) -> list[Json]:
        """Be done, and return what is to be sent for it."""
        self._asked = {**_frame("voice_end", self.session, lastSeq=self._seq - 1), "id": self._end_id}
        self._due_at, self._tries = now, 0
        return self.wake(now)

    def received(self, frame: Frame) -> News | None:
        """Return what a frame says of this voice session, None if it says nothing of it."""
        data: dict[str, Any] = frame.data
        if frame.type == "error":
            return self._refused(frame)
        if frame.type == "voice_starting" and self._is_answer(frame):
            self.session = data["voiceSessionId"]
        if frame.type == "voice_ready" and self.session is None and self._is_answer(frame):
            self.session = data["voiceSessionId"]  # it may overtake the answer
        if self.session is None or data.get("voiceSessionId") != self.session:
            return None
        match frame.type:
            case "voice_ready" if self._asked is not None and self._asked["type"] == "voice_start":
                self._asked = None
                return Ready(data.get("sampleRate") or self._rate)
            case "voice_audio":
                return Piece(data["turn"], data["seq"], b64decode(data["audio"]))
            case "voice_interrupted":
                return Stop(data["turn"])
            case "voice_transcript":
                return Words(data["turn"], data["role"], data["text"], data["final"])
            case "voice_ended":
                self._asked = None
                return Over(data["reason"], data["frames"], data.get("lost") or 0, data["seconds"])
            case _:
                return None

    def _is_answer(self, frame: Frame) -> bool:
        return self._asked is not None and frame.id == self._asked["id"]

    def _refused(self, frame: Frame) -> Refused | None:
        """Take an error: of the frame that waits, or of one that has no id, which is speech."""
        is_ours = self._is_answer(frame)
        if not is_ours and frame.id is not None:
            return None
        code = str(frame.data["code"])
        # speech is refused so where the voice session is over, and its end was not heard
        return Refused(code, str(frame.data["message"]), is_fatal=is_ours or code == "not_found")


def _frame(type_: str, session: str | None, **data: Any) -> Json:
    return {"type": type_, "data": {"voiceSessionId": session, **data}}
