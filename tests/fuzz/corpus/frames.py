"""Bodies of frames that somebody thought of, by what they try. The schema's oracle says which are frames."""

import json
from typing import Any, Final

from functions.domain.frames.protocol import MAX_DEPTH, MAX_FRAME_BYTES, MAX_TEXT_CHARACTERS
from functions.domain.frames.voice_frames import MAX_AUDIO_BYTES
from functions.domain.log.ids import lowest
from tests.gateway_events import CONNECTED_AT

SESSION: Final = lowest(CONNECTED_AT + 1)
"""A voice session that may be open."""


def _text(text: str, **more: Any) -> str:
    return json.dumps({"type": "text_message", "data": {"text": text}, **more}, ensure_ascii=False)


def _with(member: str) -> str:
    return f'{{"type": "ping", "x": {member}}}'


def _speech(audio: str = "AAAA", seq: str = "0", session: str = SESSION) -> str:
    data = f'{{"voiceSessionId": {json.dumps(session)}, "seq": {seq}, "audio": {json.dumps(audio)}}}'
    return f'{{"type": "voice_data", "data": {data}}}'


def _end(last: str, session: str = SESSION) -> str:
    data = f'{{"voiceSessionId": {json.dumps(session)}, "lastSeq": {last}}}'
    return f'{{"type": "voice_end", "data": {data}}}'


def _id(client_id: Any) -> str:
    return json.dumps({"type": "text_message", "id": client_id, "data": {"text": "x"}})


_NUMBERS: Final = [
    *("-2", "-1", "-0", "0", "1", "2147483646", "2147483647", "2147483648", "4294967296"),
    *("9007199254740992", "9007199254740993", "18446744073709551616", "1.0", "1e0", "1E+2", "0.5", "true"),
    *("null", '"1"', "[1]", "01", "+1", "1.", ".5", "1e", "0x1", "1_000", "\u0661", "1" + "0" * 5_000),
]
_WRONG: Final = ["null", "true", "1", "1.5", '""', '"x"', "[]", "{}", "[{}]", '[["text", "x"]]']

_FORMATS: Final[list[Any]] = [
    *({"encoding": "LPCM"}, {"encoding": ""}, {"encoding": None}, {"voice": ""}, {"voice": "v\n"}, []),
    *({"voice": "v" * 64}, {"voice": "v" * 65}, {"voice": "tiffany/../x"}, {"voice": "\u0456"}),
]
_IDS: Final[list[Any]] = [
    *(
        "",
        " ",
        "a b",
        "a\n",
        "\na",
        "a\x00",
        "a\x7f",
        "\u0430dmin",
        "a\u200b",
        "\u202eabc",
        "e\u0301",
        "\ufeffa",
    ),
    *(
        "x" * 128,
        "x" * 129,
        "!",
        "~",
        "#",
        "a#b",
        "session#s-1",
        "%0a",
        "..",
        '"',
        "\\",
        "$context.x",
        "\ud800",
    ),
    *(1, None, True, [], {}, "01M83D2XSECRETSECRETSECRET", "\u00e9", "\uff21", "\U0001f600", "null"),
]

