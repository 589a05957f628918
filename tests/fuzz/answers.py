"""What an answer to a frame must be, whichever way it goes."""

import json
from typing import Any, Final, get_args

from functions.domain.refusals import ErrorCode
from tests.fakes import RecordingCallbacks
from tests.fuzz.leaks import tells_nothing
from tests.fuzz.verdicts import must
from tests.property.schema import is_unicode

_ANSWERS: Final = {"pong", "text_ack", "voice_ready", "voice_ended", "error"}
_MEMBERS: Final = {"type", "id", "timestamp", "data"}
_ERROR_MEMBERS: Final = {"code", "message", "correlationId", "retryAfter", "voiceSessionId"}
_CODES: Final = set(get_args(ErrorCode))


def answers(response: Any, callbacks: RecordingCallbacks, said: str) -> list[dict[str, Any]]:
    """Return the frames that went to the client, in the response or by callback; hold each to the protocol.

    ``said`` is what the client sent: it may be repeated.
    """
    must(isinstance(response, dict) and response.keys() <= {"statusCode", "body"}, "answers with other keys")
    told = [frame.decode() for _, frame in callbacks.posts]
    if "body" in response:
        must(response["body"], "sends an empty frame")
        told.append(response["body"])
    return [_frame(text, said) for text in told]


def _frame(text: str, said: str) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(text)
    tells_nothing(text, said)
    must(is_unicode(frame), "answers with what is not Unicode")
    must(frame["type"] in _ANSWERS and frame.keys() <= _MEMBERS, f"answers with {text[:200]}")
    if frame["type"] == "error":
        must(frame["data"].keys() <= _ERROR_MEMBERS, f"answers with {text[:200]}")
        must(frame["data"]["code"] in _CODES and frame["data"]["message"], f"answers with {text[:200]}")
    return frame


def code_of(frame: dict[str, Any]) -> str | None:
    """Return the code of an error, None of any other answer."""
    return frame["data"]["code"] if frame["type"] == "error" else None
