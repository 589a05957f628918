"""What may be sent to Nova 2 Sonic, in which order and of which size: whatever else is sent is refused."""

import binascii
import json
from base64 import b64decode
from collections.abc import Callable
from typing import Any, Final, NamedTuple

MOST_TEXT: Final = 1_024
MOST_HISTORY: Final = 40 * 1_024
RATES: Final = frozenset({8_000, 16_000, 24_000})
VOICES: Final = frozenset({"matthew", "tiffany", "amy", "lupe", "carlos"})
SENSITIVITIES: Final = frozenset({"HIGH", "MEDIUM", "LOW"})


class RefusedError(Exception):
    """An event that the model does not take."""


class Heard(NamedTuple):
    """A piece of the person's audio."""

    audio: bytes


class Asked(NamedTuple):
    """A text that is to be answered."""

    text: str


class Over(NamedTuple):
    """The session was ended in peace."""


Taken = Heard | Asked | Over


class Automaton:
    """One session.

    Attributes
    ----------
    rate
        Of the person's audio, 0 before it has begun.
    told
        The texts that it was told before the audio: their roles and what they say.
    """

    def __init__(self) -> None:
        self.rate = 0
        self.told: list[tuple[str, str]] = []
        self._after = "nothing"
        self._prompt = ""
        self._names: set[str] = set()
        self._audio: str | None = None
        self._audio_ended = False
        self._text: tuple[str, str, bool] | None = None
        self._parts: list[str] = []

    def take(self, event: bytes) -> Taken | None:
        """Take an event; return what it tells the model, if anything."""
        try:
            ((kind, value),) = json.loads(event)["event"].items()
        except (ValueError, KeyError, AttributeError) as error:
            raise RefusedError("no event") from error
        if kind not in {"sessionStart", "sessionEnd"}:
            self._named(kind, value)
        steps: dict[str, Callable[[Any], Taken | None]] = {
            "sessionStart": self._session_start,
            "promptStart": self._prompt_start,
            "contentStart": self._content_start,
            "textInput": self._text_input,
            "audioInput": self._audio_input,
            "contentEnd": self._content_end,
            "promptEnd": self._prompt_end,
            "sessionEnd": self._session_end,
        }
        _hold(kind in steps, f"an unknown event: {kind}")
        return steps[kind](value)

    def _need(self, state: str, kind: str) -> None:
        _hold(self._after == state, f"{kind} after {self._after}")

    def _named(self, kind: str, value: dict[str, Any]) -> None:
        if kind != "promptStart":
            _hold(value.get("promptName") == self._prompt, f"{kind} of another prompt")

    def _prompt_end(self, _: dict[str, Any]) -> None:
        self._need("promptStart", "promptEnd")
        _hold(self._audio is None and self._text is None, "a content is open at promptEnd")
        self._after = "promptEnd"

    def _session_end(self, _: dict[str, Any]) -> Over:
        self._need("promptEnd", "sessionEnd")
        self._after = "sessionEnd"
        return Over()

    def _session_start(self, value: dict[str, Any]) -> None:
        self._need("nothing", "sessionStart")
        inference = value["inferenceConfiguration"]
        _hold(set(inference) == {"maxTokens", "topP", "temperature"}, "inferenceConfiguration")
        if "turnDetectionConfiguration" in value:
            sensitivity = value["turnDetectionConfiguration"]["endpointingSensitivity"]
            _hold(sensitivity in SENSITIVITIES, "endpointingSensitivity")
        self._after = "sessionStart"

    def _prompt_start(self, value: dict[str, Any]) -> None:
        self._need("sessionStart", "promptStart")
        self._prompt = value["promptName"]
        _hold(bool(self._prompt), "a prompt without a name")
        output = value["audioOutputConfiguration"]
        _lpcm(output)
        _hold(output["voiceId"] in VOICES, "voiceId")
        _hold(value["textOutputConfiguration"] == {"mediaType": "text/plain"}, "textOutputConfiguration")
        self._after = "promptStart"

    def _content_start(self, value: dict[str, Any]) -> None:
        self._need("promptStart", "contentStart")
        name = value["contentName"]
        _hold(name not in self._names, "a content of a name that was there")
        _hold(self._text is None, "a content in a content")
        self._names.add(name)
        if value["type"] == "AUDIO":
            _hold(value["role"] == "USER" and value["interactive"] is True, "audio that is not interactive")
            _hold(self._audio is None and not self._audio_ended, "a second container of audio")
            _lpcm(value["audioInputConfiguration"])
            self.rate = value["audioInputConfiguration"]["sampleRateHertz"]
            self._audio = name
            return
        _hold(value["type"] == "TEXT", "type")
        _hold(value["textInputConfiguration"] == {"mediaType": "text/plain"}, "textInputConfiguration")
        self._text = (name, value["role"], value["interactive"])
        self._parts = []
        self._may_be_told(value["role"], interactive=value["interactive"])

    def _may_be_told(self, role: str, *, interactive: bool) -> None:
        if interactive:
            _hold(role == "USER", "a question of somebody else")
            _hold(self._audio is not None, "a question before the audio")
            return
        _hold(self.rate == 0, "history after the audio")
        if role == "SYSTEM":
            _hold(not self.told, "a system text after history")
            return
        _hold(role in {"USER", "ASSISTANT"}, "role")
        said = [each for each, _ in self.told if each != "SYSTEM"]
        _hold(bool(said) or role == "USER", "history that does not begin with the user")

    def _text_input(self, value: dict[str, Any]) -> None:
        _hold(self._text is not None and value["contentName"] == self._text[0], "text outside of its content")
        _hold(
            0 < len(json.dumps(value["content"], ensure_ascii=False).encode()) - 2 <= MOST_TEXT, "textInput"
        )
        self._parts.append(value["content"])

    def _audio_input(self, value: dict[str, Any]) -> Heard:
        _hold(
            self._audio is not None and value["contentName"] == self._audio, "audio outside of its container"
        )
        try:
            audio = b64decode(value["content"], validate=True)
        except binascii.Error as error:
            raise RefusedError("audio that is no base64") from error
        _hold(len(audio) > 0 and len(audio) % 2 == 0, "audio that is no samples")
        return Heard(audio)

    def _content_end(self, value: dict[str, Any]) -> Asked | None:
        name = value["contentName"]
        if name == self._audio:
            self._audio, self._audio_ended = None, True
            return None
        _hold(self._text is not None and name == self._text[0], "the end of no content")
        assert self._text is not None
        _, role, interactive = self._text
        text, self._text = "".join(self._parts), None
        _hold(bool(text), "a content without text")
        if interactive:
            return Asked(text)
        self.told.append((role, text))
        size = sum(len(each.encode()) for role, each in self.told if role != "SYSTEM")
        _hold(size <= MOST_HISTORY, "more than 40 KB of history")
        return None


def _lpcm(format_: dict[str, Any]) -> None:
    expected = {"mediaType": "audio/lpcm", "sampleSizeBits": 16, "channelCount": 1}
    expected |= {"audioType": "SPEECH", "encoding": "base64"}
    _hold(all(format_.get(name) == value for name, value in expected.items()), "format of audio")
    _hold(format_.get("sampleRateHertz") in RATES, "sampleRateHertz")


def _hold(holds: bool, rule: str) -> None:  # noqa: FBT001 - a rule is read with what it is about
    if not holds:
        raise RefusedError(rule)