CORPUS: Final[dict[str, list[str]]] = {
    "nothing, or next to it": ["", " ", "\n", "\x00", "{", "}", '"', "[]", "{}", "null", "true", "0", '""'],
    "not JSON, but close": [
        *("{'type': 'ping'}", "{type: 'ping'}", '{"type": "ping",}', '{"type" "ping"}', '{"type": ping}'),
        *('{"type": "ping"', '{"type": "ping"}}', '{"type": "pi', '{"type": "ping"\\}', '("type": "ping")'),
    ],
    "comments": ['{"type": "ping" /* x */}', '// x\n{"type": "ping"}', '{"type": "ping"} # x'],
    "something behind the frame": [
        *(
            '{"type": "ping"} x',
            '{"type": "ping"}\x00',
            '{"type": "ping"}{"type": "ping"}',
            '{"type": "ping"},',
        ),
        *('{"type": "ping"}\n{"type": "ping"}', '{"type": "ping"}\n\n', '{"type": "ping"}\u2028'),
    ],
    "blanks that JSON does not know": [
        *('\ufeff{"type": "ping"}', '\u00a0{"type": "ping"}', '{\x0b"type": "ping"}', '{"type":\x0c"ping"}'),
    ],
    "bytes that were no UTF-8": [
        *(
            '{"type": "p\xefng"}',
            "\xff\xfe{\x00}\x00",
            '{"type": "text_message", "data": {"text": "\xc3\x28"}}',
        ),
        '{"type": "text_message", "data": {"text": "\xed\xa0\x80"}}',
    ],
    "two members of one name": [
        *('{"type": "ping", "type": "$connect"}', '{"type": "$connect", "type": "ping"}'),
        *('{"type": "voice_data", "type": "ping"}', '{"type": "ping", "id": "a", "id": 1}'),
        '{"type": "text_message", "data": {"text": "x"}, "data": {"text": ""}}',
        '{"type": "text_message", "data": {"text": "", "text": "x"}}',
        '{"type": "ping", "\\u0074ype": "text_message"}',
    ],
    "the type, in other words": [
        *('{"\\u0074ype": "ping"}', '{"type": "p\\u0069ng"}', '{"Type": "ping"}', '{"type ": "ping"}'),
        *('{"type": "PING"}', '{"type": "ping "}', '{"type": "ping\\n"}', '{"type": "ping\\u0000"}'),
        *('{"type": "p\u0456ng"}', '{"type": "ping\u200b"}', '{"type": "\uff50ing"}', '{"type": ["ping"]}'),
        *('{"data": {"type": "ping"}}', '[{"type": "ping"}]', '"{\\"type\\": \\"ping\\"}"', '{"type": null}'),
    ],
    "routes and frames that are not a client's": [
        json.dumps({"type": kind, "data": {"text": "x"}})
        for kind in ("$connect", "$disconnect", "$default", "$other", "$", "", "pong", "error", "text_ack")
    ],
    "names that mean something elsewhere": [
        *('{"type": "ping", "__proto__": {"admin": true}}', '{"__proto__": {"type": "ping"}}'),
        *('{"type": "constructor"}', '{"type": "__class__"}', '{"type": "ping", "constructor": {"x": 1}}'),
        '{"type": "ping", "$ref": "#/$defs/Ping", "@type": "java.lang.Runtime"}',
        '{"type": "ping", "userId": "bob", "connectionId": "other", "requestContext": {"authorizer": {}}}',
    ],
    "text that somebody might fill in or run": [
        _text(text)
        for text in (
            *("$context.authorizer.userId", "${jndi:ldap://x/a}", "{{7*7}}", "%s%n%x", "%00", "%0d%0a"),
            *("'; DROP TABLE events; --", "<script>alert(1)</script>", '{"type": "ping"}', "$input.body"),
            *("#set($x = 1)", "\x1b[2J", "=1+1", "../../etc/passwd", "a\r\nX-Header: 1", "\\u0000", "\\"),
        )
    ],
    "nesting at the bound and beyond": [
        body
        for levels in (MAX_DEPTH - 2, MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1, 200, 1_000, 5_000, 60_000)
        for body in (
            _with("[" * levels + "]" * levels),
            _with('{"x": ' * levels + "0" + "}" * levels),
            '{"x": ' * levels + '{"type": "ping"}' + "}" * levels,
            _with("[" * levels),
        )
    ],
    "brackets that nest nothing": [_with(json.dumps("[" * 5_000)), _with('"\\"' + "{" * 99 + '"'), "]" * 999],
    "numbers, in a field that nobody reads": [
        _with(number) for number in (*_NUMBERS, "1e999", "-1e999", "-")
    ],
    "what no JSON has for a number": [
        _with(word) for word in ("NaN", "Infinity", "-Infinity", "nan", "undefined")
    ],
    "numbers of audio frames": [_speech(seq=number) for number in _NUMBERS],
    "numbers of last frames": [_end(number) for number in _NUMBERS],
    "times of any kind": [
        f'{{"type": "ping", "timestamp": {time}}}'
        for time in (*_NUMBERS, "1e999", "1e16", "NaN", '"' + "x" * 64 + '"', '"' + "x" * 65 + '"', "{}")
    ],
    "rates of audio": [
        f'{{"type": "voice_start", "data": {{"sampleRate": {rate}}}}}'
        for rate in ("8000", "8000.0", "16000", "24000", "44100", '"16000"', "-8000", "1.6e4", "true", "null")
    ],
    "kinds and voices of audio": [json.dumps({"type": "voice_start", "data": data}) for data in _FORMATS],
    "wrong types for each field": [
        body
        for wrong in _WRONG
        for body in (
            *(
                f'{{"type": {wrong}}}',
                f'{{"type": "ping", "id": {wrong}}}',
                f'{{"type": "ping", "data": {wrong}}}',
            ),
            *(f'{{"type": "text_message", "data": {wrong}}}', f'{{"type": "voice_start", "data": {wrong}}}'),
            *(f'{{"type": "text_message", "data": {{"text": {wrong}}}}}', _speech(seq=wrong), _end(wrong)),
            f'{{"type": "voice_data", "data": {{"voiceSessionId": {wrong}, "seq": 0, "audio": {wrong}}}}}',
        )
    ],
    "fields that are missing": [
        *('{"type": "text_message"}', '{"type": "text_message", "data": {}}', '{"type": "voice_data"}'),
        *('{"type": "voice_end"}', '{"type": "voice_start"}', '{"type": "ping"}', '{"data": {"text": "x"}}'),
        *('{"type": "voice_end", "data": {"lastSeq": 1}}', '{"type": "text_message", "text": "x"}'),
    ],
    "base64, almost": [
        _speech(audio)
        for audio in (
            *(
                "",
                "A",
                "AA",
                "AAA",
                "AAAA",
                "AA==",
                "AB==",
                "AAA=",
                "AAB=",
                "A===",
                "====",
                "=",
                "AAAA====",
                "=AAA",
            ),
            *(
                "AA=A",
                "AA==AA==",
                "AA AA",
                "AAAA\n",
                "-_-_",
                "+/+/",
                "AAA\u0410",
                "\u200bAAAA",
                "AAAA\x00",
                "\ud800",
            ),
            *("%41%41%3D%3D", "data:audio/wav;base64,AAAA", "QUJD" * 4 + "!", "{}", "AAAA;AAAA"),
        )
    ],
    "audio at its limit and beyond": [
        _speech("AAAA" * (MAX_AUDIO_BYTES // 3)),
        _speech("AAAA" * (MAX_AUDIO_BYTES // 3) + "AA=="),
        _speech("AAAA" * (MAX_AUDIO_BYTES // 3) + "="),
        _speech("AAAA" * (MAX_AUDIO_BYTES // 3 + 1)),
    ],
    "ids of voice sessions": [
        _end("0", session)
        for session in (
            *(SESSION.lower(), SESSION + "\n", SESSION[:-1], SESSION + "0", "7" + "Z" * 25, "8" + "0" * 25),
            *("Z" * 26, "0" * 26, "I" + SESSION[1:], "L" + SESSION[1:], "O" + SESSION[1:], "U" + SESSION[1:]),
            *("0" * 25 + "U", " " + SESSION, "01M83D2XSECRETSECRETSECRET", "\u0660" + SESSION[1:], ""),
            *(SESSION.replace("0", "\uff10"), SESSION[:13] + "\x00" + SESSION[14:], "-" + SESSION[1:]),
        )
    ],
    "ids of the client's own": [_id(client_id) for client_id in _IDS],
    "ids in what is refused": [
        f'{{"id": "m-1", "type": "ping", "x": {rest}}}'
        for rest in (
            *(
                '"\\ud83d"',
                '"\ud83d"',
                '"\n"',
                "NaN",
                "1e",
                "1" * 5_000,
                "[" * 40 + "]" * 40,
                '"' + "x" * 40_000 + '"',
            ),
            *("[" * 190 + "]" * 190, "[" * 5_000 + "]" * 5_000, '"x', '0, "id": "m-2"', '0, "id": 7'),
        )
    ],
    "letters that are not what they seem, in a text": [
        _text(text)
        for text in (
            *(
                "\u0000",
                "\x07",
                "\x1b",
                "\x7f",
                "\x85",
                "\u2028",
                "\u202e",
                "\u200b",
                "\ufeff",
                "\ufffe",
                "\ufdd0",
            ),
            *(
                "e\u0301",
                "\u212b",
                "\u2126",
                "\uac00",
                "\u1100\u1161",
                "\ufb01",
                "\U000e0041",
                "a" + "\u0301" * 500,
            ),
        )
    ],
    "halves of pairs": [
        *(
            '{"type": "text_message", "data": {"text": "\ud800"}}',
            _text("\ud83d\ude00"),
            _with('"\\ude00\\ud83d"'),
        ),
        *(
            '{"type": "text_message", "data": {"text": "\\ud800"}}',
            _with('"\\udfff"'),
            '{"type": "ping", "\\ud800": 1}',
        ),
        *(
            '{"type": "ping", "\udcff": 1}',
            _with('"\ud800"'),
            _with('"\\uD83D\\uDE00"'),
            _with('"\\ud83d\\u0020"'),
        ),
    ],
    "escapes that are none": [
        _with(f'"{bad}"') for bad in ("\\x41", "\\u12", "\\u12g4", "\\U0001", "\\'", "\\", "\n")
    ],
    "texts at their limit, before and after they are composed": [
        _text("x" * MAX_TEXT_CHARACTERS),
        _text("x" * (MAX_TEXT_CHARACTERS + 1)),
        _text("\U0001f600" * MAX_TEXT_CHARACTERS),
        json.dumps(
            {"type": "text_message", "data": {"text": "\U0001f600" * MAX_TEXT_CHARACTERS}}, ensure_ascii=False
        ),
        _text("e\u0301" * (MAX_TEXT_CHARACTERS // 2)),  # 4,000 letters once composed
        _text("e\u0301" * (MAX_TEXT_CHARACTERS // 2 + 1)),  # too long as sent, and short once composed
        _text("\ufb2c" * (MAX_TEXT_CHARACTERS // 3)),  # three letters each once composed
        _text("\ufb2c" * (MAX_TEXT_CHARACTERS // 3 + 1)),  # as sent short enough, but not so any more
        _text("\u0958" * MAX_TEXT_CHARACTERS),  # two each
        _text("\u0344" * (MAX_TEXT_CHARACTERS // 2 + 1)),
    ],
    "frames at their limit": [
        _with(json.dumps("x" * (MAX_FRAME_BYTES - len(_with('""')) + more))) for more in (-1, 0, 1, 100_000)
    ]
    + [_with(json.dumps("\u00e9" * (MAX_FRAME_BYTES // 2), ensure_ascii=False)), " " * (MAX_FRAME_BYTES + 1)],
    "names without end": [
        json.dumps({"type": "ping", "x" * 100_000: 1}),
        json.dumps({"type": "ping", **{f"x{number}": 0 for number in range(5_000)}}),
        json.dumps({"type": "y" * 100_000}),
        json.dumps({"type": "ping", "id": "z" * 100_000}),
    ],
    "JSON in JSON": [
        _text('{"type": "$connect"}'),
        _with(json.dumps(json.dumps(json.dumps({"type": "ping"})))),
    ],
}
