"""Writes the protocol's JSON Schemas and its AsyncAPI document from the types: ``python -m docs.schemas``.

What is written is committed beside it, and a test fails when it is not what the types say.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args

import msgspec

from functions import names
from functions.domain.frames import feed_frames as f
from functions.domain.frames import protocol as p
from functions.domain.frames import session_frames as s
from functions.domain.frames import voice_frames as v
from functions.domain.identity.identity import NAME

FOLDER: Final = Path(__file__).parent / "protocol"

REPLIES: Final[Mapping[type[Any], tuple[type[Any], ...]]] = {
    p.Ping: (p.Pong,),
    p.TextMessage: (p.TextAck, p.Error),
    v.VoiceStart: (v.VoiceStarting, v.VoiceEnded, p.Error),
    v.VoiceData: (),
    v.VoiceEnd: (),
    v.VoicePlayed: (),
    v.VoiceListen: (),
    f.Resume: (f.Reset, f.Resumed, p.Error),
    f.History: (f.HistoryPage, p.Error),
    f.Ack: (),
    f.TextCancel: (f.TextCancelled, p.Error),
    s.Sessions: (s.SessionsPage, p.Error),
}
"""What may answer each frame on its own route: those of an open voice session, and ``ack``, are one-way."""

PUSHED: Final[Mapping[type[Any], str]] = {
    p.Error: "What was wrong with a one-way frame, or with the identity of the connection.",
    f.Message: "What every screen of a feed is told, in its order; again after a resume.",
    f.TextDelta: "What a reply says next, while it is being made.",
    v.VoiceReady: "Somebody listens: to who started to speak, asks for it again, or asks to listen.",
    v.VoiceAudio: "What the assistant says, to who speaks and to who asked to listen.",
    v.VoiceTranscript: "What is said, in words as they come, to every screen of the conversation.",
    v.VoiceInterrupted: "The assistant was broken into.",
    v.VoiceEnded: "A voice session is over, for whatever reason.",
}
"""What comes by itself, and when."""

_NAME: Final = {"type": "string", "pattern": f"^{NAME.pattern}$"}
_QUERY: Final = {
    "type": "object",
    "properties": {
        "sessionId": {**_NAME, "description": "The conversation to go on with."},
        "ticket": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_-]{43}$",
            "description": "From `POST /tickets`, where identity is `cognito`; good once, for 30 s.",
        },
        "userId": {**_NAME, "description": "Where the mode of identity is `query`: it proves nothing."},
    },
}
_HEADERS: Final = {
    "type": "object",
    "properties": {
        "Authorization": {
            "type": "string",
            "pattern": "^([Bb]earer )?[A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+$",
            "description": "A token in place of a ticket, where identity is `cognito`.",
        }
    },
}
_INTRODUCTION: Final = (
    "Frames are JSON text. A client chooses `id` and finds it again in the answer, but not in `pong`. "
    "The gateway itself may send frames of the form {message, connectionId, requestId}, which have no type. "
    f"A client's frame has at most {p.MAX_FRAME_BYTES:,} bytes in UTF-8, and one that it is sent at most "
    f"{p.MAX_SENT_BYTES:,}. How a client shows each message once and in order, and what it is promised, is "
    "in docs/protocol.md."
)


def documents() -> dict[str, str]:
    """Return the text of each file of ``docs/protocol``, by name."""
    return {
        "client-frames.schema.json": _text(_schema("Frames that a client sends", p.Frame)),
        "server-frames.schema.json": _text(_schema("Frames that the server sends", p.Sent)),
        "asyncapi.json": _text(_asyncapi()),
    }


def _text(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _schema(title: str, frames: Any) -> dict[str, Any]:
    (union,), parts = msgspec.json.schema_components([frames], ref_template="#/$defs/{name}")
    # a keyword of OpenAPI, not of JSON Schema: the alternatives are told apart by the constant of `type`
    del union["discriminator"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **union,
        "$defs": parts,
    }


def _asyncapi() -> dict[str, Any]:
    clients, servers = get_args(p.Frame), get_args(p.Sent)
    frames = (*clients, *servers)
    _, schemas = msgspec.json.schema_components(frames, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "AIrium realtime",
            "version": "1",
            "description": _INTRODUCTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "aws": {
                "host": "{api}.execute-api.{region}.amazonaws.com",
                "pathname": "/{stage}",
                "protocol": "wss",
                "description": "The stack's output `websocket_url`.",
                "variables": {"api": {}, "region": {"default": "us-east-1"}, "stage": {"default": "prod"}},
            }
        },
        "channels": {
            "connection": {
                "address": "/",
                "description": "One connection.",
                "messages": {
                    _tag(frame): {"$ref": f"#/components/messages/{_tag(frame)}"} for frame in frames
                },
                "bindings": {"ws": {"query": _QUERY, "headers": _HEADERS}},
            }
        },
        "operations": {_tag(frame): _receive(frame) for frame in clients}
        | {_tag(frame): _send(frame) for frame in PUSHED},
        "components": {"messages": {_tag(frame): _message(frame) for frame in frames}, "schemas": schemas},
    }


def _tag(frame: type[Any]) -> str:
    return str(frame.__struct_config__.tag)


def _message(frame: type[Any]) -> dict[str, Any]:
    return {
        "name": _tag(frame),
        "summary": (frame.__doc__ or "").strip(),
        "payload": {"$ref": f"#/components/schemas/{frame.__name__}"},
    }


def _receive(frame: type[Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "action": "receive",
        "channel": {"$ref": "#/channels/connection"},
        "messages": [_in_channel(frame)],
    }
    if frame is p.Ping:
        operation["description"] = f"Answered by the gateway: {names.PONG}"
    if REPLIES[frame]:
        operation["reply"] = {
            "channel": {"$ref": "#/channels/connection"},
            "messages": [_in_channel(reply) for reply in REPLIES[frame]],
        }
    return operation


def _send(frame: type[Any]) -> dict[str, Any]:
    return {
        "action": "send",
        "description": PUSHED[frame],
        "channel": {"$ref": "#/channels/connection"},
        "messages": [_in_channel(frame)],
    }


def _in_channel(frame: type[Any]) -> dict[str, str]:
    return {"$ref": f"#/channels/connection/messages/{_tag(frame)}"}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in documents().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
