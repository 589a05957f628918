"""Events as the gateway sends them: the fixtures in ``events/``, and what a test changes in them."""

import json
from pathlib import Path
from typing import Any, Final

from functions.domain.log.events import Cause
from functions.names import ROUTE_DEFAULT, ROUTE_VOICE_DATA

CONNECTED_AT: Final = 1_795_410_720_123
"""When the connection of the fixtures was opened, 2026-11-23T05:12:00.123Z."""
CONNECTION: Final = "Uc3xGfOaIAMCF2w="
EXPIRES_AT: Final = CONNECTED_AT // 1000 + 90 * 86_400

_FIXTURES: Final = Path(__file__).parent / "events"


def fixture(name: str) -> dict[str, Any]:
    """Return a fresh copy of a fixture."""
    found: dict[str, Any] = json.loads((_FIXTURES / f"{name}.json").read_text())
    return found


def connect(**context: Any) -> dict[str, Any]:
    """Return ``$connect``, with other members of its request context."""
    return _changed("connect", context)


def disconnect(**context: Any) -> dict[str, Any]:
    """Return ``$disconnect``, with other members of its request context."""
    return _changed("disconnect", context)


def message(body: object, *, route: str = ROUTE_DEFAULT, **context: Any) -> dict[str, Any]:
    """Return a frame: its text, or what to make JSON of; and other members of its request context."""
    event = _changed("message", {"routeKey": route, **context})
    event["body"] = body if isinstance(body, str) else json.dumps(body)
    return event


def voice_data(session: str, seq: int, *, audio: str = "AAAA", **context: Any) -> dict[str, Any]:
    """Return a frame of speech on its own, one-way route."""
    data = {"voiceSessionId": session, "seq": seq, "audio": audio}
    return message({"type": "voice_data", "data": data}, route=ROUTE_VOICE_DATA, **context)


def authorize(**query: Any) -> dict[str, Any]:
    """Return what the authorizer is asked, with this query string."""
    event = fixture("authorize")
    event["queryStringParameters"] = query or None
    return event


def identity(**changes: str | None) -> dict[str, str]:
    """Return the authorizer's context as later events repeat it; None leaves a member out.

    A connection that was opened at another time expires at another, too.
    """
    context = {**fixture("message")["requestContext"]["authorizer"], **changes}
    if "expiresAt" not in changes:
        context["expiresAt"] = str(int(context["connectedAt"] or 0) // 1000 + 90 * 86_400)
    return {name: value for name, value in context.items() if value is not None}


def cause(at: int = CONNECTED_AT + 5_000, request_id: str = "request-1", **changes: Any) -> Cause:
    """Return the cause that a frame of the fixtures' connection gives."""
    values = {
        "connection_id": CONNECTION,
        "user_id": "alice",
        "session_id": "s-1",
        "connected_at": CONNECTED_AT,
        "expires_at": EXPIRES_AT,
    }
    return Cause(**{**values, "at": at, "id": request_id, **changes})


def _changed(name: str, context: dict[str, Any]) -> dict[str, Any]:
    event = fixture(name)
    event["requestContext"].update(context)
    return event
