"""Frames as the gateway hands them to the handler, and the one answer of a two-way route."""

import json
from typing import Any

from botocore.exceptions import ClientError

from tests.fakes import MemoryLog, RecordingCallbacks
from tests.gateway_events import CONNECTED_AT, message
from tests.routes import message as handler

OK = {"statusCode": 200}
EXP = (CONNECTED_AT // 1000 + 7_200) * 1000
"""The first millisecond at which the identity of the fixtures has expired."""
BROKEN = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "table/events"}}, "PutItem")


def answer(event: object, log: MemoryLog) -> dict[str, Any]:
    """Return the one frame that a two-way route answers."""
    callbacks = RecordingCallbacks()
    response = handler(event, None, log, callbacks)  # type: ignore[arg-type]  # the gateway may send anything
    assert response["statusCode"] == 200
    assert response.keys() == {"statusCode", "body"}
    assert callbacks.posts == []
    frame: dict[str, Any] = json.loads(response["body"])
    return frame


def text(content: str = "hello", client_id: str | None = "m-1", **context: Any) -> dict[str, Any]:
    frame = {"type": "text_message", "id": client_id, "data": {"text": content}}
    return message({name: value for name, value in frame.items() if value is not None}, **context)


def start(client_id: str = "v-1", **context: Any) -> dict[str, Any]:
    return message({"type": "voice_start", "id": client_id}, **context)


def end(session: str, last_seq: int = -1, client_id: str = "e-1", **context: Any) -> dict[str, Any]:
    data = {"voiceSessionId": session, "lastSeq": last_seq}
    return message({"type": "voice_end", "id": client_id, "data": data}, **context)


def at(seconds: float, request_id: str | None = None) -> dict[str, Any]:
    """Return the context of a request some seconds after the connect."""
    return {
        "requestTimeEpoch": CONNECTED_AT + int(seconds * 1000),
        "requestId": request_id or f"request-{seconds}",
    }
