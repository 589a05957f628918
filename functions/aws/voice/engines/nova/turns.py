"""What Nova 2 Sonic says, event by event, as the values that every engine gives.

The assistant's words come twice: as it plans to say them (SPECULATIVE), each piece before its audio, and as
it said them (FINAL), and only these are final. A turn is over when its audio is, and every planned piece has
become final. There is one exception: of a turn that is broken into, the model may never say how far it came.
The planned words of the audio that has come are final then, and whoever plays it knows how much was heard.
"""

from base64 import b64decode
from collections import deque
from typing import Any, Final, NamedTuple

import msgspec

from functions.domain.replies.prompt import Role
from functions.domain.voice.said import Interrupted, Said, Spoke, Transcribed, TurnEnded, Used

_INTERRUPTED: Final = '{"interrupted":true}'
"""A ``textOutput`` that is nobody's words, but for spaces."""
_ROLES: Final = {"USER": Role.USER, "ASSISTANT": Role.ASSISTANT}


class _Content(NamedTuple):
    role: Role | None
    kind: object
    final: bool


_UNKNOWN: Final = _Content(None, "", final=False)


class Turns:
    """Who is speaking, as far as the model has said it.

    Attributes
    ----------
    asked
        Whether the person has said something that the assistant has not begun to answer.
    answering
        Whether a turn of the assistant is open.
    """

    def __init__(self) -> None:
        self.asked = False
        self.answering = False
        self._audio_ended = False
        self._planned: deque[str] = deque()
        self._sounding = 0
        self._broken_into = False
        self._restart()

    def read(self, event: bytes) -> list[Said]:
        """Return what an event says; nothing for one that is not known."""
        try:
            decoded = msgspec.json.decode(event)
        except (msgspec.DecodeError, RecursionError):
            return []
        match decoded:
            case {"event": {"contentStart": {"contentId": str(content), "role": str(role), **start}}}:
                return self._start(content, _ROLES.get(role), start)
            case {"event": {"audioOutput": {"content": str(audio)}}}:
                return self._audio(audio)
            case {"event": {"textOutput": {"contentId": str(content), "content": str(text)}}}:
                return self._text(self._contents.get(content, _UNKNOWN), text)
            case {"event": {"contentEnd": {"contentId": str(content), **end}}}:
                return self._end(self._contents.pop(content, _UNKNOWN), end.get("stopReason"))
            case {"event": {"usageEvent": {"totalInputTokens": int(read), "totalOutputTokens": int(wrote)}}}:
                return self._usage(read, wrote)
            case {"event": {"completionEnd": _}}:
                return self._answered()
        return []

    def leave(self) -> list[Said]:
        """Return what is to be said before another stream goes on, whatever this one still would have said.

        A turn of which all audio has come is whole. One that is broken off is said to be interrupted: what
        was said of it is not to be played any further, since the answer will begin anew.
        """
        said: list[Said] = []
        if self.answering and self._audio_ended:
            said = [Transcribed(Role.ASSISTANT, each, final=True) for each in self._planned]
            said += self._answered()
        elif self.answering:
            said = self._interrupted()
        self._restart()
        return said

    def _restart(self) -> None:
        self._contents: dict[str, _Content] = {}
        self._read = self._written = 0
        self._broken_into = False

    def _start(self, name: str, role: Role | None, start: dict[Any, Any]) -> list[Said]:
        final = _stage(start.get("additionalModelFields")) != "SPECULATIVE"
        content = self._contents[name] = _Content(role, start.get("type"), final)
        if role is Role.ASSISTANT and (content.kind == "AUDIO" or not content.final):
            return self._answer()
        return []

    def _answer(self) -> list[Said]:
        """The assistant begins to speak, or goes on: the person has said what they had to say."""
        self._broken_into = False
        self.answering = True
        if not self.asked:
            return []
        self.asked = False
        return [TurnEnded(Role.USER)]

    def _audio(self, audio: str) -> list[Said]:
        try:
            piece = b64decode(audio, validate=True)
        except ValueError:
            return []
        # what still comes of a turn that was broken into is not to be played
        if not piece or self._broken_into:
            return []
        self._sounding = len(self._planned)
        return [Spoke(piece)]

    def _text(self, content: _Content, text: str) -> list[Said]:
        if "".join(text.split()) == _INTERRUPTED:
            return self._interrupted()
        if not text.strip():
            return []
        if content.role is Role.USER:
            # a turn that was never said to be over is, once the person speaks again
            said = self._answered()
            self.asked = True
            return [*said, Transcribed(Role.USER, text, final=True)]
        if content.role is None or self._broken_into:
            return []
        if not content.final:
            self._planned.append(text)
            return [Transcribed(Role.ASSISTANT, " ".join(self._planned), final=False)]
        if self._planned:
            self._planned.popleft()
            self._sounding = max(self._sounding - 1, 0)
        return [*self._answer(), Transcribed(Role.ASSISTANT, text, final=True)]

    def _end(self, content: _Content, reason: object) -> list[Said]:
        if content.role is Role.USER:
            return []
        if reason == "INTERRUPTED":
            return self._interrupted()
        if not self.answering:
            return []
        if content.kind == "AUDIO" and reason == "END_TURN":
            self._audio_ended = True
        last = content.kind == "TEXT" and content.final and reason == "END_TURN"
        if self._audio_ended and (last or not self._planned):
            return self._answered()
        return []

    def _answered(self) -> list[Said]:
        if not self.answering:
            return []
        self._close()
        return [TurnEnded(Role.ASSISTANT)]

    def _interrupted(self) -> list[Said]:
        """Say so once, although the model says it of the audio, of the words, and in words."""
        if self._broken_into:
            return []
        sounding = list(self._planned)[: self._sounding]
        self._close()
        self._broken_into = True
        return [*(Transcribed(Role.ASSISTANT, each, final=True) for each in sounding), Interrupted()]

    def _close(self) -> None:
        self.answering = self._audio_ended = False
        self._sounding = 0
        self._planned.clear()

    def _usage(self, read: int, written: int) -> list[Said]:
        since = Used(max(read - self._read, 0), max(written - self._written, 0))
        self._read, self._written = read, written
        return [since] if since.input_tokens or since.output_tokens else []


def _stage(fields: object) -> object:
    """Return the ``generationStage`` of a content, which comes as JSON in a string."""
    try:
        decoded = msgspec.json.decode(fields) if isinstance(fields, str) else fields
    except (msgspec.DecodeError, RecursionError):
        return None
    return decoded.get("generationStage") if isinstance(decoded, dict) else None
