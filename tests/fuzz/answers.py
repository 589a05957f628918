"""What an answer to a frame must be, whichever way it goes."""

import json
from collections.abc import Container, Iterable
from typing import Any, Final, get_args

from functions.domain.refusals import ErrorCode
from tests.fakes import RecordingCallbacks
from tests.fuzz.leaks import OTHERS, tells_nothing
from tests.fuzz.verdicts import must
from tests.property.schema import is_unicode

_ANSWERS: Final = {"pong", "text_ack", "voice_starting", "voice_ended", "error"}
FEEDS: Final = {"message", "resumed", "reset", "history_page", "text_cancelled", "sessions_page", "error"}
"""What the function of the feeds sends."""
_MEMBERS: Final = {"type", "id", "timestamp", "data"}
_ERROR_MEMBERS: Final = {"code", "message", "correlationId", "retryAfter", "voiceSessionId"}
_CODES: Final = set(get_args(ErrorCode))


def answers(
    response: Any,
    callbacks: RecordingCallbacks,
    said: str,
    *,
    types: Container[str] = _ANSWERS,
    others: Iterable[str] = OTHERS,
) -> list[dict[str, Any]]:
    """Return the frames that went to the client, by callback or in the response; hold each to the protocol.

    ``said`` is what the client sent: it may be repeated. ``types`` are those of the frames that may be sent,
    and ``others`` what only others know.
    """
    must(isinstance(response, dict) and response.keys() <= {"statusCode", "body"}, "answers with other keys")
    told = [frame.decode() for _, frame in callbacks.posts]
    if "body" in response:
        must(response["body"], "sends an empty frame")
        told.append(response["body"])
    return [_frame(text, said, types, tuple(others)) for text in told]


def _frame(text: str, said: str, types: Container[str], others: Iterable[str]) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(text)
    tells_nothing(text, said, others)
    must(is_unicode(frame), "answers with what is not Unicode")
    must(frame["type"] in types and frame.keys() <= _MEMBERS, f"answers with {text[:200]}")
    if frame["type"] == "error":
        must(frame["data"].keys() <= _ERROR_MEMBERS, f"answers with {text[:200]}")
        must(frame["data"]["code"] in _CODES and frame["data"]["message"], f"answers with {text[:200]}")
    return frame


def code_of(frame: dict[str, Any]) -> str | None:
    """Return the code of an error, None of any other answer."""
    return frame["data"]["code"] if frame["type"] == "error" else None
