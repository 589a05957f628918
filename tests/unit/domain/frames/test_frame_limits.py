"""How large a frame may be, and what its refusal tells."""

import base64
import json

import pytest

from functions.domain.frames.parsing import parse
from functions.domain.frames.protocol import MAX_FRAME_BYTES, MAX_TEXT_CHARACTERS, Ping
from functions.domain.frames.voice_frames import MAX_AUDIO_BYTES, MAX_SEQ
from tests.unit.domain.frames.bodies import refused, text, voice

ENVELOPE = {"id": "~" * 128, "timestamp": "\u00e4" * 64}
"""The most that may be around the data of a frame."""


def test_a_wrong_shape_is_told_where_it_is() -> None:
    assert refused(voice(seq="0")).message == "Expected `int`, got `str` - at `$.data.seq`"


def test_what_is_told_never_grows_with_what_was_sent() -> None:
    assert len(refused({"type": "ping", "id": {"x" * 5_000: 1}}).message) <= 200
    assert len(refused({**voice(), "data": "x" * 5_000}).message) <= 200


def test_a_frame_of_the_largest_text_is_not_too_large_for_another_reason() -> None:
    assert refused({**text("x" * MAX_TEXT_CHARACTERS), "id": ""}).code == "invalid_message"


@pytest.mark.parametrize("character", ["a", "\u00e4", "\U0001f600"])
def test_a_text_may_have_8000_characters_however_long_they_are(character: str) -> None:
    longest = text(character * MAX_TEXT_CHARACTERS)
    assert parse(json.dumps({**longest, **ENVELOPE}, ensure_ascii=False))

    verdict = refused(json.dumps(text(character * (MAX_TEXT_CHARACTERS + 1)), ensure_ascii=False))

    assert verdict.code == "too_large"
    assert verdict.message == "A text has at most 8000 characters."


def test_a_text_that_does_not_fit_with_its_escapes_is_too_large() -> None:
    verdict = refused(json.dumps(text("\U0001f600" * 3_000)))

    assert verdict.code == "too_large"
    assert verdict.message == (
        "A frame has at most 32768 bytes, all that is around its data and all escapes included."
    )


def test_a_frame_of_speech_may_have_24000_bytes_of_audio() -> None:
    most = base64.b64encode(bytes(MAX_AUDIO_BYTES)).decode()
    more = base64.b64encode(bytes(MAX_AUDIO_BYTES + 1)).decode()

    assert parse(json.dumps({**voice(audio=most, seq=MAX_SEQ), **ENVELOPE}))
    assert refused(voice(audio=more)).code == "too_large"
    assert refused(voice(audio=more)).message == "A frame has at most 24000 bytes of audio."


def test_a_voice_may_have_the_longest_names_and_numbers() -> None:
    assert parse(json.dumps(voice(seq=MAX_SEQ)))
    assert parse(json.dumps({"type": "voice_start", "data": {"voice": "v" * 64}}))
    assert parse(json.dumps({"type": "ping", "id": "~" * 128})).id == "~" * 128


@pytest.mark.parametrize(("filler", "size"), [("a", 1), ("\u00e4", 2), ("\ud800", 3)])
def test_a_frame_may_have_32_kib_in_utf_8(filler: str, size: int) -> None:
    shell = len('{"type": "ping", "x": ""}')
    spare = MAX_FRAME_BYTES - shell
    most = '{"type": "ping", "x": "' + filler * (spare // size) + "a" * (spare % size) + '"}'

    verdict = refused(most + " ")

    assert len(most.encode(errors="surrogatepass")) == MAX_FRAME_BYTES
    assert verdict.code == "too_large"
    if size < 3:
        assert parse(most) == Ping()
    else:
        assert refused(most).code == "invalid_json"
