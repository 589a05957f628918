"""Reads the text of a client's frame: as one of the protocol's types, or refused with the reason."""

import json
from typing import Any, Final
from unicodedata import normalize

import msgspec

from functions.domain.frames.nesting import exceeds
from functions.domain.frames.protocol import (
    CLIENT_TYPES,
    MAX_DEPTH,
    MAX_FRAME_BYTES,
    MAX_TEXT_CHARACTERS,
    Frame,
    TextMessage,
    TextMessageData,
)
from functions.domain.frames.voice_frames import MAX_AUDIO_BYTES
from functions.domain.mismatches import explain
from functions.domain.printable import PRINTABLE
from functions.domain.refusals import Refused

_decoder: Final = msgspec.json.Decoder(Frame)
_JSON_RULE: Final = "A frame is a JSON object, and its text is valid Unicode: no half of a surrogate pair."
_NO_JSON: Final = (msgspec.DecodeError, UnicodeError, RecursionError)
"""Besides bad syntax: lone surrogates, and nesting deeper than the interpreter's stack."""
_TEXT_RULE: Final = f"A text has at most {MAX_TEXT_CHARACTERS} characters."
_LIMITS: Final = (
    ("text", MAX_TEXT_CHARACTERS, _TEXT_RULE),
    ("audio", -(-MAX_AUDIO_BYTES // 3) * 4, f"A frame has at most {MAX_AUDIO_BYTES} bytes of audio."),
)
_TYPES: Final = ", ".join(sorted(CLIENT_TYPES))
_FRAME_RULE: Final = (
    f"A frame has at most {MAX_FRAME_BYTES} bytes, all that is around its data and all escapes included."
)


def _no_number(_digits: str) -> None:
    """Read no number: only an id is looked for, which is a string, and a number may have 100,000 digits."""


_tolerant: Final = json.JSONDecoder(strict=False, parse_int=_no_number, parse_float=_no_number)
"""Reads what a client may have meant for JSON: lone surrogates, control characters, NaN."""
_READABLE_CHARACTERS: Final = 128 * 1024
"""The gateway lets no longer message through, in however many frames (API Gateway quotas)."""
_READABLE_DEPTH: Final = 200
"""The tolerant reader crashes the interpreter where its stack ends."""


def parse(body: str) -> Frame:
    """Return the frame that a text holds.

    Raises
    ------
    Refused
        ``too_large``, ``invalid_json``, ``unknown_type`` or ``invalid_message``.
    """
    if len(body) > MAX_FRAME_BYTES or len(body.encode(errors="surrogatepass")) > MAX_FRAME_BYTES:
        raise Refused("too_large", _FRAME_RULE)
    if exceeds(body, MAX_DEPTH):
        raise Refused("invalid_json", f"A frame nests at most {MAX_DEPTH} deep.")
    try:
        frame: Frame = _decoder.decode(body)
    except msgspec.ValidationError as mismatch:
        raise _diagnose(body, mismatch) from None
    except _NO_JSON:
        raise Refused("invalid_json", _JSON_RULE) from None
    return _normalised(frame) if isinstance(frame, TextMessage) else frame


def id_of(body: str) -> str | None:
    """Return the client's own id of a frame, None if it has none that can be read.

    The text need not be a valid frame: too large, with half a surrogate pair in it, or of no known type.
    """
    if len(body) > _READABLE_CHARACTERS or exceeds(body, _READABLE_DEPTH):
        return None
    try:
        frame = _tolerant.decode(body)
    except ValueError:
        return None
    given = frame.get("id") if isinstance(frame, dict) else None
    return given if isinstance(given, str) and PRINTABLE.fullmatch(given) else None


def _normalised(frame: TextMessage) -> TextMessage:
    """Write a text in Unicode's composed form (NFC, annex 15), so that equal texts are equal bytes."""
    if frame.data.text.isascii():
        return frame
    text = normalize("NFC", frame.data.text)
    if len(text) > MAX_TEXT_CHARACTERS:  # some characters are longer composed than they were sent
        raise Refused("too_large", _TEXT_RULE)
    return msgspec.structs.replace(frame, data=TextMessageData(text))


def _diagnose(body: str, mismatch: msgspec.ValidationError) -> Refused:
    try:
        frame = msgspec.json.decode(body)
    except _NO_JSON:  # the mismatch came before the bad syntax
        return Refused("invalid_json", _JSON_RULE)
    if not isinstance(frame, dict):
        return Refused("invalid_message", "A frame is a JSON object with a type.")
    kind = frame.get("type")
    if isinstance(kind, str) and not kind.startswith("$") and kind not in CLIENT_TYPES:
        return Refused("unknown_type", f"No such type of frame. There are {_TYPES}.")
    for name, limit, rule in _LIMITS:
        if _exceeds(frame.get("data"), name, limit):
            return Refused("too_large", rule)
    return Refused("invalid_message", explain(mismatch, Frame))


def _exceeds(data: Any, name: str, limit: int) -> bool:
    return isinstance(data, dict) and isinstance(data.get(name), str) and len(data[name]) > limit
