"""The events that carry frames, and what the log holds when they come."""

import json
from typing import Any, Final

from functions.domain.limits import Limits, Speaking
from functions.domain.log.claims import session_key, voice_key
from tests.fuzz.corpus.frames import SESSION
from tests.fuzz.leaks import OTHERS
from tests.fuzz.storing import ParticularLog
from tests.gateway_events import CONNECTED_AT, fixture, message

FAR: Final = 2**52
ANOTHER: Final = "01M83D2XSE0THER0THER0THER0"
"""A voice session of the conversation that no frame names."""
STATES: Final = ["", "", "speaking", "busy", "spent", "terse", "expired"]
"""A connection that did nothing yet; whose conversation is held by `SESSION`, or `ANOTHER`; whose user did
all that may be done in a minute, or has a few bytes left for texts; whose identity has expired."""
BYTES_LEFT: Final = 12
"""How long a text may be in the state ``terse``."""
EXPIRY: Final = int(fixture("message")["requestContext"]["authorizer"]["exp"]) * 1000


def log_of(state: str) -> ParticularLog:
    """Return the log in a state; in every one there is something of another user's."""
    log = ParticularLog()
    bob, secret = OTHERS
    log.held[voice_key("of-bob")] = (secret, FAR)
    log.held[session_key("s-bob")] = (bob, FAR)
    if state == "speaking":
        log.held[voice_key("s-1")] = (SESSION, FAR)
    if state == "busy":
        log.held[voice_key("s-1")] = (ANOTHER, FAR)
    return log


def limits_of(state: str) -> Limits:
    """Return the limits in a state."""
    match state:
        case "spent":
            return Limits(0, 0, spoken=Speaking())
        case "terse":
            return Limits(text_bytes=BYTES_LEFT, spoken=Speaking())
        case _:
            return Limits(spoken=Speaking())


def frame(body: str, state: str = "", offset: int = 5_000, route: str = "$default") -> dict[str, Any]:
    """Return the event of a frame that comes so many milliseconds after its connection was opened."""
    at = EXPIRY + offset if state == "expired" else CONNECTED_AT + offset
    return message(body, route=route, requestTimeEpoch=at)


def said(event: Any) -> str:
    """Return all that the sender of an event said, as it would stand in an answer."""
    body = event.get("body") if isinstance(event, dict) else None
    plain = json.dumps(event, ensure_ascii=False, default=repr)
    return f"{plain} {json.dumps(event, default=repr)} {body!r} {body}"
