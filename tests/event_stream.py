"""The events of Bedrock's ConverseStream, as bytes (`application/vnd.amazon.eventstream`)."""

import zlib
from typing import Final

import msgspec

_STRING: Final = 7
"""The type of a header's value."""


def event(kind: str, payload: object) -> bytes:
    """Return an event of the stream."""
    return _message({":message-type": "event", ":event-type": kind}, payload)


def exception(kind: str, message: str) -> bytes:
    """Return an exception of the stream."""
    return _message({":message-type": "exception", ":exception-type": kind}, {"message": message})


def error(code: str, message: str) -> bytes:
    """Return an error of the stream that its model does not know."""
    return _message({":message-type": "error", ":error-code": code, ":error-message": message}, {})


def delta(text: str) -> bytes:
    """Return a piece of text."""
    return event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": text}})


def stop(reason: str) -> bytes:
    """Return that the model has stopped."""
    return event("messageStop", {"stopReason": reason})


def usage(input_tokens: object, output_tokens: object) -> bytes:
    """Return what a reply took."""
    counted = {"inputTokens": input_tokens, "outputTokens": output_tokens, "totalTokens": 0}
    return event("metadata", {"usage": counted, "metrics": {"latencyMs": 1}})


def _message(headers: dict[str, str], payload: object) -> bytes:
    head = b"".join(
        bytes([len(name)]) + name.encode() + bytes([_STRING]) + len(value).to_bytes(2) + value.encode()
        for name, value in {**headers, ":content-type": "application/json"}.items()
    )
    body = msgspec.json.encode(payload) if not isinstance(payload, bytes) else payload
    prelude = (16 + len(head) + len(body)).to_bytes(4) + len(head).to_bytes(4)
    checked = prelude + zlib.crc32(prelude).to_bytes(4) + head + body
    return checked + zlib.crc32(checked).to_bytes(4)
