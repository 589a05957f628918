"""How large a frame may be, and what its refusal tells."""

import base64
import json
from typing import Any

import pytest

from functions.domain.frames.parsing import parse
from functions.domain.frames.protocol import (
    MAX_AUDIO_BYTES,
    MAX_FRAME_BYTES,
    MAX_SEQ,
    MAX_TEXT_CHARACTERS,
    Ping,
)
from tests.unit.domain.frames.bodies import refused, text, voice


def test_a_wrong_shape_is_told_where_it_is() -> None:
    assert refused(voice(seq="0")).message == "Expected `int`, got `str` - at `$.data.seq`"


def test_what_is_told_never_grows_with_what_was_sent() -> None:
    assert len(refused({"type": "$" + "x" * 5_000}).message) == 200


def test_a_frame_of_the_largest_text_is_not_too_large_for_another_reason() -> None:
    assert refused({**text("x" * MAX_TEXT_CHARACTERS), "id": ""}).code == "invalid_message"


@pytest.mark.parametrize("character", ["a", "\u00e4", "\U0001f600"])
def test_a_text_may_have_8000_characters_however_long_they_are(character: str) -> None:
    assert parse(json.dumps(text(character * MAX_TEXT_CHARACTERS), ensure_ascii=False))

    verdict = refused(text(character * (MAX_TEXT_CHARACTERS + 1)))

    assert verdict.code == "too_large"
    assert verdict.message == "A text has at most 8000 characters."


def test_a_frame_of_speech_may_have_24_kib_of_audio() -> None:
    most = base64.b64encode(bytes(MAX_AUDIO_BYTES)).decode()
    more = base64.b64encode(bytes(MAX_AUDIO_BYTES + 1)).decode()

    assert parse(json.dumps(voice(audio=most)))
    assert refused(voice(audio=more)).code == "too_large"
    assert refused(voice(audio=more)).message == "A frame has at most 24576 bytes of audio."


def test_a_voice_may_have_the_longest_names_and_numbers() -> None:
    assert parse(json.dumps(voice(seq=MAX_SEQ)))
    assert parse(json.dumps({"type": "voice_start", "data": {"voice": "v" * 64}}))
    assert parse(json.dumps({"type": "ping", "id": "~" * 128})).id == "~" * 128


@pytest.mark.parametrize(("filler", "size"), [("a", 1), ("\u00e4", 2), ("\ud800", 3)])
def test_a_frame_may_have_128_kib_in_utf_8(filler: str, size: int) -> None:
    shell = len('{"type": "ping", "x": ""}')
    spare = MAX_FRAME_BYTES - shell
    most = '{"type": "ping", "x": "' + filler * (spare // size) + "a" * (spare % size) + '"}'

    verdict = refused(most + " ")

    assert len(most.encode(errors="surrogatepass")) == MAX_FRAME_BYTES
    assert verdict.code == "too_large"
    assert verdict.message == "A frame has at most 131072 bytes."
    if size < 3:
        assert parse(most) == Ping()
    else:
        assert refused(most).code == "invalid_json"


@pytest.mark.parametrize(
    "body",
    [
        {"type": "ponder", "id": "m-1"},
        {"type": "$connect", "id": "m-1"},
        {"type": "text_message", "id": "m-1"},
        {**text("x" * 8_001), "id": "m-1"},
    ],
)
def test_a_refusal_names_the_clients_id(body: dict[str, Any]) -> None:
    assert refused(body).client_id == "m-1"


@pytest.mark.parametrize("client_id", [7, None, "", "a b", "i" * 129, ["m-1"], "a\n"])
def test_a_refusal_repeats_no_id_that_is_none(client_id: object) -> None:
    assert refused({"type": "ponder", "id": client_id}).client_id is None
