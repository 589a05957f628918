"""What people are told of a value that does not fit: in words, whatever the field and whatever the value."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.connections import bases, requests
from functions.domain.frames import parsing, protocol
from functions.domain.log.ids import lowest
from functions.domain.mismatches import allowed
from functions.domain.refusals import Refused
from tests.gateway_events import CONNECTED_AT
from tests.property.strategies import anything

Path = tuple[str, ...]

_SESSION = lowest(CONNECTED_AT)
TYPES = (
    "ack, history, ping, resume, sessions, text_cancel, text_message, "
    "voice_data, voice_end, voice_listen, voice_played or voice_start"
)
_POSITION = {"seq": 7, "id": _SESSION}
FRAMES: tuple[dict[str, Any], ...] = tuple(
    {"id": "m-1", "timestamp": 7, **frame}
    for frame in (
        {"type": "ping"},
        {"type": "text_message", "data": {"text": "hello"}},
        {"type": "voice_start", "data": {"sampleRate": 8000, "encoding": "lpcm", "voice": "tiffany"}},
        {"type": "voice_data", "data": {"voiceSessionId": _SESSION, "seq": 0, "audio": "AAAA"}},
        {"type": "voice_end", "data": {"voiceSessionId": _SESSION, "lastSeq": 0}},
        {"type": "resume", "data": {"positions": {"session": _POSITION, "user": _POSITION}}},
        {"type": "history", "data": {"feed": "user", "before": {"seq": 7, "part": 1}, "limit": 7}},
        {"type": "ack", "data": {"feed": "session", "seq": 7}},
        {"type": "text_cancel", "data": {"messageId": _SESSION}},
        {"type": "sessions", "data": {"limit": 7, "cursor": "abc"}},
        {"type": "voice_played", "data": {"voiceSessionId": _SESSION, "turn": 1, "ms": 250}},
        {"type": "voice_listen", "data": {"voiceSessionId": _SESSION, "audio": False}},
    )
)
_ONE = {"connectionId": "c-1"}
_BY = {"by": "olga", "reason": "asked"}
_PAGE = {"cursor": "none"}
REQUESTS: tuple[dict[str, Any], ...] = (
    {"operation": "get", **_ONE},
    {"operation": "list_user", "userId": "alice", "status": "CONNECTED", "limit": 7, **_PAGE},
    {"operation": "list_all", "limit": 7, **_PAGE},
    {"operation": "list_sessions", "userId": "alice", "limit": 7, **_PAGE},
    {"operation": "update_status", "status": "CONNECTED", **_ONE, **_BY},
    {"operation": "disconnect", **_ONE, **_BY},
    {"operation": "cleanup", "idleSeconds": 7, "dryRun": True},
    {"operation": "send", "message": {"type": "note", "data": {}}, "all": False, **_ONE, **_PAGE},
    {"operation": "send", "message": {"type": "note", "data": {}}, "userId": "alice"},
    {
        "operation": "send",
        "message": {"type": "note"},
        "feed": "session",
        "sessionId": "s-1",
        "id": "n-1",
        "expiresAt": "2027-01-01T00:00:00Z",
        "receipt": True,
    },
    {"operation": "receipts", "feed": "user", "userId": "alice"},
)
"""Between them, every member that may be said."""
OPERATIONS = (
    "cleanup, disconnect, disconnect_user, get, list_all, list_sessions, list_user, receipts, send or "
    "update_status"
)


def leaves(kinds: Any) -> dict[Path, dict[str, Any]]:
    """Return what the JSON Schema says of each member of a union's structs, by its path."""
    (union,), parts = msgspec.json.schema_components([kinds], ref_template="{name}")
    found: dict[Path, dict[str, Any]] = {}

    def walk(rule: dict[str, Any], path: Path) -> None:
        if "$ref" in rule:
            return walk(parts[rule["$ref"]], path)
        for name, member in rule.get("properties", {}).items():
            walk(member, (*path, name))
        options = rule.get("anyOf", [])
        is_object = any("$ref" in option for option in options)
        for option in options:
            if is_object and option == {"type": "null"}:  # an object that may be left out is no value
                continue
            walk(option, path)
        if path and not options and "properties" not in rule:
            found[path] = {**found.get(path, {}), **rule}
        return None

    walk(union, ())
    return found


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every value in objects in each other."""
    if isinstance(value, dict) and value:
        for name, member in value.items():
            yield from paths(member, (*path, name))
    else:
        yield path


def replaced(whole: dict[str, Any], path: Path, value: object) -> dict[str, Any]:
    changed = deepcopy(whole)
    part = changed
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    return changed


def told_of_frame(frame: object) -> str | None:
    try:
        parsing.parse(json.dumps(frame))
    except Refused as refused:
        return refused.message
    return None


def told_of_request(request: object) -> str | None:
    try:
        requests.parse(request)
    except bases.RequestError as refused:
        return refused.message
    return None


def is_in_words(message: str) -> bool:
    """Tell whether a message has nothing of a regular expression, and does not leave the reader to guess."""
    signs = ("regex", "(?", "\\", "^", "Invalid enum", "Invalid value")
    return 0 < len(message) <= 200 and not any(sign in message for sign in signs)


_NAMES = st.sampled_from(["", " ", "a b", "\u00e4", "\n", "x" * 129, "x" * 600, _SESSION.lower(), "CLOSED"])
_NUMBERS = st.sampled_from([-2, 0.5, 1e300, 44_100, 2**31, 2**53 + 1, 2**63, 2**70])
wrong: st.SearchStrategy[Any] = (
    _NAMES | _NUMBERS | anything.filter(lambda value: not isinstance(value, str)) | st.sampled_from([{}, []])
)


def test_the_examples_hold_every_member_that_may_be_said() -> None:
    assert set(leaves(protocol.Frame)) == {path for frame in FRAMES for path in paths(frame)}
    assert set(leaves(requests.Request)) == {path for request in REQUESTS for path in paths(request)}


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame["type"])
def test_the_examples_of_frames_are_taken(frame: dict[str, Any]) -> None:
    assert told_of_frame(frame) is None


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request["operation"])
def test_the_examples_of_requests_are_taken(request_: dict[str, Any]) -> None:
    assert told_of_request(request_) is None


@pytest.mark.parametrize("kinds", [protocol.Frame, requests.Request], ids=["frames", "requests"])
def test_every_pattern_and_every_list_of_values_has_words(kinds: Any) -> None:
    words = allowed(kinds)

    for path, rule in leaves(kinds).items():
        said = words.get(".".join(("$", *path)), "")
        if "pattern" in rule:
            assert said == rule["description"]
        for value in rule.get("enum", ()):
            assert str(value) in said
        assert bool(said) == bool({"description", "enum"} & rule.keys())


@given(whole=st.sampled_from(FRAMES), data=st.data(), value=wrong)
def test_a_client_is_told_in_words_whatever_is_wrong(
    whole: dict[str, Any], data: st.DataObject, value: object
) -> None:
    path = data.draw(st.sampled_from([*paths(whole), *[(name,) for name in whole]]))

    message = told_of_frame(replaced(whole, path, value))

    assert message is None or is_in_words(message)


@given(whole=st.sampled_from(REQUESTS), data=st.data(), value=wrong)
def test_a_caller_is_told_in_words_whatever_is_wrong(
    whole: dict[str, Any], data: st.DataObject, value: object
) -> None:
    path = data.draw(st.sampled_from([*paths(whole), *[(name,) for name in whole]]))

    message = told_of_request(replaced(whole, path, value))

    assert message is None or is_in_words(message)


@pytest.mark.parametrize(
    ("whole", "path", "value", "message"),
    [
        (FRAMES[2], ("data", "sampleRate"), 48000, "Expected 8000, 16000 or 24000 - at `$.data.sampleRate`"),
        (FRAMES[2], ("data", "encoding"), "opus", "Expected lpcm - at `$.data.encoding`"),
        (
            FRAMES[2],
            ("data", "voice"),
            "a b",
            "Expected 1 to 64 ASCII letters, digits, - and _ - at `$.data.voice`",
        ),
        (
            FRAMES[0],
            ("id",),
            "a b",
            "Expected 1 to 128 printable ASCII characters without spaces - at `$.id`",
        ),
        (
            FRAMES[4],
            ("data", "voiceSessionId"),
            "mine",
            "Expected the id of a voice session, as voice_starting gave it - at `$.data.voiceSessionId`",
        ),
        (
            FRAMES[0],
            ("type",),
            "$connect",
            f"Expected {TYPES} - at `$.type`",
        ),
        (FRAMES[3], ("data", "seq"), "0", "Expected `int`, got `str` - at `$.data.seq`"),
        (FRAMES[0], ("id",), " - at `$.x`", None),
    ],
)
def test_a_client_is_told_what_is_allowed(
    whole: dict[str, Any], path: Path, value: object, message: str | None
) -> None:
    told = told_of_frame(replaced(whole, path, value))

    assert told == (message or "Expected 1 to 128 printable ASCII characters without spaces - at `$.id`")


@pytest.mark.parametrize(
    ("whole", "path", "value", "message"),
    [
        (
            REQUESTS[1],
            ("userId",),
            "a b",
            "Expected 1 to 128 ASCII letters, digits and any of - . _ : @ | + = - at `$.userId`",
        ),
        (REQUESTS[1], ("status",), "OPEN", "Expected CONNECTED or DISCONNECTED - at `$.status`"),
        (
            REQUESTS[0],
            ("connectionId",),
            "",
            "Expected 1 to 128 printable ASCII characters without spaces - at `$.connectionId`",
        ),
        (
            REQUESTS[0],
            ("operation",),
            "list",
            f"Expected {OPERATIONS} - at `$.operation`",
        ),
    ],
)
def test_a_caller_is_told_what_is_allowed(
    whole: dict[str, Any], path: Path, value: object, message: str
) -> None:
    assert told_of_request(replaced(whole, path, value)) == message
