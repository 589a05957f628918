"""What the model says, as bytes."""

import json
from base64 import b64encode


def event(name: str, /, **value: object) -> bytes:
    """Return an event."""
    return json.dumps({"event": {name: {"sessionId": "s", "promptName": "p", **value}}}).encode()


def text(content_id: str, words: str) -> bytes:
    """Return words of a content."""
    return event("textOutput", contentId=content_id, content=words)


def audio(content_id: str, piece: bytes) -> bytes:
    """Return audio of a content."""
    return event("audioOutput", contentId=content_id, content=b64encode(piece).decode())


def content(
    content_id: str, role: str, kind: str, said: bytes, reason: str, *, stage: str | None = None
) -> list[bytes]:
    """Return a whole content: its start, what is in it, and its end."""
    fields = {} if stage is None else {"additionalModelFields": json.dumps({"generationStage": stage})}
    return [
        event("contentStart", contentId=content_id, role=role, type=kind, **fields),
        said,
        event("contentEnd", contentId=content_id, type=kind, stopReason=reason),
    ]
