"""Frames as text: what is taken, and why the rest is not."""

import json
from typing import Any

import pytest

from functions.domain.frames.parsing import parse
from functions.domain.frames.protocol import (
    CLIENT_TYPES,
    Ping,
    TextMessage,
    TextMessageData,
)
from functions.domain.frames.voice_frames import (
    MAX_SEQ,
    VoiceData,
    VoiceDataData,
    VoiceEnd,
    VoiceEndData,
    VoiceListen,
    VoiceListenData,
    VoicePlayed,
    VoicePlayedData,
    VoiceStart,
    VoiceStartData,
)
from tests.unit.domain.frames.bodies import SESSION, refused, text, voice


@pytest.mark.parametrize(
    ("body", "frame"),
    [
        ({"type": "ping"}, Ping()),
        (text("hi"), TextMessage(data=TextMessageData("hi"))),
        ({"type": "voice_start"}, VoiceStart()),
        (
            {"type": "voice_start", "data": {"sampleRate": 24000, "encoding": "lpcm", "voice": "tiffany"}},
            VoiceStart(data=VoiceStartData(24000, "lpcm", "tiffany")),
        ),
        (voice(seq=7), VoiceData(data=VoiceDataData(SESSION, 7, b"\0\0\0"))),
        (
            {"type": "voice_end", "data": {"voiceSessionId": SESSION, "lastSeq": -1}},
            VoiceEnd(data=VoiceEndData(SESSION, -1)),
        ),
        (
            {"type": "voice_played", "data": {"voiceSessionId": SESSION, "turn": 3, "ms": 1_250}},
            VoicePlayed(data=VoicePlayedData(SESSION, 3, 1_250)),
        ),
        (
            {"type": "voice_listen", "data": {"voiceSessionId": SESSION}},
            VoiceListen(data=VoiceListenData(SESSION, audio=True)),
        ),
    ],
)
def test_every_type_of_frame_is_read(body: dict[str, Any], frame: object) -> None:
    assert parse(json.dumps(body)) == frame


def test_the_clients_types_are_these() -> None:
    of_feeds = {"resume", "history", "ack", "text_cancel", "sessions"}
    of_speech = {"voice_start", "voice_data", "voice_end", "voice_played", "voice_listen"}
    assert {"ping", "text_message", *of_speech, *of_feeds} == CLIENT_TYPES


def test_a_voice_session_is_16_khz_unless_it_says_otherwise() -> None:
    assert VoiceStart().data == VoiceStartData(16000, "lpcm", None)


def test_id_and_timestamp_are_the_clients_own() -> None:
    assert parse('{"type": "ping", "id": "a-1", "timestamp": "2026-11-23T05:12:00Z"}').id == "a-1"
    assert parse('{"type": "ping", "timestamp": 1795410720123}').timestamp == 1_795_410_720_123


def test_unknown_fields_are_ignored() -> None:
    body = {**text("hi"), "userId": "mallory", "more": {"deep": []}}
    body["data"]["font"] = "Comic Sans"

    assert parse(json.dumps(body)) == TextMessage(data=TextMessageData("hi"))


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ",
        "hello",
        "{",
        '{"type": "ping"} x',
        '{"type": "ping",}',
        "{'type': 'ping'}",
        '{"type": "ping", "timestamp": NaN}',
        '{"type": "ping", "x": Infinity}',
        '{"type": "ping", "x": 01}',
        '{"type": "ping", "x": "\x00"}',
        '{"type": "\\ud800"}',
        '{"type": "text_message", "data": {"text": "\\ud800"}}',
        '{"type": "text_message", "data": {"text": "\ud800"}}',
        '\ufeff{"type": "ping"}',
        '{"type": 7, "x": NaN}',
        '{"type": 7, "x": ',
    ],
)
def test_what_no_json_parser_should_take_is_invalid_json(body: str) -> None:
    verdict = refused(body)

    assert verdict.code == "invalid_json"
    assert (
        verdict.message
        == "A frame is a JSON object, and its text is valid Unicode: no half of a surrogate pair."
    )


@pytest.mark.parametrize(
    "body",
    [
        '{"type": "ping", "x": ' + "[" * 32_000,
        '{"type": "ping", "x": ' + "[" * 16_000 + "]" * 16_000 + "}",
        '{"type": 7, "x": ' + '{"x":' * 5_000 + "0" + "}" * 5_000 + "}",
        '{"type": "ping", "x": ' + "[" * 32 + "]" * 32 + "}",
        '{"type": "ping", "x": "\\"[", "y": ' + "[{}," * 32,
    ],
)
def test_what_nests_deeper_than_32_is_invalid_json(body: str) -> None:
    verdict = refused(body)

    assert (verdict.code, verdict.message) == ("invalid_json", "A frame nests at most 32 deep.")


