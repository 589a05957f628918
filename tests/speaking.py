"""What takes the frames of speech, with a world in memory: claims of a log, a channel and a function."""

from collections.abc import Sequence
from typing import Any

import msgspec

from functions.domain.frames.voice_frames import VoiceEndedData
from functions.domain.limits import Limits, Speaking
from functions.domain.log.claims import ended_key, voice_key
from functions.domain.log.events import Cause
from functions.domain.voice.attention import Hold
from functions.domain.voice.channels import OnChannel, decode
from functions.domain.voice.endings import ENDED_SECONDS
from functions.domain.voice.starts import Start
from functions.operations.frames.speech import Speech
from tests.fakes import MemoryLog
from tests.routes import message

SPOKEN = Limits(spoken=Speaking())


class MemorySpeech(Speech):
    """A `Speech` beside a log in memory.

    Attributes
    ----------
    reads
        Of which claims was read.
    published
        What was published, with its channel.
    invoked
        What the function was invoked with.
    asked_again
        The ids of frames for which it was asked whether they are told again.
    faults
        Faults to raise by name (``hold``, ``ended``, ``publish``, ``invoke``), one for each call in order.
    may_ask
        Whether a frame that is sent again is told again.
    """

    def __init__(self, log: MemoryLog) -> None:
        self.log = log
        self.reads: list[str] = []
        self.published: list[tuple[str, OnChannel]] = []
        self.invoked: list[Start] = []
        self.asked_again: list[str] = []
        self.faults: dict[str, list[BaseException]] = {}
        self.may_ask = True
        super().__init__(self, self._on_channel, self._on_function, self._may_ask)

    def hold(self, conversation: str, at: int) -> Hold:
        """Return who holds a conversation, by the log's claims."""
        self._meddle("hold")
        value, until = self._value(voice_key(conversation), at)
        return Hold(value, until) if value else Hold()

    def ended(self, conversation: str, voice_session_id: str, at: int) -> VoiceEndedData | None:
        """Return how one ended, by the log's claims."""
        self._meddle("ended")
        value, _ = self._value(ended_key(conversation, voice_session_id), at)
        return msgspec.json.decode(value, type=VoiceEndedData) if value else None

    def end(self, session: str, at: int, conversation: str = "s-1", frames: int = 3) -> VoiceEndedData:
        """End a voice session as the function that holds it does: its claim is released, its end kept."""
        data = VoiceEndedData(session, frames, 7, "client")
        self.log.held.pop(voice_key(conversation), None)
        value = msgspec.json.encode(data).decode()
        self.log.held[ended_key(conversation, session)] = (value, at // 1000 + ENDED_SECONDS)
        return data

    def _value(self, key: str, at: int) -> tuple[str, int]:
        self.reads.append(key)
        value, until = self.log.held.get(key, ("", 0))
        return (value, until) if until > at // 1000 else ("", 0)

    def _on_channel(self, channel: str, events: Sequence[bytes]) -> None:
        self._meddle("publish")
        self.published += [(channel, decode(event)) for event in events]

    def _on_function(self, start: Start) -> None:
        self._meddle("invoke")
        self.invoked.append(start)

    def _may_ask(self, _conversation: str, client_id: str, _cause: Cause) -> bool:
        self.asked_again.append(client_id)
        return self.may_ask

    def _meddle(self, name: str) -> None:
        if waiting := self.faults.get(name):
            raise waiting.pop(0)


def spoken(event: dict[str, Any], speech: MemorySpeech, callbacks: Any, limits: Limits = SPOKEN) -> Any:
    """Hand an event of the gateway to the handler of frames, where people can speak."""
    return message(event, None, speech.log, callbacks, limits, speech=speech)
