"""Whatever is refused, its error carries the frame's own id, wherever that is readable."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, get_args

import pytest

from functions.domain.limits import Limits, Speaking
from functions.domain.log.ids import lowest
from functions.domain.refusals import ErrorCode, Unavailable
from tests.fakes import MemoryLog, RecordingCallbacks
from tests.gateway_events import CONNECTED_AT
from tests.gateway_events import message as frame
from tests.routes import lifecycle, message
from tests.speaking import SPOKEN, MemorySpeech
from tests.unit.handlers.frames import BROKEN, EXP, at, start, text

SESSION = lowest(CONNECTED_AT)
SPEECH = {"voiceSessionId": SESSION, "seq": 0, "audio": "AAAA"}

NO_VOICE = Limits(voice_sessions=0, spoken=Speaking())


@dataclass(frozen=True)
class Case:
    """A frame under the id ``m-1`` that is refused: by which code, after what, on which route."""

    code: ErrorCode
    event: dict[str, Any]
    before: Callable[[MemoryLog], object] = field(default=lambda _log: None)
    limits: Limits = SPOKEN
    handler: Callable[..., dict[str, Any]] = message


def say(kind: str, *, route: str = "$default", **members: Any) -> dict[str, Any]:
    return frame({"type": kind, "id": "m-1", **members}, route=route)


def written(body: str) -> dict[str, Any]:
    return frame(body.replace("ID", '"id": "m-1"'))


def without_identity(event: dict[str, Any]) -> dict[str, Any]:
    del event["requestContext"]["authorizer"]
    return event


def binary(event: dict[str, Any]) -> dict[str, Any]:
    return {**event, "body": base64.b64encode(event["body"].encode()).decode(), "isBase64Encoded": True}


def serve(event: dict[str, Any], log: MemoryLog) -> None:
    message(event, None, log, RecordingCallbacks(), SPOKEN, speech=MemorySpeech(log))


def failing(fault: BaseException) -> Callable[[MemoryLog], object]:
    return lambda log: log.before.append(fault)


def hold_and_break(log: MemoryLog) -> None:
    """Have a voice session open, and the log fail."""
    log.held["voice#s-1"] = (SESSION, CONNECTED_AT // 1000 + 120)
    log.before.append(BROKEN)


CASES = {
    "half a surrogate pair in the text": Case(
        "invalid_json", written('{ID, "type": "text_message", "data": {"text": "\\ud83d"}}')
    ),
    "half a surrogate pair elsewhere": Case(
        "invalid_json", written('{"type": "ping", "x": "\\ud83d", "data": null, ID}')
    ),
    "a line break in the text": Case("invalid_json", written('{"type": "ping", "x": "\n", ID}')),
    "not a number": Case("invalid_json", written('{ID, "type": "ping", "x": NaN}')),
    "too deep": Case("invalid_json", written('{ID, "type": "ping", "x": ' + "[" * 40 + "]" * 40 + "}")),
    "binary": Case("invalid_json", binary(say("ping"))),
    "a wrong shape": Case("invalid_message", say("voice_end")),
    "a lifecycle route's name": Case("invalid_message", say("$connect")),
    "a lifecycle route": Case("invalid_message", say("ping", route="$connect"), handler=lifecycle),
    "another type on a lifecycle route": Case(
        "invalid_message", say("$disconnect", route="$disconnect"), handler=lifecycle
    ),
    "speech on the wrong route": Case("invalid_message", say("voice_data", data=SPEECH)),
    "an unknown type": Case("unknown_type", say("ponder")),
    "a large frame": Case("too_large", say("ping", x="x" * 33_000)),
    "the largest message": Case("too_large", say("ping", x="x" * 131_000)),
    "a long text": Case("too_large", say("text_message", data={"text": "x" * 8_001})),
    "a text that grows": Case("too_large", say("text_message", data={"text": "\u0344" * 5_000})),
    "much audio": Case(
        "too_large", say("voice_data", data={**SPEECH, "audio": "AAAA" * 8_001}, route="voice_data")
    ),
    "too many texts": Case("rate_limited", text(), limits=Limits(texts=0)),
    "too many voice sessions": Case("rate_limited", start("m-1"), limits=NO_VOICE),
    "speech ahead of its time": Case(
        "rate_limited", say("voice_data", data={**SPEECH, "seq": 9_999}, route="voice_data")
    ),
    "nobody": Case("unauthorized", without_identity(text())),
    "speech of nobody": Case(
        "unauthorized", without_identity(say("voice_data", data=SPEECH, route="voice_data"))
    ),
    "an expired identity": Case("token_expired", text(requestTimeEpoch=EXP)),
    "speech under an expired identity": Case(
        "token_expired",
        frame({"id": "m-1", "type": "voice_data", "data": SPEECH}, route="voice_data", requestTimeEpoch=EXP),
    ),
    "no such voice session": Case(
        "not_found", say("voice_end", data={"voiceSessionId": SESSION, "lastSeq": -1}, route="voice_end")
    ),
    "an ended voice session": Case(
        "not_found", start("m-1", **at(2)), before=lambda log: end_of(log, start("m-1", **at(1)))
    ),
    "an open voice session": Case(
        "conflict", start("m-1", **at(2)), before=lambda log: serve(start("v-1", **at(1)), log)
    ),
    "an id that was used": Case(
        "conflict", text("other", **at(2)), before=lambda log: serve(text(**at(1)), log)
    ),
    "a log that is away": Case(
        "unavailable", text(), before=failing(Unavailable("ThrottlingException of PutItem"))
    ),
    "a fault of ours": Case("internal", text(), before=failing(BROKEN)),
    "a fault of ours, in speech": Case(
        "internal",
        frame(
            {"id": "m-1", "type": "voice_data", "data": {**SPEECH, "seq": 600}},
            route="voice_data",
            requestTimeEpoch=CONNECTED_AT + 60_000,
        ),
        before=hold_and_break,
    ),
}


def end_of(log: MemoryLog, started: dict[str, Any]) -> None:
    """Open a voice session and end it."""
    serve(started, log)
    log.held = {key: held for key, held in log.held.items() if not key.startswith("voice#")}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_an_error_carries_the_frames_id(case: Case, log: MemoryLog, callbacks: RecordingCallbacks) -> None:
    case.before(log)

    if case.handler is message:
        response = case.handler(case.event, None, log, callbacks, case.limits, speech=MemorySpeech(log))
    else:
        response = case.handler(case.event, None, log, callbacks)

    (told,) = [
        json.loads(body) for body in [response.get("body"), *(post for _, post in callbacks.posts)] if body
    ]
    assert (told["type"], told["data"]["code"]) == ("error", case.code)
    assert told["id"] == "m-1"


def test_every_code_is_among_the_cases() -> None:
    assert {case.code for case in CASES.values()} == set(get_args(ErrorCode))