@pytest.mark.parametrize("nested", ["[" * 31 + "]" * 31, '"' + "[" * 500 + '"', "[" + "[],{}," * 50 + "[]]"])
def test_what_nests_no_deeper_is_read(nested: str) -> None:
    assert parse('{"type": "ping", "x": ' + nested + "}")


def test_a_text_is_kept_in_its_composed_form() -> None:
    decomposed = "Cafe\u0301 \u1112\u1161\u11ab"

    taken = parse(json.dumps(text(decomposed)))

    assert taken == TextMessage(data=TextMessageData("Caf\u00e9 \ud55c"))


def test_a_text_that_is_too_long_in_its_composed_form_is_too_large() -> None:
    verdict = refused(json.dumps(text("\ufb2c" * 8_000), ensure_ascii=False))

    assert verdict.code == "too_large"


@pytest.mark.parametrize("timestamp", ["x" * 65, 1e17, -1e17, [], True])
def test_a_timestamp_is_short_or_a_number_of_this_age(timestamp: object) -> None:
    assert refused({"type": "ping", "timestamp": timestamp}).code == "invalid_message"


@pytest.mark.parametrize("timestamp", [1e17, -1e17])
def test_both_bounds_of_a_timestamp_are_told_in_words(timestamp: float) -> None:
    assert refused({"type": "ping", "timestamp": timestamp}).message == (
        "Expected a text of at most 64 characters, or a number up to ±9007199254740992 - at `$.timestamp`"
    )


@pytest.mark.parametrize("body", ["null", "7", '"ping"', "[]", '[{"type": "ping"}]', "true"])
def test_json_that_is_no_object_is_an_invalid_message(body: str) -> None:
    verdict = refused(body)

    assert verdict.code == "invalid_message"
    assert verdict.message == "A frame is a JSON object with a type."


@pytest.mark.parametrize("kind", ["pong", "PING", "ping ", "", "default", "text_ack"])
def test_a_type_that_no_client_sends_is_unknown(kind: str) -> None:
    verdict = refused({"type": kind})

    assert verdict.code == "unknown_type"
    assert verdict.message == (
        "No such type of frame. There are ack, history, ping, resume, sessions, text_cancel, text_message, "
        "voice_data, voice_end, voice_listen, voice_played, voice_start."
    )


@pytest.mark.parametrize("kind", ["$connect", "$disconnect", "$default"])
def test_a_body_that_names_a_lifecycle_route_is_an_invalid_message(kind: str) -> None:
    assert refused({"type": kind}).code == "invalid_message"


@pytest.mark.parametrize("body", [{}, {"type": None}, {"type": 7}, {"type": ["ping"]}, {"data": {}}])
def test_a_frame_without_a_type_is_an_invalid_message(body: dict[str, Any]) -> None:
    assert refused(body).code == "invalid_message"


@pytest.mark.parametrize(
    "body",
    [
        {"type": "text_message"},
        {"type": "text_message", "data": None},
        {"type": "text_message", "data": "hi"},
        text(""),
        text(None),
        text(7),
        {"type": "voice_start", "data": None},
        {"type": "voice_start", "data": {"sampleRate": 44100}},
        {"type": "voice_start", "data": {"sampleRate": "16000"}},
        {"type": "voice_start", "data": {"sampleRate": 16000.0}},
        {"type": "voice_start", "data": {"encoding": "opus"}},
        {"type": "voice_start", "data": {"voice": "../../etc"}},
        {"type": "voice_start", "data": {"voice": "v" * 65}},
        {"type": "voice_start", "data": {"voice": "tiffany\n"}},
        voice(seq=-1),
        voice(seq=MAX_SEQ + 1),
        voice(seq=10**23),
        voice(seq=1.5),
        voice(seq=True),
        voice(seq="0"),
        voice(audio=""),
        voice(audio="A==="),
        voice(audio="AA A"),
        voice(audio="AAA"),
        voice(audio="-_-_"),
        voice(audio=7),
        voice(voiceSessionId=""),
        voice(voiceSessionId=SESSION.lower()),
        voice(voiceSessionId="8" + SESSION[1:]),
        voice(voiceSessionId=SESSION + "\n"),
        voice(voiceSessionId=SESSION + "A"),
        voice(voiceSessionId="U" * 26),
        {"type": "voice_end", "data": {"voiceSessionId": SESSION}},
        {"type": "voice_end", "data": {"voiceSessionId": SESSION, "lastSeq": -2}},
        {"type": "voice_end", "data": {"voiceSessionId": SESSION, "lastSeq": MAX_SEQ + 1}},
        {"type": "ping", "id": ""},
        {"type": "ping", "id": 7},
        {"type": "ping", "id": "a b"},
        {"type": "ping", "id": "ä"},
        {"type": "ping", "id": "a\n"},
        {"type": "ping", "id": "i" * 129},
        {"type": "ping", "timestamp": []},
    ],
)
def test_a_wrong_shape_is_an_invalid_message(body: dict[str, Any]) -> None:
    assert refused(body).code == "invalid_message"
