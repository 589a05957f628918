"""What Nova 2 Sonic is sent, as bytes, each event in JSON.

In this order: `setup`, `history`, `audio_start`, then any number of `audio` and at most one `question`, and
`ending`. The fake in `tests/nova/fake` refuses any other.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from functions.domain.replies.prompt import Turn

OUTPUT_RATE: Final = 24_000
"""Of what the assistant says, in Hz; the model speaks 8, 16 and 24 kHz."""
MOST_TEXT_BYTES: Final = 1_000
"""Of one ``textInput``, as it is written in JSON: the model takes 1 KB, and more of them in one block."""
_INFERENCE: Final = {"maxTokens": 1024, "topP": 0.9, "temperature": 0.7}
"""The model's own defaults, which have to be sent."""
_TEXT: Final = {"mediaType": "text/plain"}
_AUDIO: Final = "audio"


def setup(
    prompt: str, *, voice: str, system: str | None = None, endpointing: str | None = None
) -> list[bytes]:
    """Return what begins a stream: how the model speaks, and what it is told before the conversation.

    Parameters
    ----------
    prompt
        A name of the stream's own, that all of its events carry.
    endpointing
        ``HIGH``, ``MEDIUM`` or ``LOW``: how soon a pause ends a turn; None is the model's own.
    """
    start: dict[str, Any] = {"inferenceConfiguration": _INFERENCE}
    if endpointing is not None:
        start["turnDetectionConfiguration"] = {"endpointingSensitivity": endpointing}
    events = [
        _event("sessionStart", start),
        _event(
            "promptStart",
            {
                "promptName": prompt,
                "textOutputConfiguration": _TEXT,
                "audioOutputConfiguration": {**_lpcm(OUTPUT_RATE), "voiceId": voice},
            },
        ),
    ]
    if system:
        events += _text(prompt, "system", "SYSTEM", system)
    return events


def history(prompt: str, turns: Sequence[Turn]) -> list[bytes]:
    """Return what was said before; the first turn is the user's."""
    return [
        event
        for number, turn in enumerate(turns)
        for event in _text(prompt, f"history-{number}", turn.role.upper(), turn.text)
    ]


def audio_start(prompt: str, sample_rate: int) -> bytes:
    """Return what begins the person's audio: one container for all of it."""
    return _event(
        "contentStart",
        {
            "promptName": prompt,
            "contentName": _AUDIO,
            "type": "AUDIO",
            "interactive": True,
            "role": "USER",
            "audioInputConfiguration": _lpcm(sample_rate),
        },
    )


def audio(prompt: str, piece: bytes) -> bytes:
    """Return a piece of the person's audio."""
    # ten times a second for each speaker: base64 needs no escaping, and a prompt's name neither
    return b'{"event":{"audioInput":{"promptName":"%s","contentName":"%s","content":"%s"}}}' % (
        prompt.encode(),
        _AUDIO.encode(),
        b64encode(piece),
    )


def question(prompt: str, text: str) -> list[bytes]:
    """Return a text that the model answers; it may be sent once the audio has been started."""
    return _text(prompt, "question", "USER", text, interactive=True)


def ending(prompt: str, *, audio_started: bool) -> list[bytes]:
    """Return what ends a stream in peace."""
    container = [_end(prompt, _AUDIO)] if audio_started else []
    return [*container, _event("promptEnd", {"promptName": prompt}), _event("sessionEnd", {})]


def _text(prompt: str, content: str, role: str, text: str, *, interactive: bool = False) -> list[bytes]:
    start = {
        "promptName": prompt,
        "contentName": content,
        "type": "TEXT",
        "interactive": interactive,
        "role": role,
        "textInputConfiguration": _TEXT,
    }
    inputs = (
        _event("textInput", {"promptName": prompt, "contentName": content, "content": part})
        for part in _parts(text)
    )
    return [_event("contentStart", start), *inputs, _end(prompt, content)]


def _parts(text: str) -> Iterator[str]:
    """Cut a text so that each part has at most `MOST_TEXT_BYTES` in JSON."""
    part: list[str] = []
    size = 0
    for character in text:
        cost = len(msgspec.json.encode(character)) - 2
        if size + cost > MOST_TEXT_BYTES:
            yield "".join(part)
            part, size = [], 0
        part.append(character)
        size += cost
    if part:
        yield "".join(part)


def _lpcm(sample_rate: int) -> dict[str, Any]:
    return {
        "mediaType": "audio/lpcm",
        "sampleRateHertz": sample_rate,
        "sampleSizeBits": 16,
        "channelCount": 1,
        "audioType": "SPEECH",
        "encoding": "base64",
    }


def _end(prompt: str, content: str) -> bytes:
    return _event("contentEnd", {"promptName": prompt, "contentName": content})


def _event(name: str, value: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"event": {name: value}})
